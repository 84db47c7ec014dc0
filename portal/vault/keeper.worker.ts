// The vault's own thread: a SharedWorker, so that one unlock serves all tabs, or a Worker where there is none.
// Argon2id runs here too; only this file's response may run WebAssembly (portal/public/_headers).
import { expose } from 'comlink';
import { z } from 'zod';
import { Keeper } from './keeper.ts';

// zod would try eval once to see whether it may; under our CSP that is a violation report for nothing.
z.config({ jitless: true });

const keeper = new Keeper();

if ('onconnect' in globalThis)
  globalThis.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    if (port) expose(keeper, port);
  });
else expose(keeper);
