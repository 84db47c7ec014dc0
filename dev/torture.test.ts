// The torture as a command and its parts against the real Worker, in a round as short as there is: a kill loses nothing, and what is then taken
// from the state behind the product's back is found.
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chance } from '../engine/simulator/random.ts';
import { Ground } from './bench/ground.ts';
import { capture } from './lib/run.ts';
import { BadNetwork } from './torture/bad-network.ts';
import { broken } from './torture/checker.ts';
import { Engines } from './torture/engines.ts';
import { Gate } from './torture/gate.ts';
import { Ledger } from './torture/ledger.ts';
import { Place } from './torture/place.ts';
import { Looker } from './torture/seen.ts';
import { halfDoneIn, objectsIn } from './torture/state.ts';
import { newTenant, type Tenant } from './torture/tenant.ts';

const ground = new Ground(true);
let place: Place;
let tenant: Tenant;
beforeAll(async () => {
  place = await Place.open(ground, { name: 'proof' });
  tenant = await newTenant(place.product, { domain: 'proof.example', tokens: 1 });
});
afterAll(() => ground.close());

it.each([
  ['a part that there is not', ['--only', 'crash,everything']],
  ['a word it does not know', ['--harder']],
  ['a seed that is none', ['--seed', 'dice']],
  ['more PCs than an issue asks for', ['--pcs', '9000']],
])('does nothing for %s, and says which parts there are', async (_what, args) => {
  const { ok, stdout, stderr } = await capture(process.execPath, ['dev/torture.ts', ...args]);
  expect([ok, stdout]).toEqual([false, '']);
  expect(stderr).toContain('Parts: crash, ');
});

it('finds all that was acknowledged after a kill, over a network that loses answers; and what is taken from the state, it misses', async () => {
  const network = await BadNetwork.open(place.origin, chance(1));
  network.odds = 0.3;
  const ledger = new Ledger();
  const engines = new Engines({
    origin: network.origin,
    tokens: tenant.tokens,
    fingerprint: tenant.fingerprint,
    count: 4,
    seed: 1,
    folder: ground.folder('proof-spools'),
    ledger,
    gate: new Gate(),
    speed: 100,
    pauseMs: 20,
    runs: 2,
  });
  await engines.finished();
  await network.close();
  expect([...engines.faults, ...ledger.faults]).toEqual([]);
  expect(ledger.count()).toMatchObject({ events: engines.made.events, secrets: engines.made.sealed });

  const looker = new Looker(tenant);
  const look = async () => {
    const promised = ledger.promised();
    return broken(promised, await looker.look(place.product, [...promised.events.keys()]));
  };
  await place.kill();
  await place.start();
  expect(await look()).toEqual([]);

  await place.kill();
  expect(halfDoneIn(place.folder)).toEqual([]);
  for (const file of objectsIn(place.folder)) {
    const db = new DatabaseSync(file);
    db.exec('DELETE FROM packs WHERE first_seq = 1');
    db.exec('UPDATE runs SET tail_from = NULL, tail_to = NULL, tail = NULL WHERE tail_from = 1');
    db.close();
  }
  expect(halfDoneIn(place.folder)).toContain('a run counts other events than its packs hold');
  await place.start();
  expect(await look()).toContainEqual(expect.stringMatching(/^event 1 of run .* was acknowledged and is lost$/));
  await looker.close();
});
