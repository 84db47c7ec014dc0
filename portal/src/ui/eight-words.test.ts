import { afterEach, expect, it } from 'vitest';
import type { EightWords } from './eight-words.ts';
import './eight-words.ts';

afterEach(() => document.body.replaceChildren());

const WORDS = ['bleak', 'hand', 'edit', 'boil', 'dune', 'tattoo', 'civil', 'tree'];

it('counts the words that were ticked as they were read out; other words begin anew, the same ones do not', async () => {
  const element = Object.assign(document.createElement('eight-words') as EightWords, { words: WORDS, ticking: true });
  let ticked = 0;
  element.addEventListener('ticked', (event) => {
    ticked = (event as CustomEvent<number>).detail;
  });
  document.body.append(element);
  await element.updateComplete;
  for (const box of element.renderRoot.querySelectorAll('input')) box.click();
  expect(ticked).toBe(8);
  element.words = [...WORDS];
  await element.updateComplete;
  expect(ticked).toBe(8);
  element.words = [...WORDS.slice(1), 'other'];
  await element.updateComplete;
  expect(ticked).toBe(0);
  expect(element.renderRoot.querySelectorAll('input:checked')).toHaveLength(0);
});

it('says that none is ticked where words are shown for the first time, because whoever counts may remember others in their place', async () => {
  const element = Object.assign(document.createElement('eight-words') as EightWords, { words: WORDS, ticking: true });
  let ticked = 8;
  element.addEventListener('ticked', (event) => {
    ticked = (event as CustomEvent<number>).detail;
  });
  document.body.append(element);
  await element.updateComplete;
  expect(ticked).toBe(0);
});
