import { expect, test } from 'vitest';
import type { MachineSummary } from '../../schema/machine.ts';
import { renewed, withPage, wouldMove } from './fleet-rows.ts';

const machine = (id: string, secrets = 0): MachineSummary => ({
  ...{ id, hostname: id, serial: null, manufacturer: null, model: null, osVersion: null, client: null },
  ...{
    enrolledAt: 1,
    lastEventAt: null,
    secrets,
    attention: [],
    silentSince: null,
    toRotate: 0,
    shelf: 'fleet',
    run: null,
  },
});
const ids = (machines: readonly MachineSummary[]) => machines.map(({ id }) => id);

test('a machine that moved to the next page stays one row, because a list with a double breaks its keys', () => {
  const rows = withPage(
    { machines: [machine('a'), machine('b')], next: 'x' },
    { machines: [machine('b', 2), machine('c')], next: null },
  );
  expect(ids(rows.machines)).toEqual(['a', 'b', 'c']);
  expect(rows.machines[1]?.secrets).toBe(2);
  expect(rows.next).toBe(null);
});

test('under a pointer rows are renewed in place and none moves, comes or goes', () => {
  const shown = [machine('a'), machine('b')];
  const fresh = [machine('c'), machine('b', 1)];
  expect(ids(renewed(shown, fresh))).toEqual(['a', 'b']);
  expect(renewed(shown, fresh)[1]?.secrets).toBe(1);
});

test('a change of values moves nothing; another order, a new row or a lost one does', () => {
  const shown = [machine('a'), machine('b')];
  expect(wouldMove(shown, [machine('a', 5), machine('b')])).toBe(false);
  expect(wouldMove(shown, [machine('b'), machine('a')])).toBe(true);
  expect(wouldMove(shown, [machine('a')])).toBe(true);
});
