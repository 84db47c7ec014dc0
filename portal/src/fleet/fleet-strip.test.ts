import { afterEach, expect, it } from 'vitest';
import type { Overview } from '../../../schema/machine.ts';
import type { FleetStrip } from './fleet-strip.ts';
import './fleet-strip.ts';
import { questionOfUrl } from './url.ts';

afterEach(() => document.body.replaceChildren());

const OVERVIEW = {
  machines: 128,
  runs: { running: 6, succeeded: 117, failed: 3, abandoned: 0 },
  attention: 10,
  stalled: 1,
  toRotate: 9,
  rotating: 4,
} as Overview;

async function show(search: string) {
  const element = document.createElement('fleet-strip') as FleetStrip;
  Object.assign(element, { overview: OVERVIEW, tenant: 'acme', question: questionOfUrl(search) });
  document.body.append(element);
  await element.updateComplete;
  return [...element.renderRoot.querySelectorAll<HTMLAnchorElement>('.strip > a')].map((cell) => ({
    words: cell.querySelector('.words')?.textContent,
    count: cell.querySelector('b')?.textContent?.trim(),
    to: cell.getAttribute('href'),
    here: cell.getAttribute('aria-current'),
  }));
}

it('has a filter in each figure, and each figure counts what its filter shows', async () => {
  const cells = await show('');
  expect(cells.map(({ words, count }) => `${words} ${count}`)).toEqual([
    'All PCs 128',
    'Provisioning 6',
    'Succeeded 117',
    'Failed 3',
    'Stalled 1',
    'Need attention 10',
    'To rotate 4',
  ]);
  expect(cells.map(({ to }) => to)).toEqual([
    '/t/acme',
    ...['status=running', 'status=succeeded', 'status=failed', 'status=stalled', 'attention=yes', 'toRotate=yes'].map(
      (filter) => `/t/acme?${filter}`,
    ),
  ]);
});

it('marks the figure that is shown, in whatever order', async () => {
  const here = async (search: string) => (await show(search)).flatMap(({ words, here }) => (here ? [words] : []));
  expect(await here('')).toEqual(['All PCs']);
  expect(await here('?toRotate=yes')).toEqual(['To rotate']);
  expect(await here('?toRotate=yes&sort=hostname')).toEqual(['To rotate']);
  expect(await here('?toRotate=yes&client=Acme')).toEqual([]);
});
