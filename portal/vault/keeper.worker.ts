// The vault's own thread: a SharedWorker, so that one unlock serves all tabs, or a Worker where there is none.
// Argon2id runs here too; only this file's response may run WebAssembly (portal/public/_headers).
import './jitless.ts';
import { expose } from 'comlink';
import { VAULT_CHANNEL } from './contract.ts';
import { Keeper } from './keeper.ts';

const channel = new BroadcastChannel(VAULT_CHANNEL);
const keeper = new Keeper(Date.now, () => channel.postMessage('changed'));

if ('onconnect' in globalThis)
  globalThis.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    if (port) expose(keeper, port);
  });
else expose(keeper);
