// Writes schema/vectors/: a tenant's keyring and its changes, with what opens it at each step; secrets sealed to it; a
// piece of an audit chain; an exit bundle. Run by hand (`node dev/make-vectors.ts`) when a format is added. It writes
// only what is not there yet and overwrites nothing: the checked-in files must go on opening for ever.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { base64urlnopad } from '@scure/base';
import { sealRaw } from '../engine/seal.ts';
import { sha256 } from '../objects/core/rows.ts';
import type { BundlePart, KeyringAct, UnlockInput } from '../portal/vault/contract.ts';
import {
  ADMIN,
  keyringAfter,
  keyringOf,
  must,
  PASSPHRASE,
  passkeyKdf,
  sealedRecord,
  TEAM_PASSPHRASE,
  TENANT,
  unlockInput,
} from '../portal/vault/fixtures.ts';
import { requestGrant } from '../portal/vault/grant.ts';
import { Keeper } from '../portal/vault/keeper.ts';
import { draftSetUp } from '../portal/vault/set-up.ts';
import { grantWords, successionWords } from '../portal/vault/spoken-words.ts';
import type { AuditEntry } from '../schema/audit.ts';
import { genesisHash, hashEntry } from '../schema/chain.ts';
import { RIGHTS_OF } from '../schema/facts/roles.ts';
import { thumbprint } from '../schema/jwk.ts';
import type { Keyring } from '../schema/keyring.ts';
import type { MachineSummary } from '../schema/machine.ts';
import type { Revealed } from '../schema/secret.ts';
import { root, run } from './lib/run.ts';

const folder = path.join(root, 'schema/vectors');
mkdirSync(folder, { recursive: true });

/** Makes a missing file. `wx`: the file system itself refuses to overwrite one. */
async function file(name: string, make: () => Promise<string>): Promise<string> {
  const to = path.join(folder, name);
  if (!existsSync(to)) {
    writeFileSync(to, await make(), { flag: 'wx' });
    if (name.endsWith('.json')) await run('biome', ['format', '--write', to]);
  }
  return readFileSync(to, 'utf8');
}

/** A vector as it stands in its file, made only if there is none: later vectors build on what was written once. */
const vector = async <T>(name: string, make: () => Promise<T>): Promise<T> =>
  JSON.parse(await file(name, async () => `${JSON.stringify(await make(), null, 2)}\n`));

const keyring = await vector('keyring.json', async () => {
  const asked = { tenant: TENANT, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: TEAM_PASSPHRASE };
  const made = must(await draftSetUp(asked));
  return {
    about: 'A first set-up as the server gets it, and what unlocks it. docs/protocol.md explains each part.',
    tenant: TENANT,
    fingerprint: made.fingerprint,
    passphrase: PASSPHRASE,
    teamPassphrase: TEAM_PASSPHRASE,
    recoveryCode: made.recoveryCode,
    write: made.write,
  };
});

const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2_ünï' } as const;
const protector = { protectorId: '5f0c1f8e-9f2b-4d2b-8f27-3f2f2b7a9d10', volume: 'C:' };
const plaintext = '000011-000022-720885-111111-222222-333333-444444-555555';

const { secrets } = await vector('secrets.json', async () => {
  const gcm = await sealedRecord(keyring.write, password);
  const recovery = { kind: 'bitlocker_recovery_key', ref: protector, plaintext, enc: 'A256CBC-HS512' } as const;
  const cbc = await sealedRecord(keyring.write, recovery);
  const jwk = keyring.write.escrowKeys[0]?.jwk;
  if (!jwk) throw new Error('the draft has an escrow key');
  const raw = structuredClone(gcm);
  raw.sealed = await sealRaw(jwk, 'raw plaintext');
  raw.version.format = 'rsa-oaep-256';
  raw.version.bound = false;
  return {
    about: 'Reveals of secrets sealed to the escrow key of keyring.json, with their plaintext.',
    secrets: [
      { name: 'RSA-OAEP-256 with A256GCM', plaintext: password.plaintext as string, revealed: gcm },
      { name: 'RSA-OAEP-256 with A256CBC-HS512', plaintext, revealed: cbc },
      { name: 'raw RSA-OAEP-SHA256', plaintext: 'raw plaintext', revealed: raw },
    ],
  };
});

