// The page's end of the vault: one worker for all tabs where the browser can, and the state every page shows.
import { type Remote, wrap } from 'comlink';
import type { Keyring } from '../../../schema/keyring.ts';
import { signedSha256 } from '../../../schema/sha256.ts';
import type { Manifest } from '../../../schema/signed.ts';
import {
  type SeenBefore,
  type SeenManifest,
  type UnlockInput,
  VAULT_CHANNEL,
  type Vault,
  type VaultResult,
  type VaultState,
  type VaultWord,
} from '../../vault/contract.ts';
import workerUrl from '../../vault/keeper.worker.ts?worker&url';
import { changeUnlocker, keyringOpened, manifestsBetween, noteLineTaken } from '../api/keyring.ts';
import { memory } from '../core/memory.ts';
import { readManifest, readPayload } from './manifest.ts';

// Only this one script may ever become a worker: Trusted Types hold everything else back.
type UrlPolicy = { createScriptURL: (url: string) => string };
const trustedTypes = (globalThis as { trustedTypes?: { createPolicy: (n: string, p: UrlPolicy) => UrlPolicy } })
  .trustedTypes;
const policy: UrlPolicy | undefined = trustedTypes?.createPolicy('portal', {
  createScriptURL: (url) => {
    if (url !== workerUrl) throw new TypeError('not the vault’s worker');
    return url;
  },
});

/** Fired on window when the worker does not start: a call to it would wait for ever. */
export const VAULT_BROKEN = 'totl-vault-broken';

function connect(): Remote<Vault> {
  const url = policy?.createScriptURL(workerUrl) ?? workerUrl;
  const options = { type: 'module', name: 'totl-vault' } as const;
  const worker = 'SharedWorker' in globalThis ? new SharedWorker(url, options) : new Worker(url, options);
  worker.onerror = () => window.dispatchEvent(new CustomEvent(VAULT_BROKEN));
  return wrap<Vault>(worker instanceof Worker ? worker : worker.port);
}

let remote: Remote<Vault> | null = null;
let channel: BroadcastChannel | null = null;
/** What the vault has held from before this instant is locked before anything else is asked of it; null: nothing is. */
let lockOlderThan: number | null = null;
let last: VaultState = { state: 'locked' };
const listeners = new Set<(state: VaultState) => void>();

/** The vault itself; its worker, which is larger than a page, starts with the first use. */
export function vault(): Remote<Vault> {
  remote ??= connect();
  listen();
  if (lockOlderThan !== null) void remote.lockOlder(lockOlderThan);
  lockOlderThan = null;
  return remote;
}

/** Has the worker start before anything is asked of it: while a person types, it is fetched and made ready. */
export const startVault = (): void => void vault();

/** Another tab may lock or unlock, and idleness locks: the worker says so, to all of them at once. Starts none. */
function listen(): void {
  if (channel) return;
  channel = new BroadcastChannel(VAULT_CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<VaultWord>) => {
    if (data === 'changed') void refreshVaultState();
  };
  channel.postMessage('asked' satisfies VaultWord);
  document.addEventListener('visibilitychange', () => {
    if (remote) void refreshVaultState();
  });
}

/** More often nothing is told: a vault that is open for minutes loses no more than this. */
const IN_USE_EVERY_MS = 15_000;
let toldInUseAt = 0;

/** Whoever types or presses in the portal, on whichever page and in whichever tab, is there: what is open stays so. */
function inUse({ isTrusted }: Event): void {
  if (!isTrusted || !remote || last.state !== 'unlocked' || Date.now() - toldInUseAt < IN_USE_EVERY_MS) return;
  toldInUseAt = Date.now();
  void stayUnlocked();
}
for (const type of ['keydown', 'pointerdown', 'wheel'])
  window.addEventListener(type, inUse, { capture: true, passive: true });

export const vaultState = (): VaultState => last;

export async function refreshVaultState(): Promise<VaultState> {
  last = await vault().state();
  for (const listener of listeners) listener(last);
  return last;
}

/** Hears every change, and the present state unless nothing is unlocked; the answer stops it. */
export function onVaultState(listener: (state: VaultState) => void): () => void {
  listeners.add(listener);
  listen();
  if (remote) void refreshVaultState();
  return () => listeners.delete(listener);
}

const isPersonal = (keyring: Keyring, id: string): boolean =>
  readManifest(keyring).unlockers.some((one) => one.id === id && one.owner !== null);

