import { expect, it } from 'vitest';
import type { MachineSummary } from '../../../schema/machine.ts';
import { started } from './fixtures.ts';
import { Incoming } from './incoming.ts';

const told = (machines: Iterable<MachineSummary>) =>
  [...machines].map(({ id, run }) => `${id}${run?.phasesDone}`).join(' ');
const frame = () => new Promise(requestAnimationFrame);
const inRows = () => {
  const taken: string[] = [];
  return { taken, incoming: new Incoming((machines) => taken.push(told(machines))) };
};

it('hands over what came within a frame as one change, each machine as it is last', async () => {
  const { taken, incoming } = inRows();
  incoming.add([started('a', 1, { phasesDone: 1 }), started('b', 1, { phasesDone: 1 })]);
  incoming.add([started('a', 1, { phasesDone: 2 })]);
  expect(taken).toEqual([]);
  await frame();
  await frame();
  expect(taken).toEqual(['a2 b1']);
});

it('hands over what came before a question is asked, because drawn later it would be put over a newer answer', async () => {
  const { taken, incoming } = inRows();
  incoming.add([started('a', 1)]);
  const answer = incoming.during(async () => taken.length);
  expect(await answer).toEqual([1, new Map()]);
  await frame();
  await frame();
  expect(taken).toEqual(['a3']);
});

it('gives each answer what came since it was asked for and nothing older, however the questions overlap', async () => {
  const { incoming } = inRows();
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const one = incoming.during(() => first.promise);
  incoming.add([started('a', 1)]);
  const other = incoming.during(() => second.promise);
  incoming.add([started('b', 1)]);
  second.resolve('second');
  const [, sinceSecond] = await other;
  incoming.add([started('c', 1)]);
  first.resolve('first');
  const [, sinceFirst] = await one;
  expect([told(sinceFirst.values()), told(sinceSecond.values())]).toEqual(['a3 b3 c3', 'b3']);
});

it('keeps nothing for a question that failed', async () => {
  const { incoming } = inRows();
  await expect(incoming.during(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  incoming.add([started('a', 1)]);
  expect((await incoming.during(async () => null))[1].size).toBe(0);
});
