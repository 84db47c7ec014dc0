import { afterEach, expect, it } from 'vitest';
import type { SuspendedPage } from './suspended-page.ts';
import './suspended-page.ts';

afterEach(() => document.body.replaceChildren());

it('names whom to ask, and looks by itself, because nobody tells a person that their tenant goes on', async () => {
  let looks = 0;
  const element = Object.assign(document.createElement('suspended-page') as SuspendedPage, {
    name: 'Acme',
    ask: ['operator@example.com'],
    look: async () => {
      looks += 1;
    },
  });
  document.body.append(element);
  await element.updateComplete;
  expect(element.renderRoot.querySelector('a')?.href).toBe('mailto:operator@example.com');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(looks).toBe(1);
});
