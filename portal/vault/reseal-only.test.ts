// A vault that is open for re-sealing alone: nothing else comes out of it, and it closes by itself.
import { beforeEach, expect, it } from 'vitest';
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
import { RESEAL_IDLE_MS } from './reseal-only.ts';

const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2' } as const;
const LOCKED = { ok: false, code: 'locked' };

let draft: SetUpDraft;
let first: Keyring;
let rotated: Keyring;
let record: Revealed;
let keeper: Keeper;
let now: number;
let told: number;

const input = (keyring: Keyring): UnlockInput => unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode);
const reseal = () => keeper.reseal(record, rotated.escrowKeys.at(-1)?.kid ?? '');

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
  must(await keeper.beginReseal(input(rotated)));
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
  must(await keeper.beginReseal(input(rotated)));
  await happens();
  expect(await reseal()).toMatchObject(LOCKED);
});

it('stays open for as long as it re-seals, however many there are', async () => {
  must(await keeper.beginReseal(input(rotated)));
  for (let secret = 0; secret < 3; secret++) {
    now += RESEAL_IDLE_MS - 1;
    must(await reseal());
  }
});

it('does not open where the vault is locked meanwhile, because whoever locks means all of it', async () => {
  const begun = keeper.beginReseal(input(rotated));
  await keeper.lock();
  expect(await begun).toMatchObject(LOCKED);
  expect(await reseal()).toMatchObject(LOCKED);
});

it('opens by nothing less than an unlock does: another’s code is refused', async () => {
  const other = await makeTenant();
  expect(await keeper.beginReseal({ ...input(rotated), secret: other.recoveryCode })).toMatchObject({ ok: false });
  expect(await reseal()).toMatchObject(LOCKED);
});

it('leaves an unlocked vault as it is, and is not closed by its end', async () => {
  must(await keeper.unlock(input(rotated)));
  must(await keeper.beginReseal(input(rotated)));
  await keeper.endReseal();
  expect(await keeper.open(record)).toMatchObject({ ok: true, plaintext: password.plaintext });
  must(await reseal());
});
