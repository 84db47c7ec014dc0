// The vault's own thread: a SharedWorker, so that one unlock serves all tabs, or a Worker where there is none.
// Argon2id runs here too; only this file's response may run WebAssembly (portal/public/_headers).
import './jitless.ts';
import { expose } from 'comlink';
import { VAULT_CHANNEL, type VaultWord } from './contract.ts';
import { Keeper } from './keeper.ts';

const channel = new BroadcastChannel(VAULT_CHANNEL);
const say = (word: VaultWord): void => channel.postMessage(word);
const keeper = new Keeper(Date.now, () => say('changed'));
channel.onmessage = async ({ data }: MessageEvent<VaultWord>) => {
  if (data === 'asked' && (await keeper.state()).state === 'unlocked') say('changed');
};

if ('onconnect' in globalThis)
  globalThis.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    if (port) expose(keeper, port);
  });
else expose(keeper);
