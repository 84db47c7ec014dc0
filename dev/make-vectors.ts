// Writes schema/vectors/: one tenant's keyring with what opens it, secrets sealed to it, and a piece of an audit chain. Run by hand
// (`node dev/make-vectors.ts`) when a format is added; the checked-in files must go on opening for ever.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sealRaw } from '../engine/seal.ts';
import { PASSPHRASE, sealedRecord, TEAM_PASSPHRASE, TENANT } from '../portal/vault/fixtures.ts';
import { draftSetUp } from '../portal/vault/set-up.ts';
import type { AuditEntry } from '../schema/audit.ts';
import { genesisHash, hashEntry } from '../schema/chain.ts';
import { root } from './run.ts';

const folder = path.join(root, 'schema/vectors');
const write = (name: string, value: unknown) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
};

const draft = await draftSetUp({
  ...{ tenant: TENANT, email: 'admin@example.com', passphrase: PASSPHRASE, teamPassphrase: TEAM_PASSPHRASE },
});
write('keyring.json', {
  about: 'A first set-up as the server gets it, and what unlocks it. docs/protocol.md explains each part.',
  ...{ tenant: TENANT, fingerprint: draft.fingerprint, passphrase: PASSPHRASE, teamPassphrase: TEAM_PASSPHRASE },
  ...{ recoveryCode: draft.recoveryCode, write: draft.write },
});

const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2_ünï' } as const;
const protector = { protectorId: '5f0c1f8e-9f2b-4d2b-8f27-3f2f2b7a9d10', volume: 'C:' };
const recovery = { kind: 'bitlocker_recovery_key', ref: protector } as const;
const plaintext = '000011-000022-720885-111111-222222-333333-444444-555555';
const [gcm, cbc] = [
  await sealedRecord(draft.write, password),
  await sealedRecord(draft.write, { ...recovery, plaintext, enc: 'A256CBC-HS512' }),
];
const jwk = draft.write.escrowKeys[0]?.jwk;
if (!jwk) throw new Error('the draft has an escrow key');
const raw = structuredClone(gcm);
raw.sealed = await sealRaw(jwk, 'raw plaintext');
raw.version.format = 'rsa-oaep-256';
raw.version.bound = false;
write('secrets.json', {
  about: 'Reveals of secrets sealed to the escrow key of keyring.json, with their plaintext.',
  secrets: [
    { name: 'RSA-OAEP-256 with A256GCM', plaintext: password.plaintext, revealed: gcm },
    { name: 'RSA-OAEP-256 with A256CBC-HS512', plaintext, revealed: cbc },
    { name: 'raw RSA-OAEP-SHA256', plaintext: 'raw plaintext', revealed: raw },
  ],
});

const entries: AuditEntry[] = [];
const acts: [AuditEntry['action'], AuditEntry['detail']][] = [
  ['tenant.initialized', {}],
  ['machine.enrolled', { hostname: 'ACM-LT-0142' }],
  ['secret.revealed', { version: 1, reason: 'Ünïcode and "quotes"\n', kind: 'other' }],
];
for (const [index, [action, detail]] of acts.entries()) {
  const entry: Omit<AuditEntry, 'hash'> = {
    ...{ v: 1, tenant: TENANT, seq: index + 1, at: 1_790_000_000_000 + index },
    principal: { kind: 'person', id: 'u1', name: 'admin@example.com' },
    ...{ action, subject: TENANT, outcome: 'done', detail, ip: '192.0.2.1', userAgent: null },
    previousHash: entries.at(-1)?.hash ?? genesisHash(TENANT),
  };
  entries.push({ ...entry, hash: hashEntry(entry) });
}
write('audit.json', { about: 'The first entries of a chain: docs/audit.md.', tenant: TENANT, entries });
