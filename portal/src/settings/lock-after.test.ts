import { afterEach, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../schema/default-settings.ts';
import type { LockAfter, LockAfterGiven } from './lock-after.ts';
import './lock-after.ts';

afterEach(() => document.body.replaceChildren());

async function show(editable = true) {
  const settings = { ...DEFAULT_SETTINGS, lockAfterMinutes: 15 };
  const element = Object.assign(document.createElement('lock-after') as LockAfter, { settings, editable });
  const given: unknown[] = [];
  element.addEventListener('lock-after-given', (event) => given.push((event as LockAfterGiven).detail));
  document.body.append(element);
  await element.updateComplete;
  const field = element.renderRoot.querySelector('input') as HTMLInputElement;
  const type = async (text: string) => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    element.renderRoot.querySelector('form')?.requestSubmit();
    await element.updateComplete;
  };
  const warns = () => element.renderRoot.querySelector('.warn') !== null;
  return { element, field, given, type, warns };
}

it('gives the minutes, and warns where they are more than usual, because a PC that was left stays open for as long', async () => {
  const { given, type, warns } = await show();
  expect(warns()).toBe(false);
  await type('5');
  expect([given, warns()]).toEqual([[{ lockAfterMinutes: 5 }], false]);
  await type('45');
  expect([given.at(-1), warns()]).toEqual([{ lockAfterMinutes: 45 }, true]);
});

it.each(['1', '61', '2.5', ''])('gives nothing that the server refuses: %j', async (text) => {
  const { given, type, field } = await show();
  await type(text);
  expect([given, field.validity.valid]).toEqual([[], false]);
});

it('keeps what is typed when the settings are read anew', async () => {
  const { element, field } = await show();
  field.value = '20';
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  element.settings = { ...DEFAULT_SETTINGS, lockAfterMinutes: 30 };
  await element.updateComplete;
  expect(field.value).toBe('20');
});

it('shows whoever is no admin how it is, and changes nothing for them', async () => {
  const { element, field } = await show(false);
  expect([field.value, field.matches(':disabled'), element.renderRoot.querySelector('button')]).toEqual([
    '15',
    true,
    null,
  ]);
});
