// Lost answers: each act of the portal meets a fault of the network, another one each day that this is run. `npm run torture -- --full --only
// answers` has every act meet every fault.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { ROUNDS, walkLost } from '../../dev/torture/answers-portal.ts';
import { LOST } from '../support/lost-acts.ts';
import { portalPosts } from '../support/posts.ts';

test('an act whose answer is lost is told as such, asked once, and done once however often a person presses', async (context) => {
  const seed = Number(process.env.SEED ?? randomInt(1, 2 ** 31));
  context.diagnostic(`seed ${seed}`);
  assert.ok((await walkLost(seed, seed % ROUNDS)) > 40);
});

test('every call of the portal that changes something is a row there', () => {
  assert.deepEqual(
    portalPosts().filter((sends) => LOST[sends] === undefined),
    [],
  );
});
