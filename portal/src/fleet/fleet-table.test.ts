import { afterEach, beforeEach, expect, test } from 'vitest';
import { page as viewport } from 'vitest/browser';
import type { MachineSummary } from '../../../schema/machine.ts';
import { COLUMNS } from './columns.ts';
import { machine, pageOf, started } from './fixtures.ts';
import type { Attended, FleetTable, SelectWanted } from './fleet-table.ts';
import { FleetRows } from './rows.ts';
import './fleet-table.ts';
import '../ui/page.css';

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

test('a row that comes is drawn in the element of one that has gone, and has its own words, link and box', async () => {
  table.selected = new Set(['m-3']);
  await settled();
  const height = shown()[0]?.offsetHeight ?? 0;
  const before = shown();
  const box = (id: string) => row(id)?.querySelector('input')?.checked;
  expect(box('m-3')).toBe(true);
  await scrolledTo(300 * height);
  expect(before.filter((one) => !shown().includes(one))).toEqual([]);
  const again = before.map(({ dataset }) => dataset.machine ?? '');
  expect(again).toContain('m-300');
  expect(again.map((id) => row(id)?.querySelector('a')?.pathname)).toEqual(again.map((id) => `/t/acme/machines/${id}`));
  expect(again.filter(box)).toEqual([]);
  await scrolledTo(310 * height);
  expect(before.filter((one) => !shown().includes(one))).toEqual([]);
  // At rest they stand in the order in which they are read, whichever elements they are.
  const order = () => shown().map((one) => Number(one.ariaRowIndex));
  await expect.poll(order).toEqual(order().toSorted((a, b) => a - b));
});

test('near the end of what is there it asks for more, and says that nobody has counted the rows', async () => {
  const wanted = new Promise((resolve) => table.addEventListener('more-wanted', resolve, { once: true }));
  expect(table.renderRoot.querySelector('[role=table]')?.getAttribute('aria-rowcount')).toBe('-1');
  await scrolledTo(document.documentElement.scrollHeight);
  await wanted;
});

test('only rows that are seen are drawn again, and a changed one stays the element that it was', async () => {
  const first = row('m-1');
  await changed(started('m-1', MANY - 1, { phasesDone: 8 }), started('m-40000', MANY - 40_000, { phasesDone: 8 }));
  expect(row('m-1')).toBe(first);
  expect(first?.querySelector('.where')?.getAttribute('title')).toBe('8 of 10 phases done');
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
  const cells = (id: string) => ['.client', '.serial'].map((part) => row(id)?.querySelector(part)?.textContent);
  expect(cells('one')).toEqual(['Harbour Dental', 'XYZ-99']);
  expect(cells('other')).toEqual(['No client', 'No serial number']);
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

test('x selects the row with the cursor, and so does its box; the head’s box takes all that have been fetched', async () => {
  const wanted: string[][] = [];
  table.addEventListener('select-wanted', (event) => {
    const { detail } = event as SelectWanted;
    wanted.push([...detail]);
    table.selected = detail;
  });
  await press('j');
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true, cancelable: true }));
  await settled();
  row('m-1')?.querySelector<HTMLInputElement>('input')?.click();
  expect(wanted).toEqual([['m-0'], ['m-0', 'm-1']]);
  await settled();
  expect([row('m-0'), row('m-1'), row('m-2')].map((one) => one?.classList.contains('selected'))).toEqual([
    true,
    true,
    false,
  ]);
  row('m-0')?.querySelector<HTMLInputElement>('input')?.click();
  table.renderRoot.querySelector<HTMLInputElement>('.head input')?.click();
  expect(wanted.slice(2).map((ids) => ids.length)).toEqual([1, MANY]);
});

test('a row says what the failed phase said, cut to its line, and the whole of it with its phase on hover', async () => {
  await changed({
    ...started('m-0', MANY, { phase: 'office', status: 'failed', error: `Error 30015-26 ${'x'.repeat(100)}` }),
    attention: ['run_failed'],
  });
  const why = row('m-0')?.querySelector<HTMLElement>('.why');
  expect(why?.textContent?.trim()).toMatch(/^Error 30015-26 x+$/);
  expect(why?.title).toMatch(/^Failed in Office: Error 30015-26 x+$/);
  expect(why?.getBoundingClientRect().height).toBeLessThan(30);
});

