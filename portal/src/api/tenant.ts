// The API of one tenant as functions; `tenant` is an id from the person's own memberships.
import type {
  Keyring,
  KeyringWrite,
  KeyringWritten,
  LineTaken,
  ManifestPage,
  SuccessionPage,
} from '../../../schema/keyring.ts';
import type { LimitsAnswer } from '../../../schema/limits.ts';
import type {
  Activity,
  ClientList,
  HistoryPage,
  Machine,
  MachinePage,
  MachinesQuery,
  Overview,
  RunList,
  SearchResult,
} from '../../../schema/machine.ts';
import type { Me } from '../../../schema/person.ts';
import type { EventPage } from '../../../schema/report.ts';
import type {
  Marked,
  ResealAnswer,
  Resealed,
  Restored,
  Rotation,
  RotationPage,
  RotationPageRequest,
} from '../../../schema/rotation.ts';
import type { Revealed, SecretKind, SecretList, VersionPage, VersionsQuery } from '../../../schema/secret.ts';
import type { Settings, SettingsChange } from '../../../schema/settings.ts';
import { call } from './http.ts';

export const me = (): Promise<Me> => call('/v1/me');

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

export const overview = (tenant: string): Promise<Overview> => call(at(tenant, 'overview'));

/** Which machines, in which order; what is absent is not asked for. */
export type FleetFilter = Omit<MachinesQuery, 'after' | 'limit'>;

export function machines(
  tenant: string,
  filter: FleetFilter,
  after: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<MachinePage> {
  const query = new URLSearchParams({ sort: filter.sort, shelf: filter.shelf, limit: String(limit) });
  for (const name of ['status', 'client', 'attention'] as const) {
    const value = filter[name];
    if (value !== undefined) query.set(name, value);
  }
  if (after) query.set('after', after);
  return call(at(tenant, `machines?${query}`), undefined, signal);
}

export const machine = (tenant: string, id: string): Promise<Machine> => call(at(tenant, `machines/${id}`));
/** The first `after` is absent; then each page's `next`. */
const paged = (path: string, after: string | undefined, query: Record<string, string> = {}): string => {
  const text = String(new URLSearchParams(after === undefined ? query : { ...query, after }));
  return text ? `${path}?${text}` : path;
};

export const history = (tenant: string, machine: string, after: string): Promise<HistoryPage> =>
  call(at(tenant, paged(`machines/${machine}/history`, after)));
/** What a list is of: what counts, or what was set aside. */
export type ListedPart = 'standing' | 'aside';
const ofPart = (part: ListedPart): Record<string, string> => (part === 'aside' ? { aside: 'yes' } : {});

export const runs = (tenant: string, machine: string, part: ListedPart, after?: string): Promise<RunList> =>
  call(at(tenant, paged(`machines/${machine}/runs`, after, ofPart(part))));

/** Which secrets: of one kind, whose account, label or key id begins so. */
export type SecretFilter = { kind: SecretKind; starts: string };

export const secrets = (
  tenant: string,
  machine: string,
  part: ListedPart,
  filter: SecretFilter | null = null,
  after?: string,
): Promise<SecretList> => {
  const { kind, starts } = filter ?? {};
  const query = { ...(kind ? { kind } : {}), ...(starts ? { starts } : {}), ...ofPart(part) };
  return call(at(tenant, paged(`machines/${machine}/secrets`, after, query)));
};
export const versions = (
  tenant: string,
  secret: string,
  part: ListedPart,
  order: VersionsQuery['order'],
  after?: number,
): Promise<VersionPage> => {
  const query = { order, ...ofPart(part) };
  return call(at(tenant, paged(`secrets/${secret}/versions`, after === undefined ? undefined : String(after), query)));
};
export const events = (tenant: string, run: string, after: number): Promise<EventPage> =>
  call(at(tenant, `runs/${run}/events?after=${after}&limit=500`));

/** The manifests from a version on, up to the one before `to`: how the keyring follows on what this browser has seen. */
export async function manifestsBetween(tenant: string, from: number, to: number): Promise<string[]> {
  const found: string[] = [];
  for (let next: number | null = from; next !== null && found.length < to - from; ) {
    const page: ManifestPage = await call<ManifestPage>(at(tenant, `keyring/manifests?from=${next}`));
    found.push(...page.manifests);
    next = page.next;
  }
  return found.slice(0, to - from);
}

/** Puts on record that this browser took a keyring which does not follow on the one it had seen. */
export const noteLineTaken = (tenant: string, line: LineTaken): Promise<KeyringWritten> =>
  call(at(tenant, 'keyring/line'), line);

/** The keyring, or null before the first-time set-up. */
export async function keyring(tenant: string): Promise<Keyring | null> {
  // Asked in two steps: a browser writes every 409 into its console, and the wait for a set-up is no error.
  const { keyState } = await overview(tenant);
  return keyState === 'ready' ? withSuccessions(tenant, await call<Keyring>(at(tenant, 'keyring'))) : null;
}

/** Some hundred roots each: nobody has replaced theirs so often, and a server that says so without end is not listened to. */
const SUCCESSION_PAGES_MAX = 40;

/** With the successions that the answer left out, since a browser may have seen an early root. */
async function withSuccessions(tenant: string, keyring: Keyring): Promise<Keyring> {
  let { successions, successionsBefore: before } = keyring;
  for (let pages = 0; typeof before === 'number' && pages < SUCCESSION_PAGES_MAX; pages++) {
    const page: SuccessionPage = await call<SuccessionPage>(at(tenant, `keyring/successions?before=${before}`));
    successions = [...page.successions, ...successions];
    before = page.before;
  }
  return { ...keyring, successions };
}

export const writeKeyring = (tenant: string, write: KeyringWrite): Promise<KeyringWritten> =>
  call(at(tenant, 'keyring'), write);
export const limits = (tenant: string): Promise<LimitsAnswer> => call(at(tenant, 'limits'));
export const settings = (tenant: string): Promise<Settings> => call(at(tenant, 'settings'));
export const changeSettings = (tenant: string, change: SettingsChange): Promise<Settings> =>
  call(at(tenant, 'settings'), change);

/** Hands out one ciphertext, on record. */
export const reveal = (tenant: string, secret: string, reason: string, version: number): Promise<Revealed> =>
  call(at(tenant, `secrets/${secret}/reveal`), { reason, version });

export const rotation = (tenant: string): Promise<Rotation> => call(at(tenant, 'rotation'));
export const rotationPage = (tenant: string, request: RotationPageRequest): Promise<RotationPage> =>
  call(at(tenant, 'rotation/page'), request);
export const uploadResealed = (tenant: string, items: Resealed[]): Promise<ResealAnswer> =>
  call(at(tenant, 'rotation/reseal'), { items });
export const restoreReplaced = (tenant: string, secret: string, version: number, reason: string): Promise<Restored> =>
  call(at(tenant, 'rotation/restore'), { secret, version, reason });
export const markUnopenable = (tenant: string, secret: string, version: number, reason: string): Promise<Marked> =>
  call(at(tenant, 'rotation/unopenable'), { secret, version, reason });

export const search = (tenant: string, q: string, signal?: AbortSignal): Promise<SearchResult> =>
  call(at(tenant, `search?${new URLSearchParams({ q })}`), undefined, signal);
export const activity = (tenant: string, days: number): Promise<Activity> => call(at(tenant, `activity?days=${days}`));
export const clients = (tenant: string): Promise<ClientList> => call(at(tenant, 'clients'));
