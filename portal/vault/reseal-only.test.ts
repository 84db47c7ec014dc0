// A vault that is open for re-sealing alone: nothing else comes out of it, and it closes by itself.
import { base64, hex } from '@scure/base';
import { beforeEach, expect, it, vi } from 'vitest';
import { readSealed } from '../../schema/jwe.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import type { SetUpDraft, UnlockInput } from './contract.ts';
import {
  ADMIN,
  keyringAfter,
  keyringOf,
  makeTenant,
  must,
  sealedRecord,
  TENANT,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { RESEAL_IDLE_MS, RESEAL_MAX_MS, RESEALS_MAX, ResealOnly } from './reseal-only.ts';
import { sealTo } from './resealer.ts';

const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2' } as const;
const LOCKED = { ok: false, code: 'locked' };

const bytes = (text: string) => new TextEncoder().encode(text);
const anyKey = async () => {
  const [key] = draft.write.escrowKeys;
  if (!key) throw new Error('the draft has an escrow key');
  return sealTo(key.kid, key.jwk);
};

let draft: SetUpDraft;
let first: Keyring;
let rotated: Keyring;
let record: Revealed;
let keeper: Keeper;
let now: number;
let told: number;

const input = (keyring: Keyring): UnlockInput => unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode);
/** The key that the act has made. */
const made = (): string => rotated.escrowKeys.at(-1)?.kid ?? '';
const begin = (to: UnlockInput = input(rotated)) => keeper.beginReseal(to, made());
const reseal = () => keeper.reseal(record, made());

beforeEach(async () => {
  draft ??= await makeTenant();
  if (!first) {
    first = keyringOf(draft);
    rotated = await keyringAfter(first, must(await new Keeper().draft(input(first), { act: 'rotate' })).write);
    record = await sealedRecord(first, password);
  }
  [now, told] = [Date.now(), 0];
  keeper = new Keeper(
    () => now,
    () => {
      told += 1;
    },
  );
});

it('re-seals, and stays locked for all that shows, checks or seals something, because it was opened for the one act', async () => {
  must(await begin());
  const { resealed } = must(await reseal());
  expect(readSealed(resealed.sealed)).toMatchObject({ ok: true, header: { src: record.version.sha256 } });
  expect(await keeper.state()).toEqual({ state: 'locked' });
  expect(told).toBe(0);
  expect(await keeper.open(record)).toMatchObject(LOCKED);
  expect(await keeper.check(record)).toMatchObject(LOCKED);
  const machine = crypto.randomUUID();
  expect(await keeper.sealByHand({ ...password, tenant: TENANT, machine, by: ADMIN })).toMatchObject(LOCKED);
});

it.each<[string, () => Promise<void> | void]>([
  ['its act ends', () => keeper.endReseal()],
  ['somebody locks', () => keeper.lock()],
  ['another vault of the browser is locked', () => keeper.lockHere()],
  ['another person comes to the browser', () => keeper.lockOlder(now + 1)],
  [
    'nothing was re-sealed for two minutes',
    () => {
      now += RESEAL_IDLE_MS;
    },
  ],
])('is closed once %s', async (_, happens) => {
  must(await begin());
  await happens();
  expect(await reseal()).toMatchObject(LOCKED);
});

it('stays open for as long as it re-seals, however many there are', async () => {
  must(await begin());
  for (let secret = 0; secret < 3; secret++) {
    now += RESEAL_IDLE_MS - 1;
    must(await reseal());
  }
});

it('closes after an hour however busy it is, because a server may never say that it is done', async () => {
  must(await begin());
  const begun = now;
  while (now + RESEAL_IDLE_MS / 2 < begun + RESEAL_MAX_MS) {
    now += RESEAL_IDLE_MS / 2;
    must(await reseal());
  }
  now = begun + RESEAL_MAX_MS;
  expect(await reseal()).toMatchObject(LOCKED);
});

