import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FleetSearch, SearchWanted } from './fleet-search.ts';
import './fleet-search.ts';

let element: FleetSearch;
const wanted: string[] = [];
const entered: string[] = [];

beforeEach(async () => {
  element = document.createElement('fleet-search') as FleetSearch;
  element.addEventListener('search-wanted', (event) => {
    wanted.push((event as SearchWanted).detail);
    element.q = (event as SearchWanted).detail;
  });
  element.addEventListener('search-entered', (event) => entered.push((event as CustomEvent<string>).detail));
  document.body.append(element);
  await element.updateComplete;
});
afterEach(() => {
  element.remove();
  wanted.length = entered.length = 0;
});

const field = () => element.renderRoot.querySelector('input') as HTMLInputElement;
async function type(text: string): Promise<void> {
  field().value = text;
  field().dispatchEvent(new InputEvent('input'));
  await element.updateComplete;
}
async function press(key: string): Promise<void> {
  field().dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
  await element.updateComplete;
}
const says = () => element.renderRoot.querySelector('#says')?.textContent;
const sent = () => new Promise((resolve) => element.addEventListener('search-wanted', resolve, { once: true }));

test('what is typed in one go is sent once, when typing pauses', async () => {
  for (const text of ['h', 'hd', 'hdn ']) await type(text);
  expect(wanted).toEqual([]);
  await sent();
  expect(wanted).toEqual(['hdn']);
});

test('it says what it waits for, what was found, and that there is more', async () => {
  await type('a');
  expect(says()).toBe('Type 2 or more characters.');
  await type('ab');
  await press('Enter');
  Object.assign(element, { found: 0 });
  await element.updateComplete;
  expect(says()).toBe('Nothing begins with “ab”. Type on to look within names.');
  await type('abc');
  expect(says()).toBe('Searching …');
  await press('Enter');
  Object.assign(element, { found: 1 });
  await element.updateComplete;
  expect(says()).toBe('1 PC found, archived ones included.');
  Object.assign(element, { found: 50, more: true });
  await element.updateComplete;
  expect(says()).toContain('The first 50 PCs of many');
  Object.assign(element, { further: 262 });
  await element.updateComplete;
  expect(says()).toContain('The first 50 PCs of 312');
  Object.assign(element, { found: 0 });
  await element.updateComplete;
  expect(says()).toBe('No PC matches “abc”.');
});

test('Enter sends at once what was not sent yet; once it is, it goes to what was found', async () => {
  await type('abc');
  await press('Enter');
  expect([wanted, entered]).toEqual([['abc'], []]);
  await press('Enter');
  await press('ArrowDown');
  expect(entered).toEqual(['Enter', 'ArrowDown']);
});

test('Escape clears the field, and leaves it where there is nothing to clear', async () => {
  element.focus();
  await type('abc');
  await press('Enter');
  await press('Escape');
  expect([field().value, wanted]).toEqual(['', ['abc', '']]);
  expect((element.renderRoot as ShadowRoot).activeElement).toBe(field());
  await press('Escape');
  expect((element.renderRoot as ShadowRoot).activeElement).toBe(null);
});

test('going back puts the search of before into the field, and the echo of one’s own typing does not', async () => {
  element.q = 'before';
  await element.updateComplete;
  expect(field().value).toBe('before');
  await type('longer');
  await press('Enter');
  await type('longer still');
  expect(field().value).toBe('longer still');
});
