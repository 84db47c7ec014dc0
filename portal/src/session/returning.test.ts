import { expect, it } from 'vitest';
import { freshOnReturn } from './returning.ts';

it('a page that a browser had kept is loaded anew for whoever goes back to it, and one that is loaded is not', () => {
  let reloads = 0;
  freshOnReturn(() => reloads++);
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
  expect(reloads).toBe(0);
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  expect(reloads).toBe(1);
});
