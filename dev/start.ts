// `npm start` and `npm run dev`: brings the stand up in the foreground and says what to do next.
import { parseArgs } from 'node:util';
import type { Overview } from '../schema/machine.ts';
import { bold, dim } from './lib/terminal.ts';
import { asPerson } from './stand/as-person.ts';
import { OPERATOR_EMAIL } from './stand/demo-data.ts';
import { leash } from './stand/leash.ts';
import { DEFAULT_PORT } from './stand/ports.ts';
import { FLEET_SIZE, type Stand, startStand } from './stand/stand.ts';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        'no-fleet': { type: 'boolean', default: false },
        hot: { type: 'boolean', default: false },
        port: { type: 'string', default: String(DEFAULT_PORT) },
        'state-dir': { type: 'string' },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1024 || port > 65_532)
      throw new Error('--port must be between 1024 and 65532');
    const { fresh, hot, 'no-fleet': noFleet, 'state-dir': stateDir } = values;
    return { port, fresh, hot, stateDir, fleet: noFleet ? 0 : FLEET_SIZE };
  } catch (error) {
    console.error(
      `${(error as Error).message}\nUsage: npm start -- [--fresh] [--no-fleet] [--port N] [--state-dir DIR]`,
    );
    process.exit(2);
  }
}

function banner({ addresses, demo }: Stand, fleet: number, isSetUp: boolean): string {
  const row = (left: string, right: string) => `  ${left.padEnd(26)}${dim(right)}`;
  return [
    '',
    bold('TotlProvision is up.'),
    '',
    row(addresses.portal, 'the portal, behind the Access stand-in'),
    row(addresses.apiBehindAccess, 'the API, behind the Access stand-in: the portal calls it'),
    row(addresses.api, 'the API itself: engines call it'),
    row(addresses.team, 'the Access stand-in’s sign-in page'),
    '',
    `${bold('Who can sign in')} ${dim(`(tenant ${demo.name}, ${demo.tenant})`)}`,
    ...demo.people.map(({ email, role }) => row(email, role)),
    row(OPERATOR_EMAIL, 'operator'),
    '',
    bold('Engine token'),
    `  ${demo.token}`,
    '',
    bold('What next'),
    isSetUp
      ? `  1. Open ${addresses.portal} and sign in: the set-up was done at an earlier start.`
      : `  1. Open ${addresses.portal}, sign in as ${demo.people[0]?.email} and do the first-time set-up.`,
    fleet > 0
      ? `  2. ${fleet} simulated PCs ${isSetUp ? 'stream' : 'wait for the tenant’s key and begin to stream then'}.`
      : '  2. Call the API with the token; there are no simulated PCs.',
    `  3. Sign in as ${demo.people[1]?.email} and reveal a secret with the team passphrase.`,
    '',
    dim('The log goes to a file: `npm run tail` shows it as it grows. Ctrl-C ends everything.'),
    '',
  ].join('\n');
}

const options = readOptions();
let closing: Promise<void> | null = null;
let stand: Stand | null = null;
const stop = (code: number) => {
  if (closing) process.exit(1);
  closing = (stand?.close() ?? Promise.resolve()).finally(() => process.exit(code));
};
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const onSignal = () => stop(0);
for (const signal of SIGNALS) process.on(signal, onSignal);

/** wrangler ends the process at once on a signal, before the fleet has put its spool away. Once up, we end things. */
function takeSignalsOver() {
  for (const signal of SIGNALS)
    for (const listener of process.listeners(signal)) if (listener !== onSignal) process.off(signal, listener);
}

console.log('Starting the stand …');
try {
  stand = await startStand(options);
  takeSignalsOver();
  const { keyState } = await asPerson<Overview>(stand, stand.demo.people[0]?.email ?? '', 'overview');
  leash();
  console.log(banner(stand, options.fleet, keyState !== 'none'));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
