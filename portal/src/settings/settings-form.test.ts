import { afterEach, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../schema/default-settings.ts';
import type { RevealSettings } from './reveal-settings.ts';
import type { UnsavedChanged } from './settings-form.ts';
import './reveal-settings.ts';

afterEach(() => document.body.replaceChildren());

async function show() {
  const element = document.createElement('reveal-settings') as RevealSettings;
  Object.assign(element, { settings: DEFAULT_SETTINGS, editable: true });
  const unsaved: boolean[] = [];
  element.addEventListener('unsaved-changed', (event) => unsaved.push((event as UnsavedChanged).detail));
  document.body.append(element);
  await element.updateComplete;
  return { element, unsaved };
}

const words = (element: RevealSettings) =>
  element.renderRoot.querySelector('.kept')?.textContent?.replace(/\s+/g, ' ').trim();

async function type(element: RevealSettings, value: string): Promise<void> {
  const field = element.renderRoot.querySelector<HTMLInputElement>('#perMinute');
  if (!field) throw new Error('the form has no such field');
  field.value = value;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await element.updateComplete;
}

it('says beside its button that what was typed is not saved, and no longer where it is what is stored', async () => {
  const { element, unsaved } = await show();
  expect([words(element), unsaved.at(-1)]).toEqual(['Save', false]);
  await type(element, '3');
  expect([words(element), unsaved.at(-1)]).toEqual(['Save Not saved yet', true]);
  await type(element, String(DEFAULT_SETTINGS.revealBudget.perMinute));
  expect([words(element), unsaved.at(-1)]).toEqual(['Save', false]);
});

it('says that it was saved where the button is, with the way back, until something else is typed', async () => {
  const { element } = await show();
  element.saved = true;
  await element.updateComplete;
  expect(words(element)).toBe('Save Saved just now Undo');
  let undone = 0;
  element.addEventListener('undo-wanted', () => undone++);
  element.renderRoot.querySelector<HTMLButtonElement>('.kept .ghost')?.click();
  expect(undone).toBe(1);
  await type(element, '3');
  expect(words(element)).toBe('Save Saved just now, but not what was changed since');
});

it('says at the field of an hour that it allows less than a minute does, and sends nothing', async () => {
  const { element } = await show();
  let given = 0;
  element.addEventListener('settings-given', () => given++);
  await type(element, String(DEFAULT_SETTINGS.revealBudget.perHour + 1));
  element.renderRoot.querySelector('form')?.requestSubmit();
  await element.updateComplete;
  await element.updateComplete;
  const field = element.renderRoot.querySelector<HTMLInputElement>('#perHour');
  expect([field?.getAttribute('aria-invalid'), element.shadowRoot?.activeElement?.id, given]).toEqual([
    'true',
    'perHour',
    0,
  ]);
  expect(field?.nextElementSibling?.textContent).toContain(
    `must be at least ${DEFAULT_SETTINGS.revealBudget.perHour + 1}`,
  );
});
