// IBM's Equal Access checker in a page of a real browser: a second engine beside axe, with rules of its own, by WCAG 2.2, A and AA.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('accessibility-checker-engine/ace.js'), 'utf8');

type Issue = { ruleId: string; value: [string, string]; path: { dom: string }; message: string; snippet: string };
type Engine = { Checker: new () => { check: (node: Node, rulesets: string[]) => Promise<{ results: Issue[] }> } };

/** What it finds wrong in the page as it is now: a line each, with the rule and where. What a person would have to look at is left out. */
export async function issuesOf(page: Page): Promise<string[]> {
  // By the debugger, not by a script element: the page's CSP and Trusted Types stay as they are.
  await page.evaluate(
    `if (window.ace === undefined) { ${source}\n; window.ace = typeof ace === 'undefined' ? window.ace : ace; }`,
  );
  const issues = await page.evaluate(async () => {
    const { Checker } = (window as unknown as { ace: Engine }).ace;
    const { results } = await new Checker().check(document.documentElement, ['WCAG_2_2']);
    return results
      .filter(({ value: [policy, outcome] }) => policy === 'VIOLATION' && outcome === 'FAIL')
      .map(({ ruleId, path, message, snippet }) => `${ruleId} at ${path.dom}: ${message} ${snippet.slice(0, 160)}`);
  });
  return issues;
}
