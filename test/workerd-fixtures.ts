// For tests in workerd: a tenant with people and a token in D1, signed-in requests, keys, reports and sealed secrets.
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { createHash, randomBytes } from 'node:crypto';
import { base64urlnopad } from '@scure/base';
import { CompactEncrypt, importJWK, SignJWT } from 'jose';
import { expect } from 'vitest';
import { makeEscrowKey, openEscrowKey } from '../portal/vault/escrow-key.ts';
import { isFault } from '../portal/vault/fault.ts';
import { requestGrant } from '../portal/vault/grant.ts';
import { sealByHand } from '../portal/vault/hand.ts';
import { newSalt } from '../portal/vault/kdf.ts';
import { resealSecret, sealTo } from '../portal/vault/resealer.ts';
import { newRoot, type Root, sealRoot, signManifest } from '../portal/vault/root.ts';
import {
  type MadeUnlocker,
  makePasskeyUnlocker,
  makeRecoveryUnlocker,
  openUnlocker,
  repinned,
  signChange,
  signDrill,
  signOpened,
} from '../portal/vault/unlocker.ts';
import { commit, newVaultKey, type VaultKey, wrapVaultKey } from '../portal/vault/vault-key.ts';
import type { GrantRequest } from '../schema/grant.ts';
import { SEALED_TYP } from '../schema/jwe.ts';
import type {
  DrillProven,
  EscrowKey,
  KeyringWrite,
  PrfKdf,
  SealedUnlocker,
  UnlockerChanged,
  Wrap,
} from '../schema/keyring.ts';
import { LiveMessage } from '../schema/live.ts';
import { LIVE_ACK, LIVE_PONG } from '../schema/live-socket.ts';
import type { Role } from '../schema/person.ts';
import type { Problem } from '../schema/problem.ts';
import type { RefusalCode } from '../schema/refusal.ts';
import { RIGHTS_OF } from '../schema/rights.ts';
import type { Resealed } from '../schema/rotation.ts';
import type { HandSecret, Revealed, SecretKind, SecretRef } from '../schema/secret.ts';
import { type Manifest, sha256Hex, type VaultPurpose } from '../schema/signed.ts';
import { contractFault } from './contract.ts';
import { pass, START } from './support/clock.ts';
import { until } from './support/until.ts';
import type { TestBindings } from './workerd-setup.ts';

export const bindings = env as unknown as TestBindings & {
  TEST_ACCESS_KEY: string;
  TEST_RECEIVER: string;
  BACKUP: R2Bucket;
};
export const PORTAL = 'http://localhost:8788';

export type TestTenant = { id: string; token: string };

