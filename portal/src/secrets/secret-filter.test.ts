// The filter for a machine's secrets: the kind alone, or how its name begins as well, without the spaces of a pasted
// key id.
import { afterEach, expect, it } from 'vitest';
import type { SecretFilter } from '../api/secrets.ts';
import type { SecretFilterElement } from './secret-filter.ts';
import './secret-filter.ts';

afterEach(() => document.body.replaceChildren());

async function show(filter: SecretFilter | null) {
  const element = Object.assign(document.createElement('secret-filter') as SecretFilterElement, { filter });
  const wanted: (SecretFilter | null)[] = [];
  element.addEventListener('filter-wanted', (event) => wanted.push((event as CustomEvent<SecretFilter | null>).detail));
  document.body.append(element);
  await element.updateComplete;
  const find = <E extends HTMLElement>(selector: string) => element.renderRoot.querySelector(selector) as E;
  return { element, wanted, find };
}

it('asks for what begins so of the kind that is chosen', async () => {
  const { wanted, find } = await show(null);
  find<HTMLInputElement>('input').value = ' 5e6f-4a7b ';
  find<HTMLFormElement>('form').requestSubmit();
  expect(wanted).toEqual([{ kind: 'bitlocker_recovery_key', starts: '5e6f-4a7b' }]);
});

it('begins anew with another kind, since what a key id begins with no account does', async () => {
  const { wanted, find } = await show({ kind: 'bitlocker_recovery_key', starts: '5e6f' });
  const kind = find<HTMLSelectElement>('select');
  kind.value = 'local_admin_password';
  kind.dispatchEvent(new Event('change'));
  expect(wanted).toEqual([{ kind: 'local_admin_password', starts: '' }]);
});

it('shows what it looks for, and all again', async () => {
  const { wanted, find } = await show({ kind: 'other', starts: 'WiFi' });
  expect([find<HTMLSelectElement>('select').value, find<HTMLInputElement>('input').value]).toEqual(['other', 'WiFi']);
  find<HTMLButtonElement>('button[type=button]').click();
  expect(wanted).toEqual([null]);
});

it('has nothing to show all again of while nothing is looked for', async () => {
  const { find } = await show(null);
  expect(find<HTMLButtonElement>('button[type=button]').disabled).toBe(true);
});
