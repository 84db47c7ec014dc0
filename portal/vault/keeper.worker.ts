// The vault's own thread: a SharedWorker, so that one unlock serves all tabs, or a Worker where there is none.
// Argon2id runs here too; only this file's response may run WebAssembly (portal/public/_headers).
import './jitless.ts';
import { expose } from 'comlink';
import { keeperOn } from './among-vaults.ts';
import { VAULT_CHANNEL } from './contract.ts';
import { readyForPassphrases } from './kdf.ts';

const keeper = keeperOn(new BroadcastChannel(VAULT_CHANNEL));

if ('onconnect' in globalThis)
  globalThis.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    if (port) expose(keeper, port);
  });
else expose(keeper);

// A browser that cannot says so when a passphrase is tried.
void readyForPassphrases().catch(() => {});
