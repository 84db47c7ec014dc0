import { afterEach, expect, it, vi } from 'vitest';
import type { Overview } from '../../../schema/machine.ts';
import type { FirstRun } from './first-run.ts';
import './first-run.ts';

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

/** The list, where the server answers these tokens. */
async function show(keyState: 'none' | 'ready', tokens: object[]): Promise<FirstRun> {
  vi.stubGlobal('fetch', async () => Response.json({ tokens, next: null }));
  const element = Object.assign(document.createElement('first-run') as FirstRun, {
    membership: { tenant: 'acme', name: 'Acme', role: 'admin', status: 'active' },
    overview: { keyState } as Overview,
  });
  document.body.append(element);
  await vi.waitFor(() => expect((element as unknown as { hasToken: boolean }).hasToken).toBe(tokens.length > 0));
  await element.updateComplete;
  return element;
}
const now = (element: FirstRun) => element.renderRoot.querySelector('[aria-current] .button')?.textContent ?? null;

it('begins with the keys, then ticks them by itself and goes on with a token', async () => {
  const element = await show('none', []);
  expect(now(element)).toBe('First-time set-up');
  element.overview = { keyState: 'ready' } as Overview;
  await element.updateComplete;
  expect(now(element)).toBe('Issue a token');
  expect(element.renderRoot.querySelectorAll('.done')).toHaveLength(1);
});

it('waits for the first PC once a token works: there is nothing more to press', async () => {
  const element = await show('ready', [{ revokedAt: null, missing: false, expiresAt: null }]);
  expect(now(element)).toBeNull();
  expect(element.renderRoot.querySelector('[aria-current] h3')?.textContent).toBe('Set up the first PC');
});
