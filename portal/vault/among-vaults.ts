// A vault among the others that this browser may run: locking one locks them all.
import type { VaultWord } from './contract.ts';
import { Keeper } from './keeper.ts';

/** A vault that listens and speaks on the channel between tabs and vaults. */
export function keeperOn(channel: BroadcastChannel): Keeper {
  const say = (word: VaultWord) => (): void => channel.postMessage(word);
  const [changed, lock] = [say('changed'), say('lock')];
  const keeper = new Keeper(Date.now, changed, lock);
  channel.onmessage = async ({ data }: MessageEvent<VaultWord>) => {
    if (data === 'lock') keeper.lockHere();
    else if (data === 'asked' && (await keeper.state()).state === 'unlocked') changed();
  };
  return keeper;
}