/** A tenant as the set-up guide's three INSERTs make it, with admin, engineer and auditor. */
export async function seedTenant(name = 'Acme MSP'): Promise<TestTenant> {
  const id = crypto.randomUUID();
  const token = `tok_${randomBytes(24).toString('base64url')}`;
  const salt = randomBytes(8).toString('hex');
  const hash = createHash('sha256').update(`${salt}:${token}`).digest('hex');
  const db = bindings.INDEX_DB;
  await db.batch([
    db.prepare('INSERT INTO tenants (id,name) VALUES (?, ?)').bind(id, name),
    ...(['admin', 'engineer', 'auditor'] as const).map((role, index) =>
      db
        .prepare('INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, ?)')
        .bind(`u${index}`, id, emailOf(role), role),
    ),
    db
      .prepare(
        'INSERT INTO api_tokens (id,tenant_id,token_prefix,token_hash,token_salt,label) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .bind('t1', id, token.slice(0, 8), hash, salt, 'engine'),
  ]);
  return { id, token };
}

export const emailOf = (role: Role): string => `${role}@example.com`;

type TokenOptions = {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
};

/** A signed Access application token; every claim can be bent. `undefined` takes one out. */
export async function accessToken(email: string | undefined, options: TokenOptions = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const key = options.key ?? (await importJWK(JSON.parse(bindings.TEST_ACCESS_KEY), 'RS256'));
  return new SignJWT({
    ...{ iss: bindings.ACCESS_TEAM_DOMAIN, aud: ['test-audience'], iat: now, exp: now + 600, email },
    ...options.claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'test-key', ...options.header })
    .sign(key);
}

/** `text` is the body as it came; `json` is null where it is not JSON. */
export type Answer<T = unknown> = { status: number; json: T; text: string; headers: Headers };

/** One request to the Worker, whole: authentication, routing, object and all. Throws where the answer is not what the table says. */
export async function request<T = Problem>(
  method: 'GET' | 'POST' | 'OPTIONS',
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array<ArrayBuffer>,
  origin = 'https://api.example.com',
): Promise<Answer<T>> {
  const worker = exports as unknown as { default: Fetcher };
  const response = await worker.default.fetch(origin + path, { method, headers, body, redirect: 'manual' });
  // A socket that nobody uses is closed: what comes over one is for `connect`.
  response.webSocket?.accept();
  response.webSocket?.close();
  // Not `text()`: workerd warns of every media type that is not text by name.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const isJson = /json$/.test(response.headers.get('content-type')?.replace(/ndjson$/, '') ?? '');
  const json = text && isJson ? JSON.parse(text) : null;
  const fault = method === 'OPTIONS' ? null : contractFault(method, path, response, json);
  if (fault) throw new Error(fault);
  return { status: response.status, json, text, headers: response.headers };
}

const sent = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

export const asMachine = <T = Problem>(token: string, path: string, body?: unknown, type = 'application/json') =>
  request<T>(
    body === undefined ? 'GET' : 'POST',
    path,
    { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    body === undefined ? undefined : sent(body),
  );

export const asPerson = async <T = Problem>(email: string, path: string, body?: unknown) =>
  request<T>(
    body === undefined ? 'GET' : 'POST',
    path,
    {
      'cf-access-jwt-assertion': await accessToken(email),
      ...(body === undefined ? {} : { 'content-type': 'application/json', origin: PORTAL }),
    },
    body === undefined ? undefined : sent(body),
  );

export type TestKeyring = {
  root: Root;
  reveal: VaultKey;
  admin: VaultKey;
  write: KeyringWrite;
  manifest: Manifest;
  kid: string;
  /** The admin's own unlocker, and the recovery sheet's. */
  ids: { own: string; recovery: string };
  /** What opens the recovery set. */
  recoveryCode: string;
};

/** What a passkey of the tests answers. */
const PRF = base64urlnopad.encode(new Uint8Array(32).fill(7));
export const passkeyKdf = (): PrfKdf => ({
  ...{ name: 'webauthn-prf', salt: newSalt(), credential: 'credential', rpId: 'portal.example.com' },
});

/**
 * A keyring with real keys and signatures. Argon2id takes its second, and the server cannot tell:
 * the halves of passphrases are sealed under a passkey's output, whatever kind the manifest names.
 */
export async function makeKeyring(tenant: string): Promise<TestKeyring> {
  const root = await newRoot();
  const [reveal, admin] = [newVaultKey('reveal', 1), newVaultKey('admin', 1)];
  const both: VaultPurpose[] = ['reveal', 'admin'];
  const passphrase = async (owner: string | null, rights: VaultPurpose[]): Promise<MadeUnlocker> => {
    const wanted = { label: 'Passphrase', owner, rights };
    const made = await makePasskeyUnlocker(tenant, root.fingerprint, wanted, passkeyKdf(), PRF);
    return { ...made, entry: { ...made.entry, kind: 'passphrase' } };
  };
  const own = await passphrase(emailOf('admin'), both);
  const recovery = await makeRecoveryUnlocker(tenant, root.fingerprint, {
    ...{ label: 'Recovery sheet', owner: null, rights: both },
  });
  const made = [own, recovery, await passphrase(null, ['reveal'])];
  const key = await makeEscrowKey(tenant, root, reveal, { keyEpoch: 1, previousKid: null });
  const manifest: Manifest = {
    ...{ tenant, version: 1, previous: null, createdAt: Date.now() },
    vaultKeys: [await commit(tenant, reveal), await commit(tenant, admin)],
    unlockers: made.map(({ entry }) => entry),
    keys: [{ kid: key.kid, keyEpoch: 1, state: 'active' }],
  };
  const wraps = made.flatMap(({ entry }) =>
    [reveal, admin]
      .filter((vault) => entry.rights.includes(vault.purpose))
      .map((vault) => wrapVaultKey(tenant, entry.id, entry.jwk, vault)),
  );
  const write: KeyringWrite = {
    manifest: await signManifest(root, manifest),
    root: sealRoot(tenant, root, admin),
    escrowKeys: [key],
    unlockers: made.map(({ half }) => half),
    wraps: await Promise.all(wraps),
  };
  const ids = { own: own.entry.id, recovery: recovery.entry.id };
  return { root, reveal, admin, write, manifest, kid: key.kid, ids, recoveryCode: recovery.codes[0] ?? '' };
}

/** The admin's own unlocker with its pin sealed anew, as its owner signs it. */
export async function changedUnlocker(tenant: string, { root, write, ids }: TestKeyring): Promise<UnlockerChanged> {
  const half = write.unlockers.find((one) => one.id === ids.own);
  const opened = half && (await openUnlocker(tenant, half, PRF));
  if (!opened || isFault(opened)) throw new Error('the admin’s unlocker opens');
  return signChange(tenant, opened, repinned(tenant, opened, root.fingerprint));
}

/** The proof of a drill: the recovery set opened with its code. `bent`: signed by the admin's own unlocker in its place. */
export async function drillProof(
  tenant: string,
  { write, ids, recoveryCode }: TestKeyring,
  bent = false,
): Promise<DrillProven> {
  const half = write.unlockers.find((one) => one.id === (bent ? ids.own : ids.recovery));
  const opened = half && (await openUnlocker(tenant, half, bent ? PRF : recoveryCode));
  if (!opened || isFault(opened)) throw new Error('the recovery set opens');
  return { proof: await signDrill(tenant, { ...opened, id: ids.recovery }) };
}

/** An unlocker of the tests' word that it opened every key of the keyring as it is. */
export async function openedWord(
  tenant: string,
  keyring: Pick<TestKeyring, 'manifest' | 'write'>,
  half: SealedUnlocker,
): Promise<string> {
  const opened = await openUnlocker(tenant, half, PRF);
  if (isFault(opened)) throw new Error(opened.message);
  return signOpened(opened, { manifest: keyring.manifest, sha256: await sha256Hex(keyring.write.manifest) });
}

/** An unlocker as a person's browser makes it, to be granted. */
export async function grantRequest(
  tenant: string,
  email: string,
  root: string,
  role: Role = 'engineer',
): Promise<GrantRequest> {
  const asked = { tenant, email, root, rights: RIGHTS_OF[role] };
  return (await requestGrant({ ...asked, label: 'Passkey', kind: 'passkey', kdf: passkeyKdf(), prf: PRF })).request;
}

/** Writes the next manifest of a keyring, with what is new in it, through the API. */
export async function writeNext(
  tenant: string,
  keyring: TestKeyring,
  change: (manifest: Manifest) => void,
  escrowKeys: EscrowKey[] = [],
  wraps: readonly Promise<Wrap>[] = [],
  unlockers: SealedUnlocker[] = [],
  more: Pick<KeyringWrite, 'sweep' | 'kept'> = {},
): Promise<Answer<Problem>> {
  const next: Manifest = structuredClone(keyring.manifest);
  next.version += 1;
  next.previous = await sha256Hex(keyring.write.manifest);
  change(next);
  const manifest = await signManifest(keyring.root, next);
  const write: KeyringWrite = {
    ...{ manifest, root: keyring.write.root, escrowKeys, unlockers },
    wraps: await Promise.all(wraps),
    ...more,
  };
  const answer = await asPerson<Problem>(emailOf('admin'), `/v1/tenants/${tenant}/keyring`, write);
  if (answer.status === 200) {
    keyring.manifest = next;
    keyring.write = { ...keyring.write, manifest, escrowKeys: [...escrowKeys, ...keyring.write.escrowKeys] };
    keyring.kid = next.keys.find((key) => key.state === 'active')?.kid ?? '';
  }
  return answer;
}

/** Starts a rotation: a new active key, the one before it retiring. Answers the old kid. */
export async function startRotation(tenant: string, keyring: TestKeyring): Promise<string> {
  const old = keyring.kid;
  const keyEpoch = keyring.manifest.keys.length + 1;
  const key = await makeEscrowKey(tenant, keyring.root, keyring.reveal, { keyEpoch, previousKid: old });
  const answer = await writeNext(
    tenant,
    keyring,
    (next) => {
      for (const one of next.keys) if (one.state === 'active') one.state = 'retiring';
      next.keys.push({ kid: key.kid, keyEpoch, state: 'active' });
    },
    [key],
  );
  if (answer.status !== 200) throw new Error(`the rotation answered ${answer.status}: ${answer.json.detail}`);
  return old;
}

/** Moves a key on, as an admin's browser does when it finishes a rotation or, after its own sweep, destroys a key. */
export const setKeyState = (
  tenant: string,
  keyring: TestKeyring,
  kid: string,
  state: 'retired' | 'destroyed' | 'active',
  sweep?: string,
) => {
  const change = (next: Manifest) => {
    for (const one of next.keys) if (one.kid === kid) one.state = state;
  };
  return writeNext(tenant, keyring, change, [], [], [], sweep === undefined ? {} : { sweep });
};

/** The private halves of a keyring's escrow keys, as an unlocked vault holds them. */
export async function privateKeysOf(tenant: string, keyring: TestKeyring): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const { kid, sealedPrivate } of keyring.write.escrowKeys) {
    const key = await openEscrowKey(tenant, kid, sealedPrivate, keyring.reveal);
    if (key) keys.set(kid, key);
  }
  return keys;
}

