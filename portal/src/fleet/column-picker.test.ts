import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { forgetNotedPerson, keepNotedPerson } from '../core/noted-person.ts';
import type { ColumnPicker, ColumnsWanted } from './column-picker.ts';
import { type Choice, rememberChoice, rememberedChoice } from './columns.ts';
import './column-picker.ts';

// On a phone a row is a card, and there is nothing to choose.
beforeAll(() => page.viewport(1280, 860));
afterAll(() => page.viewport(414, 896));
afterEach(() => {
  document.body.replaceChildren();
  for (const person of ['one@example.com', 'two@example.com']) {
    keepNotedPerson(person);
    rememberChoice({});
  }
  forgetNotedPerson();
});

async function show(): Promise<ColumnPicker> {
  const element = document.createElement('column-picker') as ColumnPicker;
  element.addEventListener('columns-wanted', (event) => {
    element.choice = (event as ColumnsWanted).detail;
  });
  document.body.append(element);
  await element.updateComplete;
  element.renderRoot.querySelector<HTMLButtonElement>('.open')?.click();
  await element.updateComplete;
  return element;
}
const box = (element: ColumnPicker, words: string) =>
  [...element.renderRoot.querySelectorAll('label')].find((one) => one.textContent?.trim() === words)?.control as
    | HTMLInputElement
    | undefined;

it('remembers what a person wants to see in this browser, and each person who uses it has their own', async () => {
  keepNotedPerson('one@example.com');
  const element = await show();
  expect([box(element, 'Serial')?.checked, box(element, 'Name')]).toEqual([true, undefined]);
  box(element, 'Serial')?.click();
  expect(element.choice).toEqual({ serial: false });
  expect(rememberedChoice()).toEqual({ serial: false });
  keepNotedPerson('two@example.com');
  expect(rememberedChoice()).toEqual({});
  keepNotedPerson('one@example.com');
  expect(rememberedChoice()).toEqual({ serial: false });
});

it('goes back to the usual columns, and the focus stays with the button that opened it', async () => {
  const element = await show();
  box(element, 'Secrets')?.click();
  await element.updateComplete;
  element.renderRoot.querySelector<HTMLButtonElement>('.menu button')?.click();
  await element.updateComplete;
  expect([element.choice, rememberedChoice()]).toEqual([{}, {}]);
  expect((element.renderRoot as ShadowRoot).activeElement?.classList.contains('open')).toBe(true);
});

it('a key on a box is that box’s: Enter presses no other one', async () => {
  const element = await show();
  const serial = box(element, 'Serial');
  serial?.focus();
  serial?.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true, cancelable: true }),
  );
  expect(element.choice).toEqual({});
});

it.each<[string, Choice]>([
  ['not JSON', {}],
  ['null', {}],
  ['{"serial":false,"model":"yes","size":true,"machine":false}', { serial: false }],
])('understands of %s what it knows', (text, choice) => {
  localStorage.setItem('totl.columns.', text);
  expect(rememberedChoice()).toEqual(choice);
  localStorage.removeItem('totl.columns.');
});
