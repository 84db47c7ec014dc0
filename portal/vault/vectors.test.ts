// The checked-in vectors: everything ever written must open for ever, in Node and in the browser.
import { beforeAll, describe, expect, it } from 'vitest';
import { AuditEntry } from '../../schema/audit.ts';
import { RIGHTS_OF } from '../../schema/facts/roles.ts';
import { readSealed } from '../../schema/jwe.ts';
import { thumbprint } from '../../schema/jwk.ts';
import { Keyring, type KeyringWrite, type UnlockerChanged } from '../../schema/keyring.ts';
import { MachineSummary } from '../../schema/machine.ts';
import { Revealed } from '../../schema/secret.ts';
import {
  sha256Hex,
  type VaultPurpose,
  verifyManifest,
  verifyStatement,
  verifySuccession,
  verifyUnlockerChange,
} from '../../schema/signed.ts';
import audit from '../../schema/vectors/audit.json';
import exitBundle from '../../schema/vectors/exit.bundle?raw';
import grantWords from '../../schema/vectors/grant-words.json';
import keyring from '../../schema/vectors/keyring.json';
import recoverySet from '../../schema/vectors/recovery-set.json';
import reseals from '../../schema/vectors/resealed-secrets.json';
import secrets from '../../schema/vectors/secrets.json';
import succession from '../../schema/vectors/succession.json';
import unlockerChanges from '../../schema/vectors/unlocker-changes.json';
import words from '../../schema/vectors/words.json';
import { openBundle, readBundleHead } from './bundle.ts';
import type { UnlockInput } from './contract.ts';
import { keyringAfter, keyringOf, must, unlockerAt, unlockInput } from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { successionWords } from './spoken-words.ts';
import { trustKeyring } from './trust.ts';

const write = keyring.write as KeyringWrite;
const first = keyringOf({ write, fingerprint: keyring.fingerprint });
const last = succession.keyring as unknown as Keyring;
const [own, team] = [unlockerAt(write, 0), unlockerAt(write, 2)];
const sealedToFirst = secrets.secrets.map(({ plaintext, revealed }) => ({ plaintext, revealed: revealed as Revealed }));
const sealedToLast = reseals.secrets.map(({ plaintext, revealed }) => ({ plaintext, revealed: revealed as Revealed }));

const { codes } = recoverySet;
/** Every pair of the three shares, one code a line, in either order. */
const PAIRS = [
  [0, 1],
  [1, 0],
  [0, 2],
  [2, 1],
].map((places): [string, string] => [
  `shares ${places.map((place) => place + 1).join(' and ')}`,
  places.map((place) => codes[place]).join('\n'),
]);

/** Unlocks, opens each to its plaintext, and locks again. */
async function opensAll(input: UnlockInput, sealed: { plaintext: string; revealed: Revealed }[]): Promise<void> {
  const keeper = new Keeper();
  must(await keeper.unlock(input));
  for (const { plaintext, revealed } of sealed)
    expect(await keeper.open(revealed)).toMatchObject({ ok: true, plaintext });
  await keeper.lock();
}

describe('the first keyring', () => {
  it.each([
    ['the admin’s passphrase', 0, keyring.passphrase],
    ['the recovery code', 1, keyring.recoveryCode],
    ['the team passphrase', 2, keyring.teamPassphrase],
  ])('opens with %s, and every secret opens', async (_, index, secret) => {
    await opensAll(unlockInput(first, unlockerAt(write, index), secret), sealedToFirst);
  });

  it('holds a statement of the root that the fingerprint names', async () => {
    const statement = await verifyStatement(write.escrowKeys[0]?.statement ?? '');
    expect(statement).toMatchObject({ ok: true, root: keyring.fingerprint, payload: { tenant: keyring.tenant } });
  });
});

describe('the recovery set of two in three', () => {
  let withSet: Keyring;
  beforeAll(async () => {
    withSet = await keyringAfter(first, recoverySet.write as KeyringWrite);
  });
  const by = (typed: string) => unlockInput(withSet, recoverySet.unlocker, typed);

  it('follows on the first keyring', async () => {
    const signed = await verifyManifest(recoverySet.write.manifest);
    const previous = await sha256Hex(write.manifest);
    expect(signed).toMatchObject({ ok: true, root: keyring.fingerprint, payload: { version: 2, previous } });
  });

  it.each(PAIRS)('opens with %s, and every secret opens', async (_, typed) => {
    await opensAll(by(typed), sealedToFirst);
  });

  it('opens with all three, of which two would do', async () => {
    await opensAll(by(codes.join('\n')), sealedToFirst);
  });

  it('opens with neither one share nor one share twice, because two different ones are needed', async () => {
    for (const [place, code] of codes.entries())
      for (const typed of [code, `${code}\n${code}`])
        expect(await new Keeper().unlock(by(typed)), `share ${place + 1}`).toMatchObject({
          code: 'wrong_recovery_code',
        });
  });

  it.each([
    ['the admin’s passphrase', own, keyring.passphrase],
    ['the team passphrase', team, keyring.teamPassphrase],
  ])('leaves %s opening, because new vault keys were wrapped to it too', async (_, unlocker, secret) => {
    await opensAll(unlockInput(withSet, unlocker, secret), sealedToFirst);
  });
});