/** Seeds a tenant and does its set-up through the API. */
export async function seedReadyTenant(): Promise<TestTenant & { keyring: TestKeyring }> {
  const tenant = await seedTenant();
  const keyring = await makeKeyring(tenant.id);
  const { status } = await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/keyring`, keyring.write);
  if (status !== 200) throw new Error(`set-up answered ${status}`);
  return { ...tenant, keyring };
}

export const newMachine = () => ({
  ...{ id: crypto.randomUUID(), hostname: 'ACM-LT-0142', serial: '5CD1234XYZ', model: 'EliteBook 840 G10' },
});
export const newRun = () => ({
  ...{ id: crypto.randomUUID(), startedAt: START, phases: ['preflight', 'bitlocker', 'validation'] },
});
export const event = (seq: number, more: Record<string, unknown> = {}) => ({
  ...{ seq, at: START + seq, message: `event ${seq}` },
  ...more,
});

type Sealing = {
  plaintext?: string;
  kind?: SecretKind;
  ref?: SecretRef;
  header?: Record<string, unknown>;
  run?: string;
  /** When the PC's clock says that it was sealed, in seconds; left out, now. */
  iat?: number;
  /** The engine's count, and what the PC's clock says as it goes out, in ms; left out, the request has none. */
  order?: number;
  sentAt?: number;
};

/** Seals a secret, a local administrator's password unless said otherwise, as an engine does: the body of `POST /v1/secret`. */
export function sealedSecret(tenant: string, keyring: TestKeyring, machine: string, how: Sealing = {}) {
  const key = keyring.write.escrowKeys[0];
  if (!key) throw new Error('the keyring has an escrow key');
  return sealedFor(tenant, { kid: keyring.kid, jwk: key.jwk }, machine, how);
}

/** The same, to one escrow key. */
export async function sealedFor(
  tenant: string,
  { kid, jwk }: Pick<EscrowKey, 'kid' | 'jwk'>,
  machine: string,
  how: Sealing = {},
) {
  const [run, eid] = [how.run ?? crypto.randomUUID(), crypto.randomUUID()];
  const kind = how.kind ?? 'local_admin_password';
  const ref = how.ref ?? { account: 'Administrator' };
  // Sealing takes its second: what is sealed later says so.
  pass(1000);
  const iat = how.iat ?? Math.floor(Date.now() / 1000);
  const sealed = await new CompactEncrypt(new TextEncoder().encode(how.plaintext ?? 'kq7-Vm2'))
    .setProtectedHeader({
      ...{ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid, typ: SEALED_TYP, tenant, machine, run, kind, eid },
      ...{ iat, ref },
      ...how.header,
    })
    .encrypt(await importJWK({ ...jwk, alg: 'RSA-OAEP-256' }));
  const { order, sentAt } = how;
  return { machine, run, kind, eid, ref, order, sentAt, sealed };
}

/** How many rows an object's statements read and write while `act` runs. */
export async function rowsOf(
  sql: SqlStorage,
  act: () => Promise<unknown> | unknown,
): Promise<{ read: number; written: number }> {
  const exec = sql.exec.bind(sql);
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  sql.exec = ((query: string, ...more: unknown[]) => {
    const cursor = exec(query, ...more);
    cursors.push(cursor);
    return cursor;
  }) as typeof sql.exec;
  try {
    await act();
  } finally {
    sql.exec = exec as typeof sql.exec;
  }
  const sum = (what: 'rowsRead' | 'rowsWritten') => cursors.reduce((total, cursor) => total + cursor[what], 0);
  return { read: sum('rowsRead'), written: sum('rowsWritten') };
}

/** As if a day had passed since the last reveal: for tests that reveal more than a person may, to see that everything opens. */
export const forgetReveals = (tenant: string): Promise<void> =>
  runInDurableObject(bindings.TENANT.getByName(tenant), (_object, state) => {
    state.storage.sql.exec('DELETE FROM reveal_log');
  });

/** Seals a secret by hand, as an unlocked browser does: the body of `POST …/machines/:machine/secrets`. */
export async function handSecret(
  tenant: string,
  keyring: TestKeyring,
  machine: string,
  by: string,
  plaintext = 'by-hand-9x',
): Promise<HandSecret> {
  const active = keyring.write.escrowKeys.find((key) => key.kid === keyring.kid);
  if (!active) throw new Error('the keyring has an active key');
  const to = await sealTo(active.kid, active.jwk);
  const input = { tenant, machine, kind: 'bios_password', ref: { label: 'BIOS' }, by, plaintext } as const;
  const sealed = await sealByHand(input, await privateKeysOf(tenant, keyring), to, Date.now());
  if (isFault(sealed)) throw new Error(sealed.message);
  return sealed;
}

/** Re-seals one version to the active key, as an unlocked admin's browser does: an item of `POST …/rotation/reseal`. */
export async function resealedItem(
  tenant: string,
  keyring: TestKeyring,
  secret: string,
  version?: number,
): Promise<Resealed> {
  const path = `/v1/tenants/${tenant}/secrets/${secret}/reveal`;
  const { json } = await asPerson<Revealed>(emailOf('admin'), path, { reason: 'to re-seal', version });
  const active = keyring.write.escrowKeys.find((key) => key.kid === keyring.kid);
  if (!active) throw new Error('the keyring has an active key');
  const keys = await privateKeysOf(tenant, keyring);
  const resealed = await resealSecret(tenant, json, keys, await sealTo(active.kid, active.jwk));
  if (isFault(resealed)) throw new Error(resealed.message);
  return resealed;
}

/** A live socket as a browser holds it; by default it acknowledges what it hears. */
export class Listener {
  readonly heard: LiveMessage[] = [];
  closedWith: number | null = null;
  pongs = 0;
  /** Taken out: a browser that hears and is too slow to say so. */
  acks = true;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (data === LIVE_PONG) {
        this.pongs++;
        return;
      }
      const message = LiveMessage.parse(JSON.parse(String(data)));
      this.heard.push(message);
      if (this.acks && message.type !== 'hello') this.say(LIVE_ACK + message.cursor);
    });
    socket.addEventListener('close', ({ code }) => {
      this.closedWith = code;
    });
    socket.accept();
  }

  get cursor(): string {
    return this.heard.at(-1)?.cursor ?? '';
  }

  say(said: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(said);
  }

  leave(): void {
    this.#socket.close(1000);
  }
}

/** Opens a live socket through the Worker, as the portal does; a refusal's code where it is not accepted. */
export async function listen(
  email: string,
  tenant: string,
  {
    cursor,
    headers,
    claims,
  }: { cursor?: string; headers?: Record<string, string>; claims?: TokenOptions['claims'] } = {},
): Promise<Listener | RefusalCode> {
  const worker = exports as unknown as { default: Fetcher };
  const query = cursor === undefined ? '' : `?cursor=${cursor}`;
  const response = await worker.default.fetch(`https://api.example.com/v1/tenants/${tenant}/live${query}`, {
    headers: {
      'cf-access-jwt-assertion': await accessToken(email, { claims }),
      ...{ origin: PORTAL, upgrade: 'websocket' },
      ...headers,
    },
  });
  return response.webSocket
    ? new Listener(response.webSocket)
    : (((await response.json()) as Problem).code as RefusalCode);
}

/** The same where it is accepted, once it has been said hello to. */
export async function mustListen(...asked: Parameters<typeof listen>): Promise<Listener> {
  const listener = await listen(...asked);
  if (!(listener instanceof Listener)) throw new Error(`refused: ${listener}`);
  await until(() => expect(listener.heard).not.toEqual([]));
  return listener;
}
