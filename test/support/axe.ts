// axe-core run in a page of a real browser, through shadow roots and under the portal's own CSP, by the rules of WCAG 2.0 to 2.2, A and AA.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const OPTIONS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  resultTypes: ['violations'],
};

/** What axe finds wrong in the page as it is now: a line each, with the rule and where. */
export async function violationsOf(page: Page): Promise<string[]> {
  // What fades in has its own colours only at the end.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // By the debugger, not by a script element: the page's CSP and Trusted Types stay as they are.
  // Half a megabyte, so it is sent to a page once.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const results = await page.evaluate(
    (options) => (window as unknown as { axe: { run: (o: unknown) => Promise<AxeResults> } }).axe.run(options),
    OPTIONS,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => {
      const why = failureSummary?.replaceAll(/\s+/g, ' ') ?? '';
      return `${id} at ${target.flat().join(' >> ')}: ${html.slice(0, 160)} (${why.slice(0, 200)})`;
    }),
  );
}

/** By how many pixels the page is wider than its window, once what a new size changes is drawn. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
