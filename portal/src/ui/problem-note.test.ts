import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { askJson } from '../api/http.ts';
import type { ProblemNote } from './problem-note.ts';
import './problem-note.ts';

/** No answer comes, and nobody is said to be signed out. */
beforeEach(() => vi.stubGlobal('fetch', () => Promise.reject(new TypeError('the network is gone'))));
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

async function shown(body?: object) {
  const page = document.createElement('div');
  page.innerHTML = '<h1 style="margin: 0">People</h1>';
  const note: ProblemNote = document.createElement('problem-note');
  note.error = await askJson(new URL('https://api.example.com/v1/me'), body).catch((error: unknown) => error);
  page.append(note);
  document.body.append(page);
  await note.updateComplete;
  const box = note.renderRoot.querySelector('.note') as HTMLElement;
  return { page, box };
}

it('touches no heading above it', async () => {
  const { page, box } = await shown();
  const above = page.querySelector('h1')?.getBoundingClientRect().bottom ?? 0;
  expect(box.getBoundingClientRect().top - above).toBeGreaterThanOrEqual(8);
});

it('leaves it to the app to say that nothing is reached, but never whether an act was done', async () => {
  const [read, acted] = [await shown(), await shown({ email: 'ada@example.com' })];
  for (const { page } of [read, acted]) page.style.setProperty('--unread', 'none');
  expect([read.box.checkVisibility(), acted.box.checkVisibility()]).toEqual([false, true]);
});