it('closes by itself, asked or not, because a worker that nobody asks must not go on holding keys', async () => {
  const active = await anyKey();
  vi.useFakeTimers();
  try {
    const only = new ResealOnly(() => 0);
    only.hold({ tenant: TENANT, keys: new Map(), active });
    vi.advanceTimersByTime(RESEAL_IDLE_MS);
    expect(only.keys).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

it('closes after so many secrets, because no tenant has more and a server may hand out one for ever', async () => {
  const only = new ResealOnly(() => now);
  only.hold({ tenant: TENANT, keys: new Map(), active: await anyKey() });
  for (let secret = 0; secret < RESEALS_MAX; secret++) {
    if (!only.keys) throw new Error(`closed after ${secret}`);
    only.count();
  }
  expect(only.keys).toBeNull();
});

it('seals to the key that the act has made and to no other, whatever the server calls active', async () => {
  must(await begin());
  const chosen = (await makeTenant()).write.escrowKeys.at(-1)?.kid ?? '';
  for (const kid of [record.version.kid, chosen, '', TENANT])
    expect(await keeper.reseal(record, kid), kid).toMatchObject({ ok: false, code: 'keyring_changed' });
  expect(readSealed(must(await reseal()).resealed.sealed)).toMatchObject({ ok: true, header: { kid: made() } });
});

it('does not open by the keyring of before, even in a browser that remembers none: a leaver may have its key', async () => {
  expect(await begin(input(first))).toMatchObject({ ok: false, code: 'keyring_changed' });
  expect(await keeper.reseal(record, record.version.kid)).toMatchObject(LOCKED);
});

it('does not open by a line that was compared, because one is taken by unlocking, where it goes on record', async () => {
  const seen = { version: 9, sha256: 'f'.repeat(64), fingerprint: rotated.fingerprint };
  const off = await begin({ ...input(rotated), seen });
  if (off.ok || !off.line) throw new Error('it is off the line');
  expect(await begin({ ...input(rotated), seen, confirmedLine: off.line.signed })).toEqual(off);
  expect(await reseal()).toMatchObject(LOCKED);
});

it('re-seals nothing of another tenant’s, nor what was moved or swapped, because all it does is what a rotation does', async () => {
  must(await begin());
  const elsewhere = await sealedRecord(first, { ...password, header: { tenant: crypto.randomUUID() } });
  expect(await keeper.reseal(elsewhere, made())).toMatchObject({ ok: false, code: 'wrong_header' });
  expect(await keeper.reseal({ ...record, machine: crypto.randomUUID() }, made())).toMatchObject({
    code: 'wrong_header',
  });
  const other = await sealedRecord(first, password);
  expect(await keeper.reseal({ ...other, version: record.version }, made())).toMatchObject({ ok: false });
});

it('answers nothing of what it opened, whether it re-seals it or not', async () => {
  must(await begin());
  const broken = { ...record, sealed: `${record.sealed.slice(0, -4)}AAAA` };
  const answers = JSON.stringify([await reseal(), await keeper.reseal(broken, made())]);
  for (const form of [
    password.plaintext,
    base64.encode(bytes(password.plaintext)),
    hex.encode(bytes(password.plaintext)),
  ])
    expect(answers).not.toContain(form);
});

it('does not open where the vault is locked meanwhile, because whoever locks means all of it', async () => {
  const begun = begin();
  await keeper.lock();
  expect(await begun).toMatchObject(LOCKED);
  expect(await reseal()).toMatchObject(LOCKED);
});

it('opens by nothing less than an unlock does: another’s code is refused', async () => {
  const other = await makeTenant();
  expect(await begin({ ...input(rotated), secret: other.recoveryCode })).toMatchObject({ ok: false });
  expect(await reseal()).toMatchObject(LOCKED);
});

it('leaves an unlocked vault as it is, and is not closed by its end', async () => {
  must(await keeper.unlock(input(rotated)));
  must(await begin());
  await keeper.endReseal();
  expect(await keeper.open(record)).toMatchObject({ ok: true, plaintext: password.plaintext });
  must(await reseal());
});