const audit = await vector('audit.json', async () => {
  const entries: AuditEntry[] = [];
  const acts: [AuditEntry['action'], AuditEntry['detail']][] = [
    ['tenant.initialized', {}],
    ['machine.enrolled', { hostname: 'ACM-LT-0142' }],
    ['secret.revealed', { version: 1, reason: 'Ünïcode and "quotes"\n', kind: 'other' }],
  ];
  for (const [index, [action, detail]] of acts.entries()) {
    const entry: Omit<AuditEntry, 'hash'> = {
      v: 1,
      tenant: TENANT,
      seq: index + 1,
      at: 1_790_000_000_000 + index,
      principal: { kind: 'person', id: 'u1', name: ADMIN },
      action,
      subject: TENANT,
      outcome: 'done',
      detail,
      ip: '192.0.2.1',
      userAgent: null,
      previousHash: entries.at(-1)?.hash ?? genesisHash(TENANT),
    };
    entries.push({ ...entry, hash: hashEntry(entry) });
  }
  return { about: 'The first entries of a chain: docs/audit.md.', tenant: TENANT, entries };
});

const [own, , team] = keyring.write.unlockers.map(({ id }) => id);
if (!own || !team) throw new Error('the first set-up has an admin’s passphrase and a team’s');
/** The admin's passphrase, on some keyring. */
const admin = (of: Keyring): UnlockInput => unlockInput(of, own, keyring.passphrase);
const after = async (before: Keyring, act: KeyringAct): Promise<Keyring> =>
  keyringAfter(before, must(await new Keeper().draft(admin(before), act)).write);
const newest = (of: Keyring): string => of.unlockers.at(-1)?.id ?? '';

const first = keyringOf(keyring);
const recoverySet = await vector('recovery-set.json', async () => {
  const { write, recovery } = must(
    await new Keeper().draft(admin(first), { act: 'make_recovery_set', threshold: 2, count: 3 }),
  );
  return {
    about:
      'The write that follows on keyring.json and brings a recovery set in the first one’s place; any two codes open it.',
    setId: recovery?.setId ?? '',
    threshold: 2,
    count: 3,
    codes: recovery?.codes ?? [],
    unlocker: newest(await keyringAfter(first, write)),
    write,
  };
});

const withSet = await keyringAfter(first, recoverySet.write);
const succession = await vector('succession.json', async () => {
  const prf = base64urlnopad.encode(crypto.getRandomValues(new Uint8Array(32)));
  const label = 'Passkey of the laptop';
  const withPasskey = await after(withSet, { act: 'add_passkey', email: ADMIN, label, kdf: passkeyKdf(), prf });
  const rotated = await after(withPasskey, { act: 'rotate' });
  const succeeded = await after(rotated, { act: 'replace_root' });
  return {
    about:
      'The keyring as an admin gets it, after recovery-set.json, a passkey, a rotation and a succession of the root: it opens with what opened it before, once the words are confirmed.',
    from: keyring.fingerprint,
    fingerprint: succeeded.fingerprint,
    unlockers: { passphrase: own, team, recovery: recoverySet.unlocker, passkey: newest(withPasskey) },
    prf,
    keyring: succeeded,
  };
});
const confirmedRoot = succession.fingerprint;

await vector('unlocker-changes.json', async () => {
  const passphrase = 'lantern gravel orchid ladder plume';
  const { changed } = must(await new Keeper().draftPassphraseChange({ ...admin(first), passphrase }));
  const { passkey } = succession.unlockers;
  const pinsOld = { ...unlockInput(succession.keyring, passkey, succession.prf), confirmedRoot };
  const keeper = new Keeper();
  const { repinned } = must(await keeper.unlock(pinsOld));
  await keeper.lock();
  return {
    about:
      'What an unlocker signs when its sealed half is replaced: a new passphrase on keyring.json, a new pin on succession.json.',
    newPassphrase: { unlocker: own, before: keyring.passphrase, after: passphrase, changed },
    newPin: { unlocker: passkey, changed: repinned },
  };
});

