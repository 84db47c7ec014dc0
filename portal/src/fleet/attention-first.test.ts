// What needs attention first, of two lists of the API: each PC once, in order, to the end.
import { afterEach, expect, it, vi } from 'vitest';
import type { MachinePage, MachineSummary } from '../../../schema/machine.ts';
import { machinesPage } from './attention-first.ts';
import { pageOf, started } from './fixtures.ts';
import { FleetRows } from './rows.ts';

const FIRST = { sort: 'attention', shelf: 'fleet' } as const;
const needing = (id: string, at: number): MachineSummary => ({ ...started(id, at), attention: ['run_failed'] });
/** By the latest run, as the server has them. */
const FLEET = [
  started('f', 60),
  needing('e', 50),
  started('d', 40),
  needing('c', 30),
  needing('b', 20),
  started('a', 10),
];

const asked: string[] = [];
/** Answers as the API does, `limit` machines at a time. */
function served(limit: number): void {
  vi.stubGlobal('fetch', async (address: string | URL | Request) => {
    const query = new URL(address instanceof Request ? address.url : String(address)).searchParams;
    const list = FLEET.filter(({ attention }) => query.get('attention') === null || attention.length > 0);
    const from = Number(query.get('after') ?? 0);
    asked.push(`${query.get('attention') ?? 'all'} ${from}`);
    const machines = list.slice(from, from + limit);
    const next = from + limit < list.length ? String(from + limit) : null;
    return Response.json({ machines, next } satisfies MachinePage);
  });
}
afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

async function walked(limit: number): Promise<string> {
  served(limit);
  let page = await machinesPage('acme', FIRST, null, limit);
  const rows = new FleetRows(FIRST, page);
  while (page.next !== null) {
    page = await machinesPage('acme', FIRST, page.next, limit);
    rows.addPage(page);
  }
  return Array.from({ length: rows.length }, (_, index) => rows.at(index)?.id).join('');
}

it.each([1, 2, 3, 4, 100])('has each PC once, those that need somebody first, at %i a page', async (limit) => {
  expect(await walked(limit)).toBe('ecbfda');
});

it('asks for both lists at once: the first screen waits for one answer, not for two in turn', async () => {
  served(100);
  const page = await machinesPage('acme', FIRST, null, 100);
  expect(asked.toSorted()).toEqual(['all 0', 'yes 0']);
  expect(page.next).toBe(null);
});

it('asks once where all of the list needs attention, and where another order is wanted', async () => {
  served(100);
  await machinesPage('acme', { ...FIRST, attention: 'yes' }, null, 100);
  await machinesPage('acme', { ...FIRST, toRotate: 'yes' }, null, 100);
  await machinesPage('acme', { ...FIRST, sort: 'hostname' }, null, 100);
  expect(asked).toEqual(['yes 0', 'all 0', 'all 0']);
});

it('puts a PC that comes to need somebody before all that do not, and takes it back when it is seen to', () => {
  const rows = new FleetRows(FIRST, pageOf([needing('b', 20), started('f', 60), started('a', 10)]));
  const ids = () => Array.from({ length: rows.length }, (_, index) => rows.at(index)?.id).join('');
  rows.change([needing('a', 10)], false);
  expect(ids()).toBe('baf');
  rows.change([started('b', 20)], false);
  expect(ids()).toBe('afb');
});
