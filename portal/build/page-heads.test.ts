// The heads of the two pages that show secrets: what a browser and its helpers are told to leave alone.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { buildRecoveryPage } from './recovery-page.ts';

const PAGES: [string, () => string | Promise<string>][] = [
  ['the portal', () => readFileSync(path.join(import.meta.dirname, '../index.html'), 'utf8')],
  ['the recovery page', buildRecoveryPage],
];

it.each(PAGES)(
  '%s is translated by nobody: what it shows would be sent away, and words that two people compare would be others',
  async (_what, page) => {
    expect((await page()).slice(0, 200)).toMatch(/<html lang="en" translate="no">/);
  },
);

it.each(PAGES)(
  '%s has no digits made into a telephone number, as six of a recovery password would be',
  async (_what, page) => {
    expect((await page()).slice(0, 5_000)).toMatch(/<meta name="format-detection" content="telephone=no[^"]*"/);
  },
);
