import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MachineSummary } from '../../../schema/machine.ts';
import { machine, pageOf, started } from './fixtures.ts';
import type { Attended, FleetTable } from './fleet-table.ts';
import { FleetRows } from './rows.ts';
import './fleet-table.ts';

const LATEST = { sort: 'started', shelf: 'fleet' } as const;
const MANY = 50_000;
const many = Array.from({ length: MANY }, (_, index) => started(`m-${index}`, MANY - index));

let table: FleetTable;
let rows: FleetRows;
const attended: boolean[] = [];

beforeEach(async () => {
  rows = new FleetRows(LATEST, pageOf(many, 'more'));
  table = document.createElement('fleet-table') as FleetTable;
  Object.assign(table, { rows, tenant: 'acme', total: null });
  attended.length = 0;
  table.addEventListener('attended', (event) => attended.push((event as Attended).detail));
  document.body.append(table);
  await settled();
});
afterEach(() => {
  table.remove();
  window.scrollTo(0, 0);
});

/** Until a render, and what it measures and renders again for it, are over. */
async function settled(): Promise<void> {
  while (!(await table.updateComplete));
}
const shown = () => [...table.renderRoot.querySelectorAll<HTMLElement>('[data-machine]')];
const row = (id: string) => shown().find(({ dataset }) => dataset.machine === id);
const focusedRow = () =>
  (table.renderRoot as ShadowRoot).activeElement?.closest<HTMLElement>('[data-machine]')?.dataset.machine;
const scrolledTo = async (top: number) => {
  const scrolled = new Promise((resolve) => window.addEventListener('scroll', resolve, { once: true }));
  window.scrollTo(0, top);
  await scrolled;
  await settled();
};
async function press(key: string): Promise<void> {
  // From row to row the event does not leave the table's root.
  const focused = new Promise((resolve) => table.renderRoot.addEventListener('focusin', resolve, { once: true }));
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  await focused;
}
async function changed(...machines: typeof many): Promise<void> {
  rows.change(machines, attended.at(-1) ?? false);
  table.version += 1;
  await settled();
}

test('of 50,000 machines only those near the screen are in the document, at their places', async () => {
  expect(shown().length).toBeLessThan(80);
  const height = shown()[0]?.offsetHeight ?? 0;
  await scrolledTo(30_000 * height);
  const ids = shown().map(({ dataset }) => dataset.machine);
  expect(ids).toContain('m-30000');
  expect(ids).not.toContain('m-0');
  expect(ids.length).toBeLessThan(80);
  const place = row('m-30000');
  expect(place?.getAttribute('aria-rowindex')).toBe('30002');
  const above = table.renderRoot.querySelector('.body')?.getBoundingClientRect().top ?? 0;
  expect(Math.round((place?.getBoundingClientRect().top ?? 0) - above)).toBe(30_000 * height);
});

test('near the end of what is there it asks for more, and says that nobody has counted the rows', async () => {
  const wanted = new Promise((resolve) => table.addEventListener('more-wanted', resolve, { once: true }));
  expect(table.renderRoot.querySelector('[role=table]')?.getAttribute('aria-rowcount')).toBe('-1');
  await scrolledTo(document.documentElement.scrollHeight);
  await wanted;
});

test('only rows that are seen are drawn again, and a changed one stays the element that it was', async () => {
  const first = row('m-1');
  const before = first?.textContent;
  await changed(started('m-1', MANY - 1, { phasesDone: 8 }), started('m-40000', MANY - 40_000, { phasesDone: 8 }));
  expect(row('m-1')).toBe(first);
  expect(first?.textContent).not.toBe(before);
  expect(first?.textContent).toContain('8 of 10');
});

test('j and k move the focus from row to row, scroll to it, and End and Home go all the way', async () => {
  await press('j');
  expect(focusedRow()).toBe('m-0');
  await press('j');
  await press('j');
  await press('k');
  expect(focusedRow()).toBe('m-1');
  await press('End');
  expect(focusedRow()).toBe(`m-${MANY - 1}`);
  await press('Home');
  expect(focusedRow()).toBe('m-0');
  expect(attended).not.toContain(false);
});

test('the row with the focus stays in the document when it is scrolled away, because the focus would go with it', async () => {
  await press('j');
  await scrolledTo(1_000_000);
  expect(focusedRow()).toBe('m-0');
  expect(row('m-0')).toBeDefined();
  await press('j');
  expect(focusedRow()).toBe('m-1');
});

test('when the row with the focus goes, the one that takes its place has the focus', async () => {
  await press('j');
  await press('j');
  rows.change([{ ...started('m-1', MANY - 1), shelf: 'archived' }], false);
  table.version += 1;
  await settled();
  expect(focusedRow()).toBe('m-2');
});

test('a pointer at the rows is told, but not a finger: it lifts off without a word', async () => {
  const body = table.renderRoot.querySelector('.body');
  body?.dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'touch' }));
  body?.dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'mouse' }));
  body?.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
  expect(attended).toEqual([false, true, false]);
});

test('what was found says whose it is, always, because two clients each have a PC of that name', async () => {
  const one = machine('one', { serial: 'XYZ-99', client: 'Harbour Dental' });
  const other = machine('other', { serial: null, client: null });
  rows = new FleetRows('found', pageOf([one, other]));
  const match = (of: MachineSummary) => ({ machine: of, field: 'hostname' as const, keyId: null });
  Object.assign(table, {
    rows,
    q: 'PC',
    found: new Map([one, other].map((of) => [of.id, match(of)])),
  });
  await settled();
  expect(row('one')?.textContent).toContain('Harbour Dental · serial XYZ-99');
  expect(row('other')?.textContent).toContain('No client · no serial number');
  const height = (id: string) => row(id)?.querySelector<HTMLElement>('.machine');
  for (const id of ['one', 'other'])
    expect(height(id)?.scrollHeight).toBeLessThanOrEqual(row(id)?.getBoundingClientRect().height ?? 0);
});

test('what was found says by what: the key id with the eight characters that a locked PC shows emphasized', async () => {
  const found = machine('found', { serial: 'XYZ-99' });
  const keyId = '7c4e91ab-52d0-4f6e-9b3a-6f2d8e10c5aa';
  rows = new FleetRows('found', pageOf([found]));
  Object.assign(table, {
    rows,
    q: '7c4e',
    found: new Map([['found', { machine: found, field: 'recovery_key', keyId }]]),
  });
  await settled();
  expect(row('found')?.querySelector('strong')?.textContent).toBe('7C4E91AB');
  Object.assign(table, { q: 'z-9', found: new Map([['found', { machine: found, field: 'serial', keyId: null }]]) });
  await settled();
  expect(row('found')?.querySelector('mark')?.textContent).toBe('Z-9');
  expect(row('found')?.textContent).toContain('Found by: Serial');
});
