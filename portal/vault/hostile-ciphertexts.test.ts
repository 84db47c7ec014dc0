// A server that lies about ciphertexts, and a keeper of a bundle who does so: each lie is refused by its own code,
// nothing is sealed on its word, and no part of a bundle comes out. Lies about the keyring are in hostile.test.ts.
import { beforeAll, describe, expect, it } from 'vitest';
import { readSealed } from '../../schema/jwe.ts';
import type { EscrowKey, Keyring } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import { sha256Hex } from '../../schema/signed.ts';
import { BundleWriter, openBundle } from './bundle.ts';
import type { BundlePart, SetUpDraft, UnlockInput, VaultFaultCode } from './contract.ts';
import {
  ADMIN,
  bent,
  keyringAfter,
  keyringOf,
  makeTenant,
  must,
  PASSPHRASE,
  sealedRecord,
  TENANT,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { draftSetUp } from './set-up.ts';
import { trustKeyring } from './trust.ts';

const OTHER_TENANT = 'another-tenant';
const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2_ünï' } as const;

let draft: SetUpDraft;
let first: Keyring;
/** After a rotation of the escrow key, which is unfinished. */
let rotated: Keyring;
/** Keys that the liar has made for itself, under the same tenant's name. */
let evil: SetUpDraft;
/** Sealed to the first escrow key. */
let record: Revealed;

/** Unlocks with the recovery code, which has both rights and is quick. */
const input = (keyring: Keyring): UnlockInput => unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode);

beforeAll(async () => {
  draft = await makeTenant();
  evil = must(await draftSetUp({ tenant: TENANT, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: null }));
  first = keyringOf(draft);
  const { write } = must(await new Keeper().draft(input(first), { act: 'rotate' }));
  rotated = await keyringAfter(first, write);
  record = await sealedRecord(first, password);
});

/** Only a fault: no ciphertext, no finding, no part of a bundle. */
const justThe = (code: VaultFaultCode) => ({ ok: false, code, message: expect.any(String) });