const { unlockers, prf, fingerprint: confirmedRoot } = succession;
/** An unlocker pinned before the succession and not pinned anew. */
const PINNED_BEFORE: [string, string, string][] = [
  ['the team passphrase', unlockers.team, keyring.teamPassphrase],
  ['the passkey', unlockers.passkey, prf],
  ...PAIRS.map(([name, typed]): [string, string, string] => [name, unlockers.recovery, typed]),
];

describe('the keyring after a rotation and a succession', () => {
  const sealed = [...sealedToFirst, ...sealedToLast];

  it('is of today’s form', () => {
    // Members added since are as if absent.
    expect(Keyring.parse(succession.keyring)).toEqual({
      ...succession.keyring,
      successionsBefore: null,
      since: {},
      used: {},
    });
  });

  it('opens with the passphrase of the admin who replaced the root, because it is pinned there', async () => {
    await opensAll(unlockInput(last, unlockers.passphrase, keyring.passphrase), sealed);
  });

  it.each(PINNED_BEFORE)(
    'opens with %s once the words are confirmed, and secrets under both keys open',
    async (_, unlocker, secret) => {
      const input = unlockInput(last, unlocker, secret);
      expect(await new Keeper().unlock(input)).toMatchObject({
        ok: false,
        code: 'root_succeeded',
        succession: { root: succession.fingerprint, words: words.succession.words },
      });
      await opensAll({ ...input, confirmedRoot }, sealed);
    },
  );

  it('holds the old root’s word for the new one, and the statements of both about both keys', async () => {
    const { tenant } = keyring;
    const { from, fingerprint: to } = succession;
    const [jws = ''] = last.successions;
    expect(await verifySuccession(jws)).toMatchObject({ ok: true, root: from, payload: { tenant, from, to } });
    for (const [place, { kid, statement, oldStatements = [] }] of last.escrowKeys.entries()) {
      const payload = { tenant, kid, keyEpoch: place + 1, previousKid: last.escrowKeys[place - 1]?.kid ?? null };
      expect(await verifyStatement(statement)).toMatchObject({ ok: true, root: to, payload });
      expect(await verifyStatement(oldStatements[0] ?? '')).toMatchObject({ ok: true, root: from, payload });
    }
  });
});

describe('the changes that unlockers signed', () => {
  const halfOf = (of: Keyring, id: string) => of.unlockers.find((one) => one.id === id);
  const withHalf = (of: Keyring, { half }: UnlockerChanged): Keyring => ({
    ...of,
    unlockers: of.unlockers.map((one) => (one.id === half.id ? half : one)),
  });
  async function expectSigned(of: Keyring, unlocker: string, { half, change }: UnlockerChanged): Promise<void> {
    const signed = await verifyManifest(of.manifest);
    const entry = signed.ok ? signed.payload.unlockers.find((one) => one.id === unlocker) : undefined;
    if (!entry) throw new Error('the manifest lists the unlocker');
    const previous = await sha256Hex(halfOf(of, unlocker)?.sealed ?? '');
    expect(await verifyUnlockerChange(change)).toMatchObject({
      ok: true,
      root: await thumbprint(entry.jwk),
      payload: { tenant: keyring.tenant, unlocker, previous, next: await sha256Hex(half.sealed) },
    });
  }

  it('name the half before and the one after, and the new passphrase opens in the old one’s place', async () => {
    const { unlocker, before, after } = unlockerChanges.newPassphrase;
    const changed = unlockerChanges.newPassphrase.changed as UnlockerChanged;
    await expectSigned(first, unlocker, changed);
    const input = unlockInput(withHalf(first, changed), unlocker, after);
    await opensAll(input, sealedToFirst);
    expect(await new Keeper().unlock({ ...input, secret: before })).toMatchObject({ code: 'wrong_passphrase' });
  });

  it('pin the new root, so that the passkey opens without anybody confirming', async () => {
    const changed = unlockerChanges.newPin.changed as UnlockerChanged;
    await expectSigned(last, unlockers.passkey, changed);
    await opensAll(unlockInput(withHalf(last, changed), unlockers.passkey, prf), sealedToLast);
  });
});

