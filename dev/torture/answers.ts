// Answers that get lost and an index that fails: engines, in TypeScript and in PowerShell, end with everything stored once and receipted, and
// nothing left to send.
import { setTimeout as wait } from 'node:timers/promises';
import { chance } from '../../engine/simulator/random.ts';
import { whyNoPowerShell } from '../lib/powershell.ts';
import { lostInPortal } from './answers-portal.ts';
import { BadNetwork } from './bad-network.ts';
import { broken } from './checker.ts';
import { Engines } from './engines.ts';
import { Gate } from './gate.ts';
import { INDEX_FAULTS } from './index-faults.ts';
import { Ledger } from './ledger.ts';
import type { Outcome, Part, Run } from './part.ts';
import { Place } from './place.ts';
import { provisioned } from './powershell-pc.ts';
import { Looker } from './seen.ts';
import { halfDoneIn } from './state.ts';
import { newTenant } from './tenant.ts';

const [ENGINES, FULL_ENGINES] = [20, 50];
const [RUNS, FULL_RUNS] = [2, 12];
const ODDS = 0.35;
/** How long the index stays away each time. */
const AWAY_MS = 1_500;
/** What an index that fails may be answered with. */
const EXPECTED = [503];

async function lostToEngines({ ground, seed, isFull, say }: Run): Promise<Outcome> {
  const place = await Place.open(ground, { name: 'answers' });
  const tenant = await newTenant(place.product, { domain: 'answers.example', tokens: 5 });
  const network = await BadNetwork.open(place.origin, chance(seed));
  network.odds = ODDS;
  const ledger = new Ledger();
  const engines = new Engines({
    origin: network.origin,
    tokens: tenant.tokens,
    fingerprint: tenant.fingerprint,
    count: isFull ? FULL_ENGINES : ENGINES,
    seed,
    folder: ground.folder('answers-spools'),
    ledger,
    gate: new Gate(),
    speed: 40,
    pauseMs: 500,
    runs: isFull ? FULL_RUNS : RUNS,
    expected: EXPECTED,
  });
  const noPowerShell = await whyNoPowerShell();
  const powerShell =
    noPowerShell === null
      ? provisioned(network.origin, tenant, ground.folder('answers-powershell'))
      : Promise.resolve({ faults: [], plaintexts: [] });
  let away = 0;
  for (const { name, begin } of INDEX_FAULTS) {
    await wait(AWAY_MS);
    // A Worker that has just come up remembers no token.
    await place.kill();
    await place.start();
    const end = begin(place.folder);
    await wait(AWAY_MS);
    end();
    away++;
    say(`the index was ${name} for ${AWAY_MS} ms`);
  }
  await engines.finished();
  say(`the engines are through after ${network.heard.length} requests`);
  const pc = await powerShell;
  say('so is the PC in PowerShell');
  network.odds = 0;
  const promised = ledger.promised();
  const looker = new Looker(tenant);
  const seen = await looker.look(place.product, [...promised.events.keys()]);
  await looker.close();
  const { events, secrets } = ledger.count();
  const opened = new Set(seen.versions.map(({ plaintext }) => plaintext));
  const faults = [...engines.faults, ...ledger.faults, ...pc.faults, ...broken(promised, seen)];
  if (events !== engines.made.events) faults.push(`${engines.made.events} events were made and ${events} acknowledged`);
  // An engine that is refused a key before it has sealed anything has nothing to keep.
  if (secrets !== engines.made.sealed)
    faults.push(`${engines.made.sealed} secrets were sealed and ${secrets} receipted`);
  for (const one of pc.plaintexts)
    if (!opened.has(one)) faults.push('a secret of the PowerShell PC does not open to what it applied');
  await place.kill();
  faults.push(...halfDoneIn(place.folder));
  await network.close();
  const met = [...network.counts].map(([fault, times]) => `${times} ${fault}`).join(', ');
  return {
    did: [
      `${network.heard.length.toLocaleString('en-US')} requests of ${isFull ? FULL_ENGINES : ENGINES} engines through a network that ${met}; the index away ${away} times`,
      `${events.toLocaleString('en-US')} events and ${secrets} secrets made, stored once and receipted; spools empty`,
      noPowerShell === null ? 'a PC in PowerShell 7 among them' : `without PowerShell: ${noPowerShell}`,
    ],
    faults,
  };
}

async function run(torture: Run): Promise<Outcome> {
  const [engines, portal] = [await lostToEngines(torture), await lostInPortal(torture)];
  return { did: [...engines.did, ...portal.did], faults: [...engines.faults, ...portal.faults] };
}

export const answers: Part = { name: 'answers', title: 'Lost answers', run };