describe('a hostile server’s rotation page', () => {
  let keeper: Keeper;
  const activeKid = () => rotated.escrowKeys.at(-1)?.kid ?? '';
  beforeAll(async () => {
    keeper = new Keeper();
    must(await keeper.unlock(input(rotated)));
  });

  it('is re-sealed to the active key, where nobody bent it', async () => {
    const { resealed } = must(await keeper.reseal(record, activeKid()));
    const sealed = readSealed(resealed.sealed);
    expect(sealed).toMatchObject({ ok: true, header: { kid: activeKid(), src: await sha256Hex(record.sealed) } });
    expect(resealed.fromSha256).toBe(record.version.sha256);
  });

  it('cannot name another active key, because what is sealed to it only its maker opens', async () => {
    for (const kid of [record.version.kid, evil.write.escrowKeys[0]?.kid ?? ''])
      expect(await keeper.reseal(record, kid)).toEqual(justThe('keyring_changed'));
  });

  const differing: [string, (one: Revealed) => void][] = [
    ['machine', (one) => Object.assign(one, { machine: crypto.randomUUID() })],
    ['kind', (one) => Object.assign(one, { kind: 'other', ref: { label: 'x' } })],
    ['ref', (one) => Object.assign(one, { ref: { account: 'Guest' } })],
    ['run', (one) => Object.assign(one.version, { run: crypto.randomUUID() })],
    ['eid', (one) => Object.assign(one.version, { eid: crypto.randomUUID() })],
    ['bound', (one) => Object.assign(one.version, { bound: false })],
    ['kid', (one) => Object.assign(one.version, { kid: activeKid() })],
  ];
  it.each(differing)(
    'cannot give a ciphertext another %s, because its new header would say so for ever',
    async (_, bend) => {
      expect(await keeper.reseal(bent(record, bend), activeKid())).toEqual(justThe('wrong_header'));
    },
  );

  it('cannot name another SHA-256 than the ciphertext’s, because the swap would replace another one', async () => {
    const other = bent(record, ({ version }) => {
      version.sha256 = 'f'.repeat(64);
    });
    expect(await keeper.reseal(other, activeKid())).toEqual(justThe('cannot_open'));
  });

  it('cannot hand a ciphertext of a key that was never in the keyring', async () => {
    const foreign = await sealedRecord(evil.write, password);
    expect(await keeper.reseal(foreign, activeKid())).toEqual(justThe('unknown_kid'));
  });

  it('is re-sealed where nothing was sealed in it, because its old key could never go otherwise', async () => {
    const empty = { kind: 'other', ref: { label: 'x' }, plaintext: '', enc: 'A256CBC-HS512' } as const;
    const { resealed } = must(await keeper.reseal(await sealedRecord(first, empty), activeKid()));
    expect(readSealed(resealed.sealed)).toMatchObject({ ok: true, header: { kid: activeKid(), enc: 'A256CBC-HS512' } });
  });

  it('gains nothing by passing a JWE’s wrapped content key off as a raw secret, because it goes on unbound, sealed to our key, and is no text', async () => {
    const raw = bent(record, (one) => {
      const [, key = ''] = one.sealed.split('.');
      one.sealed = key.replaceAll('-', '+').replaceAll('_', '/');
      one.version.format = 'rsa-oaep-256';
    });
    raw.version.sha256 = await sha256Hex(raw.sealed);
    const { resealed } = must(await keeper.reseal(raw, activeKid()));
    expect(readSealed(resealed.sealed)).toMatchObject({ ok: true, header: { kid: activeKid(), bound: false } });
    expect(await keeper.open(raw)).toEqual(justThe('not_text'));
    expect(await keeper.check(raw)).toEqual({ ok: true, finding: 'malformed' });
  });

  it('cannot make a raw ciphertext a bound one by calling it so, because nothing ever bound it to its machine', async () => {
    const raw = await rawRecord('raw plaintext');
    raw.version.bound = true;
    const { resealed } = must(await keeper.reseal(raw, activeKid()));
    expect(readSealed(resealed.sealed)).toMatchObject({ ok: true, header: { bound: false } });
    const shown = bent(raw, (one) => {
      one.sealed = resealed.sealed;
      Object.assign(one.version, { format: 'jwe', kid: activeKid() });
    });
    expect(await keeper.open(shown)).toEqual(justThe('wrong_header'));
  });
});

/** Raw RSA-OAEP under the first escrow key, as older engines send it. */
async function rawRecord(plaintext: string): Promise<Revealed> {
  const RSA = { name: 'RSA-OAEP', hash: 'SHA-256' };
  const { jwk } = first.escrowKeys[0] as EscrowKey;
  const key = await crypto.subtle.importKey('jwk', jwk, RSA, false, ['encrypt']);
  const bytes = new Uint8Array(await crypto.subtle.encrypt(RSA, key, new TextEncoder().encode(plaintext)));
  const sealed = btoa(String.fromCharCode(...bytes));
  const version = { ...record.version, format: 'rsa-oaep-256' as const, bound: false, sha256: await sha256Hex(sealed) };
  return { ...structuredClone(record), sealed, version };
}