describe('the eight words', () => {
  it('of a grant come out the same, because two people may read them from two versions of the portal', async () => {
    const { tenant, root, jwk, unlocker, email, grants } = grantWords;
    const request = { id: own, email, role: 'engineer', kind: 'passkey', label: 'Passkey', requestedAt: 1 } as const;
    const grant = { ...request, jwk: { ...jwk, kty: 'EC', crv: 'P-256' } } as const;
    expect(await thumbprint(grant.jwk)).toBe(unlocker);
    for (const { rights, words: said } of grants)
      expect(await new Keeper().grantWords(tenant, root, { ...grant, rights: rights as VaultPurpose[] })).toEqual(said);
  });

  it('of a grant whose words do not say what it opens are made by nobody any more, because it is asked anew', async () => {
    const { tenant, root, jwk, email, words: said } = words.grant;
    const request = { id: own, email, role: 'engineer', kind: 'passkey', label: 'Passkey', requestedAt: 1 } as const;
    const grant = { ...request, jwk: { ...jwk, kty: 'EC', crv: 'P-256' } } as const;
    expect(await new Keeper().grantWords(tenant, root, { ...grant, rights: null })).toBeNull();
    for (const rights of [RIGHTS_OF.engineer, RIGHTS_OF.admin])
      expect(await new Keeper().grantWords(tenant, root, { ...grant, rights: [...rights] })).not.toEqual(said);
  });

  it('of a succession come out the same', async () => {
    const { tenant, from, to } = words.succession;
    expect(successionWords(tenant, from, to)).toEqual(words.succession.words);
  });
});

/** A record written before it gained a member, with the member as it would have been then. */
const asOfNow = (gained: object, written: object): object => ({ ...gained, ...written });
const recordOfNow = (written: { version: object }): object => ({
  ...written,
  version: asOfNow(
    { by: null, uploadedBy: null, order: null, sealedAt: null, hostname: null, counts: true },
    written.version,
  ),
});

describe('the re-sealed secrets', () => {
  it('name their source in their header, and a raw origin is unbound for ever', async () => {
    for (const [place, { revealed, src }] of reseals.secrets.entries()) {
      const source = secrets.secrets[place]?.revealed;
      expect(src).toBe(await sha256Hex(source?.sealed ?? ''));
      const { version } = Revealed.parse(recordOfNow(revealed));
      expect(version).toMatchObject({ bound: source?.version.bound, sha256: await sha256Hex(revealed.sealed) });
      const sealed = readSealed(revealed.sealed);
      expect(sealed).toMatchObject({ ok: true, header: { src, kid: last.escrowKeys.at(-1)?.kid } });
      expect(sealed.ok && sealed.header.bound).toBe(version.bound ? undefined : false);
    }
    expect(reseals.secrets.map(({ revealed }) => revealed.version.bound)).toEqual([true, true, false]);
  });
});

describe('the exit bundle', () => {
  const head = must(readBundleHead(exitBundle));
  const WAYS: [string, string, string][] = [
    ['the admin’s passphrase', unlockers.passphrase, keyring.passphrase],
    ...PINNED_BEFORE,
  ];

  it.each(WAYS)('opens with %s, with no server, and so does every secret in it', async (_, unlocker, secret) => {
    const input = { ...unlockInput(head.keyring, unlocker, secret), confirmedRoot };
    const parts = must(openBundle(exitBundle, must(await trustKeyring(input))));
    const [machines, sealed, entries, ...more] = parts;
    if (machines?.kind !== 'machines' || sealed?.kind !== 'secrets' || entries?.kind !== 'audit')
      throw new Error('the bundle has one part of each kind, in this order');
    expect(more).toEqual([]);
    const [machine] = machines.machines.map((one) =>
      MachineSummary.parse(asOfNow({ toRotate: 0, shelf: 'fleet', silentSince: null }, one)),
    );
    expect(machine).toMatchObject({ id: secrets.secrets[0]?.revealed.machine, hostname: 'ACM-LT-0142' });
    expect(entries.entries.map((one) => AuditEntry.parse(one))).toEqual(audit.entries);
    const plaintexts = [...sealedToLast, ...sealedToFirst].map(({ plaintext }) => plaintext);
    const kept = sealed.secrets.map((one) => Revealed.parse(recordOfNow(one)));
    expect(kept).toHaveLength(plaintexts.length);
    const pairs = kept.map((revealed, place) => ({ revealed, plaintext: plaintexts[place] ?? '' }));
    await opensAll(input, pairs);
  });

  it('says whose it is and when it was made', () => {
    expect(head).toMatchObject({ format: 'totlprovision-bundle/v1', tenant: keyring.tenant, name: 'Acme GmbH' });
    expect(head.madeAt).toBeGreaterThan(1_790_000_000_000);
  });
});
