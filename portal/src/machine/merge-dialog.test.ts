// The words of the merge dialog before two entries become one, in a browser.
import { afterEach, expect, it } from 'vitest';
import type { Machine } from '../../../schema/machine.ts';
import type { MergeDialog } from './merge-dialog.ts';
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