describe('a hostile keeper of a bundle', () => {
  const parts = (): BundlePart[] => [
    { kind: 'machines', machines: [] },
    { kind: 'secrets', secrets: [record] },
    { kind: 'audit', entries: [] },
  ];
  const written = async (): Promise<string[]> => {
    const writer = must(BundleWriter.begin(must(await trustKeyring(input(first))), first, 'Acme'));
    return [writer.head, ...parts().map((part) => must(writer.part(part))), writer.end()];
  };
  const opened = async (lines: string[]) => openBundle(lines.join(''), must(await trustKeyring(input(first))));

  it('hands out every part in order, where nobody bent it', async () => {
    expect(await opened(await written())).toEqual(parts());
  });

  type Lie = (lines: string[], others: string[]) => unknown;
  const lies: [string, Lie][] = [
    ['a line removed', (lines) => lines.splice(2, 1)],
    ['a line removed and the count put right', (lines) => lines.splice(3, 2, recounted(lines, 2))],
    ['two lines in each other’s place', (lines) => lines.splice(1, 0, ...lines.splice(2, 1))],
    ['a line twice', (lines) => lines.splice(1, 0, ...lines.slice(1, 2))],
    ['a line that is nothing', (lines) => lines.splice(2, 1, 'null\n')],
    ['a line of another bundle', (lines, others) => lines.splice(2, 1, ...others.slice(2, 3))],
    ['the end of another bundle', (lines, others) => lines.splice(4, 1, ...others.slice(4))],
    ['the head of another bundle', (lines, others) => lines.splice(0, 1, ...others.slice(0, 1))],
    ['its end cut off', (lines) => lines.pop()],
    ['half a line cut off', (lines) => lines.push((lines.pop() ?? '').slice(0, 60))],
    ['all but its head cut off', (lines) => lines.splice(1)],
    ['half its head cut off', (lines) => lines.splice(0, lines.length, (lines[0] ?? '').slice(0, 200))],
    ['something after its end', (lines) => lines.push(...lines.slice(1, 2))],
    ['another count', (lines) => lines.splice(4, 1, recounted(lines, 7))],
    ['another epoch in its head', (lines) => lines.splice(0, 1, reheaded(lines, { vaultEpoch: 2 }))],
    ['a later date in its head', (lines) => lines.splice(0, 1, reheaded(lines, { madeAt: Date.now() + 1 }))],
    ['another name in its head', (lines) => lines.splice(0, 1, reheaded(lines, { name: 'Other' }))],
  ];
  it.each(lies)('is refused with %s, and no part of it comes out', async (_, lie) => {
    const [lines, others] = [await written(), await written()];
    lie(lines, others);
    expect(await opened(lines)).toEqual(justThe('cannot_open'));
  });

  it('is refused as another tenant’s, whether the head says so or denies it', async () => {
    const asked = { tenant: OTHER_TENANT, email: ADMIN, passphrase: 'x', teamPassphrase: null };
    const other = must(await draftSetUp(asked));
    const theirs = { ...input(keyringOf(other)), tenant: OTHER_TENANT, unlocker: unlockerAt(other.write, 1) };
    const trusted = must(await trustKeyring({ ...theirs, secret: other.recoveryCode }));
    const [head, end] = ((writer) => [writer.head, writer.end()])(must(BundleWriter.begin(trusted, first, 'Other')));
    expect(await opened([head, end])).toEqual(justThe('keyring_untrusted'));
    expect(await opened([head.replaceAll(OTHER_TENANT, TENANT), end])).toEqual(justThe('cannot_open'));
  });
});

const withMembers = (line: string | undefined, changed: object): string =>
  `${JSON.stringify({ ...JSON.parse(line ?? '{}'), ...changed })}\n`;
/** The head, and the end with its count in the clear, as a liar would have them. */
const reheaded = (lines: string[], changed: object): string => withMembers(lines[0], changed);
const recounted = (lines: string[], parts: number): string => withMembers(lines.at(-1), { parts });

describe('a hostile server’s ciphertexts in a sweep', () => {
  it('under a key that is not held say that the keyring has changed, and are no finding', async () => {
    const keeper = new Keeper();
    must(await keeper.unlock(input(first)));
    const foreign = await sealedRecord(evil.write, password);
    expect(await keeper.check(record)).toEqual({ ok: true, finding: 'sound' });
    expect(await keeper.check(foreign)).toEqual(justThe('keyring_changed'));
    // A version that an admin has given up is under a key that may be gone; nothing more is said about it.
    foreign.version.unopenable = true;
    expect(await keeper.check(foreign)).toEqual({ ok: true, finding: 'does_not_open' });
    const moved = { ...record, machine: crypto.randomUUID() };
    expect(await keeper.check(moved)).toEqual({ ok: true, finding: 'does_not_open' });
    await keeper.lock();
    expect(await keeper.check(record)).toEqual(justThe('locked'));
  });
});