// The checked-in one is from when the words of a grant did not name its rights: nobody makes those any more.
const said = await vector('words.json', async () => {
  const email = 'engineer@example.com';
  const { request, words } = await requestGrant({
    tenant: TENANT,
    email,
    root: succession.fingerprint,
    label: 'Passkey',
    rights: RIGHTS_OF.engineer,
    kind: 'passkey',
    kdf: passkeyKdf(),
    prf: succession.prf,
  });
  const { jwk } = request.unlocker;
  const grant = { tenant: TENANT, root: succession.fingerprint, jwk, unlocker: await thumbprint(jwk), email, words };
  const { from, fingerprint: to } = succession;
  return {
    about: 'The eight words of a grant and of a succession, with all that they are made from.',
    grant,
    succession: { tenant: TENANT, from, to, words: successionWords(TENANT, from, to) },
  };
});

await vector('grant-words.json', async () => {
  const { tenant, root: fingerprint, jwk, unlocker, email } = said.grant;
  const of = { tenant, root: fingerprint, unlocker, email };
  return {
    about:
      'The eight words of a grant, which say what it opens, with all that they are made from: once for each rights.',
    tenant,
    root: fingerprint,
    jwk,
    unlocker,
    email,
    grants: [RIGHTS_OF.engineer, RIGHTS_OF.admin].map((rights) => ({ rights, words: grantWords({ ...of, rights }) })),
  };
});

const unlocked = new Keeper();
must(await unlocked.unlock({ ...admin(succession.keyring), confirmedRoot }));
const activeKid = succession.keyring.escrowKeys.at(-1)?.kid ?? '';

/** A record as the server gives it today: the first vectors are older than some of its members. */
const asToday = (one: Revealed): Revealed => {
  const version = {
    ...one.version,
    sha256: sha256(one.sealed),
    unopenable: false,
    verifiedAt: null,
    finding: null,
    order: null,
    sealedAt: null,
    hostname: null,
    counts: true,
  };
  return { ...one, version };
};

/** The record that the server reveals once a secret is re-sealed. */
async function resealed(item: Revealed): Promise<Revealed> {
  const { sealed } = must(await unlocked.reseal(item, activeKid)).resealed;
  return { ...item, version: { ...item.version, kid: activeKid, format: 'jwe', sha256: sha256(sealed) }, sealed };
}

const reseals = await vector('resealed-secrets.json', async () => ({
  about:
    'Secrets of secrets.json after the rotation in succession.json: re-sealed, each with its source’s SHA-256 in its header.',
  secrets: await Promise.all(
    secrets.map(async (one) => ({
      name: `${one.name}, re-sealed`,
      plaintext: one.plaintext,
      src: sha256(one.revealed.sealed),
      revealed: await resealed(asToday(one.revealed)),
    })),
  ),
}));

const machine: MachineSummary = {
  id: secrets[0]?.revealed.machine ?? '',
  hostname: 'ACM-LT-0142',
  serial: '5CD1234XYZ',
  manufacturer: 'HP',
  model: 'EliteBook 840 G11',
  osVersion: '10.0.26100',
  client: 'Acme',
  enrolledAt: 1_790_000_000_000,
  lastEventAt: null,
  silentSince: null,
  secrets: 3,
  toRotate: 0,
  shelf: 'fleet',
  attention: [],
  run: null,
};

await file('exit.bundle', async () => {
  const keeper = new Keeper();
  const begun = must(await keeper.beginBundle({ ...admin(succession.keyring), confirmedRoot, name: 'Acme GmbH' }));
  const parts: BundlePart[] = [
    { kind: 'machines', machines: [machine] },
    { kind: 'secrets', secrets: [...reseals.secrets, ...secrets].map(({ revealed }) => asToday(revealed)) },
    { kind: 'audit', entries: audit.entries },
  ];
  const lines = [begun.line];
  for (const part of parts) lines.push(must(await keeper.bundlePart(begun.bundle, part)).line);
  return [...lines, must(await keeper.endBundle(begun.bundle)).line].join('');
});
await unlocked.lock();
