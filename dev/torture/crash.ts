// workerd killed at random moments while engines stream and escrow and an admin rotates. After each restart everything that was acknowledged
// is held against what there is.
import { cpSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { chance } from '../../engine/simulator/random.ts';
import { LIMITS } from '../../schema/limit-table.ts';
import { Admin } from './admin.ts';
import { broken } from './checker.ts';
import { Engines } from './engines.ts';
import { Gate } from './gate.ts';
import { Ledger } from './ledger.ts';
import type { Outcome, Part, Run } from './part.ts';
import { Place } from './place.ts';
import { Looker } from './seen.ts';
import { halfDoneIn } from './state.ts';
import { newTenant, type Tenant } from './tenant.ts';

const ENGINES = 50;
const ROUNDS = 5;
const FULL_ROUNDS = 100;
/** Between a start and the next kill. */
const [SOONEST_MS, LATEST_MS] = [150, 2_500];
/** Each such round also opens a copy that is taken while everything goes on. */
const COPY_EVERY = 10;
/** Faults of one round are enough: what follows would only repeat them. */
const ENOUGH = 20;
/** So many engines would take minutes to come back after each kill if they waited as they do on a PC. */
const SPEED = 40;

/** So that a hundred rounds leave some ten thousand events and a thousand secrets, which are all read and opened again and again. */
const PAUSE_MS = 1_500;

/** A day's worth of runs and secrets comes within minutes here; what is tried is not the limits. */
const WIDE = {
  machineRuns: LIMITS.machineRuns.max,
  machineSecrets: LIMITS.machineSecrets.max,
  tokenRequests: LIMITS.tokenRequests.max,
};

/** A copy taken mid-run, opened by another workerd: what was promised before the copy is in it. */
async function openCopy(
  { ground }: Run,
  place: Place,
  tenant: Tenant,
  ledger: Ledger,
  round: number,
): Promise<string[]> {
  const promised = ledger.promised();
  const state = ground.folder(`copy-${round}`);
  place.copy(state);
  const faults = halfDoneIn(state);
  const other = await Place.open(ground, { name: `copy-${round}-opened`, state });
  try {
    const looker = new Looker(tenant);
    const seen = await looker.look(other.product, [...promised.events.keys()]);
    await looker.close();
    return [...faults, ...broken(promised, seen)].map((fault) => `in the copy of round ${round}: ${fault}`);
  } finally {
    await other.close();
    for (const folder of [state, other.folder]) rmSync(folder, { recursive: true });
  }
}

async function run(torture: Run): Promise<Outcome> {
  const { ground, seed, isFull, say } = torture;
  const rounds = isFull ? FULL_ROUNDS : ROUNDS;
  const luck = chance(seed);
  const place = await Place.open(ground, { name: 'crash' });
  const tenant = await newTenant(place.product, { domain: 'crash.example', tokens: 5, limits: WIDE });
  const ledger = new Ledger();
  const looker = new Looker(tenant);
  const gate = new Gate();
  const engines = new Engines({
    origin: place.origin,
    tokens: tenant.tokens,
    fingerprint: tenant.fingerprint,
    count: ENGINES,
    seed,
    folder: ground.folder('crash-spools'),
    ledger,
    gate,
    speed: SPEED,
    pauseMs: PAUSE_MS,
  });
  const admin = new Admin(place, tenant, { ledger, gate }, chance(seed + 1));
  const faults: string[] = [];
  const check = async (onlyNews: boolean) => {
    const promised = ledger.promised(onlyNews);
    return broken(promised, await looker.look(place.product, [...promised.events.keys()]));
  };
  let copies = 0;
  let round = 0;
  while (round < rounds && faults.length < ENOUGH) {
    round++;
    await wait(luck.between(SOONEST_MS, LATEST_MS));
    if (round % COPY_EVERY === 1) {
      gate.close();
      faults.push(...(await openCopy(torture, place, tenant, ledger, round)));
      gate.open();
      copies++;
    }
    await place.kill();
    gate.close();
    const left = ground.folder(`left-${round}`);
    cpSync(place.folder, left, { recursive: true });
    faults.push(...halfDoneIn(left).map((fault) => `after kill ${round}: ${fault}`));
    rmSync(left, { recursive: true });
    await place.start();
    faults.push(...(await check(true)).map((fault) => `after kill ${round}: ${fault}`));
    gate.open();
    const { events, secrets, acts } = ledger.count();
    say(
      `kill ${round}: ${events} events, ${secrets} secrets, ${acts} acts acknowledged so far, ${faults.length} faults`,
    );
  }
  await admin.stop();
  faults.push(...(await engines.stop()), ...(await check(false)), ...ledger.faults);
  await looker.close();
  await place.close();
  const { events, secrets } = ledger.count();
  const { issued, revoked, revealed, rotated, resealed, retired } = admin.counts;
  return {
    did: [
      `${round} kills of workerd while ${ENGINES} engines worked: ${events.toLocaleString('en-US')} events and ${secrets.toLocaleString('en-US')} secrets acknowledged`,
      `meanwhile an admin issued ${issued} tokens, revoked ${revoked}, revealed ${revealed} secrets, began ${rotated} rotations, re-sealed ${resealed} versions, finished ${retired} rotations`,
      `${copies} copies of the state taken mid-run and opened`,
    ],
    faults,
  };
}

export const crash: Part = { name: 'crash', title: 'Crash', run };
