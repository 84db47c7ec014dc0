// What a CPU profile of a start says.
import { expect, it } from 'vitest';
import { activeMs } from './bundle-size.ts';

it('counts the time in which something ran, the collector included, and not the time in which nothing did', () => {
  const node = (id: number, functionName: string) => ({ id, callFrame: { functionName } });
  const profile = {
    nodes: [node(1, '(root)'), node(2, '(idle)'), node(3, 'start'), node(4, '(garbage collector)')],
    samples: [2, 3, 3, 4, 2],
    timeDeltas: [5_000, 1_000, 2_000, 500, 9_000],
  };
  expect(activeMs(profile)).toBe(3.5);
  expect(activeMs({ nodes: [] })).toBe(0);
});