const nameOf = (tenant: string): string => `totl.seen.${tenant}`;

/** The highest manifest of a tenant that this browser has trusted. */
export function seenManifest(tenant: string): SeenManifest | SeenBefore | null {
  const text = memory.read(nameOf(tenant));
  return text ? (JSON.parse(text) as SeenManifest | SeenBefore) : null;
}

/**
 * Never goes back: another tab may have seen a newer one meanwhile. An entry in the old form is replaced once it was
 * compared.
 */
function remember(tenant: string, seen: SeenManifest): void {
  const before = seenManifest(tenant);
  const isNews = before === null || before.version < seen.version;
  if (isNews || (before.version === seen.version && 'sha256' in before))
    memory.write(nameOf(tenant), JSON.stringify(seen));
}

/** Remembers the manifest that this browser signed itself, so that its fingerprint is known before the first unlock. */
export async function rememberManifest(tenant: string, manifest: string, fingerprint: string): Promise<void> {
  // The version that was signed, not the one that the server answers.
  const { version } = readPayload<Manifest>(manifest);
  remember(tenant, { version, signed: await signedSha256(manifest), fingerprint });
}

/**
 * What this browser has seen for a tenant, and the manifests from there to the keyring that the server shows. Throws
 * what the API throws.
 */
export async function seenBefore({ tenant, keyring }: Pick<UnlockInput, 'tenant' | 'keyring'>) {
  const seen = seenManifest(tenant);
  const since =
    seen && seen.version < keyring.version ? await manifestsBetween(tenant, seen.version, keyring.version) : [];
  return { seen, since };
}

/**
 * A line that its person has compared with an admin takes the place of what was remembered, back in version too, and is put on record.
 * Throws what the API throws: unrecorded, it is not taken.
 */
async function takeLine(tenant: string, now: SeenManifest, before: SeenManifest | SeenBefore): Promise<void> {
  await noteLineTaken(tenant, {
    version: now.version,
    signed: now.signed,
    insteadVersion: before.version,
    instead: 'signed' in before ? before.signed : before.sha256,
  });
  memory.write(nameOf(tenant), JSON.stringify(now));
}

/** Unlocks; remembers the manifest that was trusted, and has a root that was confirmed pinned in the unlocker. */
export async function unlock(input: Omit<UnlockInput, 'seen' | 'since'>) {
  const before = await seenBefore(input);
  const result = await vault().unlock({ ...input, ...before });
  if (result.ok && before.seen && input.confirmedLine === result.seen.signed)
    await takeLine(input.tenant, result.seen, before.seen).catch(async (error) => {
      // It is open by now, and must not stay open on a line that is not on record.
      await lock();
      throw error;
    });
  else if (result.ok) remember(input.tenant, result.seen);
  // Not kept: the words are asked again in another browser. A shared unlocker's pin is never changed by one of those who share it.
  if (result.ok && result.repinned && isPersonal(input.keyring, input.unlocker))
    await changeUnlocker(input.tenant, result.repinned).catch(() => {});
  // Not kept: the next unlock says it again, and what waits for it goes away by itself after thirty days.
  if (result.ok && result.opened !== null)
    await keyringOpened(input.tenant, input.unlocker, result.opened).catch(() => {});
  await refreshVaultState();
  return result;
}

/** Opens the vault for re-sealing to this key alone while `work` goes on. However that ends, it is closed again. */
export async function whileResealing<T>(
  input: Omit<UnlockInput, 'seen' | 'since'>,
  kid: string,
  work: () => Promise<T>,
): Promise<VaultResult<{ value: T }>> {
  const begun = await vault().beginReseal({ ...input, ...(await seenBefore(input)) }, kid);
  if (!begun.ok) return begun;
  try {
    return { ok: true, value: await work() };
  } finally {
    await vault().endReseal();
  }
}

/** Keeps what is unlocked so for as long again as the tenant lets it be idle. */
export const stayUnlocked = (): Promise<void> => vault().stay();

/**
 * Locks every vault that is open in this browser, and starts none where there is none: its worker is larger than the first screen. A vault
 * takes its own messages in order, so whatever this page asks of it first finds it locked too; unless its person has unlocked it meanwhile, in
 * another tab.
 */
export function lockWhatIsOpen(): void {
  if (remote) return void lock();
  lockOlderThan = Date.now();
  listen();
  channel?.postMessage('lock' satisfies VaultWord);
}

export async function lock(): Promise<void> {
  await vault().lock();
  await refreshVaultState();
}
