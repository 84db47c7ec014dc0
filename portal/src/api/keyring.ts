// The API of the keyring: what it is, its changes, unlockers. Calls that the first screen does not need are in
// keyring-acts.ts, rotation.ts and grants.ts.
import type { Keyring, LineTaken, UnlockerChanged } from '../../../schema/keyring.ts';
import { call } from './call.ts';
import { overview } from './overview.ts';

/** The keyring, or null before the first-time set-up. */
export async function keyring(tenant: string): Promise<Keyring | null> {
  // Asked in two steps: a browser writes every 409 into its console, and the wait for a set-up is no error.
  const { keyState } = await overview(tenant);
  if (keyState !== 'ready') return null;
  return withSuccessions(tenant, await call('GET /v1/tenants/:tenant/keyring', { params: { tenant } }));
}

/**
 * Some hundred roots each: nobody has replaced theirs that often, and a server that claims so without end is ignored.
 */
const SUCCESSION_PAGES_MAX = 40;

/** With the successions that the answer left out, since a browser may have seen an early root. */
async function withSuccessions(tenant: string, keyring: Keyring): Promise<Keyring> {
  const read = (before: number) =>
    call('GET /v1/tenants/:tenant/keyring/successions', { params: { tenant }, query: { before } });
  let { successions, successionsBefore: before } = keyring;
  for (let pages = 0; typeof before === 'number' && pages < SUCCESSION_PAGES_MAX; pages++) {
    const page = await read(before);
    successions = [...page.successions, ...successions];
    before = page.before;
  }
  return { ...keyring, successions };
}

/** The manifests from a version on, up to the one before `to`: how the keyring follows on what this browser has seen. */
export async function manifestsBetween(tenant: string, from: number, to: number): Promise<string[]> {
  const read = (version: number) =>
    call('GET /v1/tenants/:tenant/keyring/manifests', { params: { tenant }, query: { from: version } });
  const found: string[] = [];
  for (let next: number | null = from; next !== null && found.length < to - from; ) {
    const page: Awaited<ReturnType<typeof read>> = await read(next);
    found.push(...page.manifests);
    next = page.next;
  }
  return found.slice(0, to - from);
}

/** Puts on record that this browser took a keyring which does not follow on the one it had seen. */
export const noteLineTaken = (tenant: string, body: LineTaken) =>
  call('POST /v1/tenants/:tenant/keyring/line', { params: { tenant }, body });

export const changeUnlocker = (tenant: string, body: UnlockerChanged) =>
  call('POST /v1/tenants/:tenant/unlockers/:unlocker/change', { params: { tenant, unlocker: body.half.id }, body });
export const keyringOpened = (tenant: string, unlocker: string, opened: string) =>
  call('POST /v1/tenants/:tenant/unlockers/:unlocker/opened', { params: { tenant, unlocker }, body: { opened } });