test('a column that somebody does not want leaves its room to the others, and each cell stays under its head', async () => {
  const at = (part: string, where: Element | null | undefined) => {
    const cell = where?.querySelector<HTMLElement>(`.${part}`);
    return cell && cell.offsetWidth > 0 ? cell.getBoundingClientRect() : null;
  };
  try {
    await viewport.viewport(1280, 860);
    await settled();
    const head = table.renderRoot.querySelector('.head');
    const before = at('attention', head)?.width ?? 0;
    table.choice = { serial: false, secrets: false, model: true };
    await settled();
    for (const { part } of COLUMNS) {
      const [above, below] = [at(part, head), at(part, row('m-0'))];
      expect([part, above?.left, above?.right]).toEqual([part, below?.left, below?.right]);
    }
    expect(['serial', 'secrets', 'model'].map((part) => at(part, row('m-0')) !== null)).toEqual([false, false, true]);
    table.choice = { serial: false, secrets: false };
    await settled();
    expect(at('attention', head)?.width).toBeGreaterThan(before);
    expect(table.scrollWidth).toBeLessThanOrEqual(table.clientWidth);
    // A search says whose it is, and by what it was found, whatever is hidden otherwise.
    Object.assign(table, { found: new Map() });
    await settled();
    expect(at('serial', row('m-0'))).not.toBeNull();
    table.found = null;
    // A card on a phone is what it is.
    await viewport.viewport(360, 760);
    await settled();
    expect(at('serial', row('m-0'))).not.toBeNull();
  } finally {
    await viewport.viewport(414, 896);
  }
});

test('a head that sorts says by which column the list is sorted, and asks for its own order when it is pressed', async () => {
  const wanted: string[] = [];
  table.addEventListener('sort-wanted', (event) => wanted.push((event as CustomEvent<string>).detail));
  const heads = () =>
    [...table.renderRoot.querySelectorAll('[aria-sort]')].map((head) => [head.textContent?.trim(), head.ariaSort]);
  expect(heads()).toEqual([
    ['Name', 'none'],
    ['Attention', 'descending'],
  ]);
  table.renderRoot.querySelector<HTMLButtonElement>('.head .machine button')?.click();
  expect(wanted).toEqual(['hostname']);
  table.sort = 'hostname';
  await settled();
  expect(heads()[0]).toEqual(['Name', 'ascending']);
});

test('a phase is a cell of the strip: done, now and to come are told by its run, and words beside it say which one it is', async () => {
  const strip = (id: string) => row(id)?.querySelector<HTMLElement>('.steps');
  const drawn = async (change: Partial<NonNullable<MachineSummary['run']>>, silentSince: number | null = null) => {
    await changed({ ...started('m-0', MANY, change), silentSince });
    const shown = strip('m-0');
    const { style, classList } = shown as HTMLElement;
    return [classList.value, style.getPropertyValue('--done'), style.getPropertyValue('--total'), shown?.offsetWidth];
  };
  expect(await drawn({ phasesDone: 3 })).toEqual(['steps running', '3', '10', 78]);
  expect(await drawn({ phasesDone: 4, status: 'failed' })).toEqual(['steps failed', '4', '10', 78]);
  expect(await drawn({ phasesDone: 4 }, 1)).toEqual(['steps silent', '4', '10', 78]);
  expect(await drawn({ phasesDone: 5, phasesTotal: 5, status: 'succeeded' })).toEqual(['steps past', '5', '5', 38]);
  expect(row('m-0')?.querySelector('.where')?.textContent).toBe('All 5 done');
  // A run without a plan has none to be done with.
  await drawn({ phasesDone: 0, phasesTotal: 0, phase: null, status: 'succeeded' });
  expect(row('m-0')?.querySelector('.where')?.textContent).toBe('');
  await drawn({ phasesDone: 5, phasesTotal: 5, status: 'succeeded' });
  expect(strip('m-0')?.getAttribute('aria-hidden')).toBe('true');
});
