// The words of the merge dialog before two entries become one, in a browser.
import { afterEach, expect, it } from 'vitest';
import type { Machine, MachineSummary } from '../../../schema/machine.ts';
import { machine } from '../fleet/fixtures.ts';
import type { MergeChosen, MergeDialog } from './merge-dialog.ts';
import './merge-dialog.ts';

afterEach(() => document.body.replaceChildren());

async function show(marks: Machine['marks']): Promise<string> {
  const element = document.createElement('merge-dialog') as MergeDialog;
  element.machine = { id: 'm', hostname: 'PC', serial: 'S', marks } as unknown as Machine;
  document.body.append(element);
  await element.updateComplete;
  return element.renderRoot.querySelector('.note')?.textContent ?? '';
}
const OTHER = '99999999-0506-0708-090a-0b0c0d0e0f11';

it('says of another id that it is only claimed, and by whose report, since a merge puts one password in the place of another', async () => {
  const claimed = await show([{ mark: 'id_changed', of: OTHER, by: 'Rollout' }]);
  for (const part of [OTHER, 'Rollout', 'nothing proves it']) expect(claimed).toContain(part);
});

it('says that it is claimed where nobody knows by whom, and nothing where nothing is', async () => {
  expect(await show([{ mark: 'id_changed', of: OTHER }])).toContain('so says a report, and nothing proves it');
  expect(await show([{ mark: 'serial_changed', of: 'S' }])).toBe('');
});

const entry = (more: Partial<MachineSummary>) => ({ ...machine('other'), hostname: 'PC-2', ...more }) as MachineSummary;

async function open(others: MachineSummary[]) {
  const kept = {
    ...entry({ id: 'kept', hostname: 'PC', serial: 'S1', client: 'Acme', manufacturer: 'Dell', model: 'L1' }),
    marks: [],
  };
  const element = Object.assign(document.createElement('merge-dialog') as MergeDialog, { machine: kept, others });
  const chosen: string[] = [];
  element.addEventListener('merge-chosen', (event) => chosen.push((event as MergeChosen).detail));
  document.body.append(element);
  await element.updateComplete;
  await element.updateComplete;
  const root = element.renderRoot as ShadowRoot;
  const press = async () => {
    root.querySelector('form')?.requestSubmit();
    await element.updateComplete;
  };
  return {
    root,
    chosen,
    press,
    against: () => [...root.querySelectorAll('.against li')].map((one) => one.textContent),
  };
}

it('lists what differs between the two before they are merged, and takes nothing that was not chosen', async () => {
  const other = entry({ serial: 'S2', client: 'Brook', manufacturer: 'dell', model: null });
  const { root, chosen, press, against } = await open([other, entry({ id: 'third' })]);
  await press();
  expect([chosen, root.querySelector('#find')?.getAttribute('aria-invalid')]).toEqual([[], 'true']);
  root.querySelector<HTMLElement>(`input[value="${other.id}"]`)?.click();
  await Promise.resolve();
  await (root.host as MergeDialog).updateComplete;
  expect(against().map((one) => one?.replaceAll(/[\u2066-\u2069]/g, ''))).toEqual([
    'client: Acme here, Brook there',
    'serial number: S1 here, S2 there',
  ]);
  expect(root.querySelector('.actions .danger')?.textContent).toBe('Merge all the same');
  await press();
  expect(chosen).toEqual([other.id]);
});

it('begins with the entry of the same serial number, and warns of nothing that only one of them says', async () => {
  const { chosen, press, against } = await open([
    entry({ id: 'same', serial: 'S1', client: null, manufacturer: null, model: null }),
  ]);
  expect(against()).toEqual([]);
  await press();
  expect(chosen).toEqual(['same']);
});

it('fires what is typed, so that an entry is found by its name', async () => {
  const { root } = await open([]);
  const typed = new Promise<Event>((done) => root.host.addEventListener('entry-typed', done));
  const field = root.querySelector('#find') as HTMLInputElement;
  field.value = 'PC-2';
  field.dispatchEvent(new InputEvent('input'));
  expect(((await typed) as CustomEvent).detail).toBe('PC-2');
});
