// Answers that get lost and an index that fails: engines, in TypeScript and in PowerShell, end with everything stored once and receipted, and
// nothing left to send.
import { setTimeout as wait } from 'node:timers/promises';
import { chance } from '../../engine/simulator/random.ts';
import type { Problem } from '../../schema/problem.ts';
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
import { askAs, newTenant, type Tenant } from './tenant.ts';

const [ENGINES, FULL_ENGINES] = [20, 50];
const [RUNS, FULL_RUNS] = [2, 12];
const ODDS = 0.35;
/** How long engines work before the index goes away, and how long they have to notice it. */
const [BEFORE_MS, NOTICED_MS] = [1_500, 30_000];
const LOOK_AGAIN_MS = 20;
/** What an index that fails may be answered with. */
const EXPECTED = [503];

/** What came of an act that the index has to follow: a status, or the code of a refusal. */
async function tokenIssued({ product }: Place, { id, admin }: Tenant): Promise<string> {
  const wanted = { label: 'while the index is away', expiresAt: null, fingerprint: null };
  const { status, json } = await askAs<Partial<Problem>>(product, admin, `/v1/tenants/${id}/tokens`, wanted);
  return json?.code ?? String(status);
}

/** Waits until engines are told to come again; false: none is within the time they have. */
async function turnedAway({ statuses }: Ledger): Promise<boolean> {
  const before = statuses.get(503) ?? 0;
  const until = performance.now() + NOTICED_MS;
  while ((statuses.get(503) ?? 0) === before) {
    if (performance.now() > until) return false;
    await wait(LOOK_AGAIN_MS);
  }
  return true;
}

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
  const unnoticed: string[] = [];
  for (const { name, begin, turnsAway } of INDEX_FAULTS) {
    await wait(BEFORE_MS);
    // A Worker that has just come up remembers no token, and is asked by nobody before the index is away.
    network.isCut = true;
    await place.kill();
    await place.start();
    const end = begin(place.folder);
    network.isCut = false;
    const told = await tokenIssued(place, tenant);
    if (told !== 'index_unreachable')
      unnoticed.push(`an admin’s new token was answered ${told} while the index was ${name}`);
    if (turnsAway && !(await turnedAway(ledger))) unnoticed.push(`no engine noticed that the index was ${name}`);
    end();
    say(`the index was ${name}`);
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
  const faults = [...unnoticed, ...engines.faults, ...ledger.faults, ...pc.faults, ...broken(promised, seen)];
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
      `${network.heard.length.toLocaleString('en-US')} requests of ${isFull ? FULL_ENGINES : ENGINES} engines through a network that ${met}; the index ${INDEX_FAULTS.map(({ name }) => name).join(', and then ')}: ${ledger.statuses.get(503) ?? 0} answers of 503`,
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
