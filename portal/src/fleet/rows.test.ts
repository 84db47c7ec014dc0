import { describe, expect, test } from 'vitest';
import type { MachineSummary } from '../../../schema/machine.ts';
import { machine, pageOf, started } from './fixtures.ts';
import { FleetRows } from './rows.ts';

const LATEST = { sort: 'started', shelf: 'fleet' } as const;
const BY_NAME = { sort: 'hostname', shelf: 'fleet' } as const;
const three = () => pageOf([started('c', 30), started('b', 20), started('a', 10)]);
const ids = (rows: FleetRows) => Array.from({ length: rows.length }, (_, index) => rows.at(index)?.id).join('');

test('a machine that moved to the next page stays one row, because a list with a double breaks its keys', () => {
  const rows = new FleetRows(LATEST, pageOf([started('c', 30), started('b', 20)], 'x'));
  rows.addPage(pageOf([started('b', 20, { phasesDone: 9 }), started('a', 10)]));
  expect(ids(rows)).toBe('cba');
  expect(rows.at(1)?.run?.phasesDone).toBe(9);
  expect(rows.next).toBe(null);
});

test('a page that has a listed machine under another name leaves it to be told, because a list out of order loses rows', () => {
  const rows = new FleetRows(BY_NAME, pageOf([machine('a'), machine('c'), machine('d')], 'x'));
  rows.addPage(pageOf([machine('e'), machine('a', { hostname: 'f' })], 'y'));
  expect(ids(rows)).toBe('acde');
  rows.change([machine('a', { hostname: 'f' }), machine('b')], false);
  expect(ids(rows)).toBe('bcde');
  rows.addPage(pageOf([machine('g')]));
  expect(ids(rows)).toBe('bcdeg');
});

type Case = [why: string, change: MachineSummary, letIn: string, held: string, waiting: number];
const CASES: Case[] = [
  ['a value changes in place', started('b', 20, { phasesDone: 7 }), 'cba', 'cba', 0],
  ['a new run moves its machine to the top', started('a', 40), 'acb', 'cba', 1],
  ['a new run of the first leaves it the first', started('c', 50), 'cba', 'cba', 0],
  ['a new machine comes where it sorts', started('n', 25), 'cnba', 'cba', 1],
  ['the same instant is told apart by id, as the server does it', started('z', 20), 'czba', 'cba', 1],
  ['an archived machine goes', { ...started('b', 20), shelf: 'archived' }, 'ca', 'cba', 1],
  [
    'an unknown machine of another shelf is none of this list',
    { ...started('n', 25), shelf: 'merged' },
    'cba',
    'cba',
    0,
  ],
];
describe.each(CASES)('%s', (_why, change, letIn, held, waiting) => {
  test('at once while nobody is at the rows', () => {
    const rows = new FleetRows(LATEST, three());
    rows.change([change], false);
    expect([ids(rows), rows.waiting]).toEqual([letIn, 0]);
  });
  test('and under a pointer nothing moves: it waits until it is let in', () => {
    const rows = new FleetRows(LATEST, three());
    rows.change([change], true);
    expect([ids(rows), rows.waiting]).toEqual([held, waiting]);
    const shown = rows.at(rows.indexOf(change.id));
    if (shown) expect(shown).toBe(change);
    rows.letIn();
    expect([ids(rows), rows.waiting]).toEqual([letIn, 0]);
  });
});

test('what was read anew is treated the same: in place under a pointer, the order waits', () => {
  const rows = new FleetRows(LATEST, three());
  const fresh = pageOf([started('n', 60), started('b', 50), started('c', 30, { phasesDone: 9 })]);
  rows.renew(fresh, true);
  expect([ids(rows), rows.waiting]).toEqual(['cba', 3]);
  expect(rows.at(0)?.run?.phasesDone).toBe(9);
  rows.letIn();
  expect(ids(rows)).toBe('nbc');
  rows.renew(three(), false);
  expect(ids(rows)).toBe('cba');
});

test('a page that comes while rows are held goes below them, and stays there', () => {
  const rows = new FleetRows(LATEST, pageOf([started('c', 30), started('b', 20)], 'x'));
  rows.change([started('b', 40)], true);
  rows.addPage(pageOf([started('a', 10)]));
  expect(ids(rows)).toBe('cba');
  rows.letIn();
  expect(ids(rows)).toBe('bca');
});

test('what sorts after everything fetched is left to its page, and what fell into the gap before that page is not lost', () => {
  const rows = new FleetRows(LATEST, pageOf([started('c', 30), started('b', 20)], 'x'));
  rows.change([started('n', 5)], false);
  expect(ids(rows)).toBe('cb');
  rows.change([started('b', 22)], false);
  rows.change([started('m', 21)], false);
  expect(ids(rows)).toBe('cbm');
});

test('filters decide as the server does: status, silence, client, attention', () => {
  const quiet = { ...started('b', 20), silentSince: 5 };
  const rows = (filter: object, ...machines: MachineSummary[]) => {
    const list = new FleetRows({ ...LATEST, ...filter }, pageOf([]));
    list.change(machines, false);
    return ids(list);
  };
  const failed = {
    ...started('a', 10, { status: 'failed' as const }),
    client: 'Other',
    attention: ['run_failed' as const],
  };
  expect(rows({ status: 'running' }, quiet, failed)).toBe('b');
  expect(rows({ status: 'stalled' }, quiet, failed, started('c', 1))).toBe('b');
  expect(rows({ status: 'failed' }, quiet, failed)).toBe('a');
  expect(rows({ client: 'Other' }, quiet, failed)).toBe('a');
  expect(rows({ attention: 'yes' }, quiet, failed)).toBe('a');
  expect(rows({ toRotate: 'yes' }, quiet, { ...failed, toRotate: 1 })).toBe('a');
});

test('by name the case of ASCII letters does not count, because the index is NOCASE', () => {
  const rows = new FleetRows(
    BY_NAME,
    pageOf([machine('1', { hostname: 'alpha' }), machine('2', { hostname: 'Delta' })]),
  );
  rows.change([machine('3', { hostname: 'BRAVO' }), machine('4', { hostname: null })], false);
  expect(ids(rows)).toBe('4132');
});

test('what was found is renewed where it stands, and nothing else comes', () => {
  const rows = new FleetRows('found', pageOf([started('a', 1), started('b', 2)]));
  expect(rows.change([started('b', 99), started('n', 98)], false)).toBe(true);
  expect(ids(rows)).toBe('ab');
  expect(rows.at(1)?.run?.startedAt).toBe(99);
});
