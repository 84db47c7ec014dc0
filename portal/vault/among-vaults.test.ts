// More than one vault may run in a browser: beside a tab from before an update, or in one without SharedWorker. One
// lock is for all of them.
import { afterEach, beforeAll, expect, it } from 'vitest';
import { keeperOn } from './among-vaults.ts';
import type { SetUpDraft, VaultWord } from './contract.ts';
import { keyringOf, makeTenant, must, sealedRecord, unlockerAt, unlockInput } from './fixtures.ts';

let draft: SetUpDraft;
beforeAll(async () => {
  draft = await makeTenant();
});

const open: BroadcastChannel[] = [];
const channelOf = (name: string): BroadcastChannel => {
  const channel = new BroadcastChannel(name);
  open.push(channel);
  return channel;
};
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
});

/** The words that come over a channel, one after the other. */
function heard(channel: BroadcastChannel): { next: (wanted: VaultWord) => Promise<void> } {
  const words: VaultWord[] = [];
  let told = () => {};
  channel.onmessage = ({ data }: MessageEvent<VaultWord>) => {
    words.push(data);
    told();
  };
  const next = async (wanted: VaultWord): Promise<void> => {
    while (!words.includes(wanted))
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    words.splice(0, words.indexOf(wanted) + 1);
  };
  return { next };
}

const unlock = async (keeper: ReturnType<typeof keeperOn>) =>
  must(await keeper.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 1), draft.recoveryCode)));

it('a lock locks every vault of the browser, because its person was told that it is for all tabs', async () => {
  const name = crypto.randomUUID();
  const [ours, others] = [keeperOn(channelOf(name)), keeperOn(channelOf(name))];
  const tab = heard(channelOf(name));
  await unlock(others);
  await tab.next('changed');
  await ours.lock();
  // Its tabs hear of it, so that nothing stays shown.
  await tab.next('lock');
  await tab.next('changed');
  expect(await others.state()).toEqual({ state: 'locked' });
});

it('a lock closes the vault that re-seals, in whatever tab, though that one says that it is locked already', async () => {
  const name = crypto.randomUUID();
  const [ours, others] = [keeperOn(channelOf(name)), keeperOn(channelOf(name))];
  const tab = heard(channelOf(name));
  const keyring = keyringOf(draft);
  const record = await sealedRecord(keyring, { kind: 'local_admin_password', ref: { account: 'A' }, plaintext: 'kq7' });
  const { kid } = record.version;
  must(await others.beginReseal(unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode), kid));
  must(await others.reseal(record, kid));
  await ours.lock();
  await tab.next('lock');
  await tab.next('changed');
  expect(await others.reseal(record, kid)).toMatchObject({ ok: false, code: 'locked' });
});

it('locks what the person before has left open, and not what the next one has unlocked since, in whatever tab', async () => {
  const name = crypto.randomUUID();
  const keeper = keeperOn(channelOf(name));
  const noted = Date.now();
  await unlock(keeper);
  await keeper.lockOlder(noted);
  expect((await keeper.state()).state).toBe('unlocked');
  await keeper.lockOlder(Date.now() + 1);
  expect(await keeper.state()).toEqual({ state: 'locked' });
});
