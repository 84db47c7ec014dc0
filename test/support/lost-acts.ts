// What a page shows of an act whose answer was lost, by the route that the act calls: beside the rows of the acts themselves (acts.ts,
// keyring-acts.ts), so that a new act is a row here too.
import type { Locator, Page } from 'playwright-core';
import { button } from './act.ts';
import { until } from './patience.ts';

export type Lost = {
  /** Waits for what a tab that is opened anew shows of it; absent: the record alone. */
  shown?: (page: Page) => Promise<unknown>;
  /** What is pressed the second time, if that has another name. */
  again?: (page: Page) => Locator;
  /** After it, the page offers the same once more, in a dialog that is opened again. */
  reopens?: boolean;
  /**
   * A second press is not refused. `same`: what it sends is known by its own marks and kept once. `anew`: it takes the place of the first, or
   * hands out again what did not arrive, and that is on record again.
   */
  second?: 'same' | 'anew';
  /** What it sends is kept since the act before. */
  isThere?: boolean;
};

const there =
  (what: (page: Page) => Locator): Lost['shown'] =>
  (page) =>
    what(page).first().waitFor({ state: 'attached' });
const offered = (name: string | RegExp): Lost => ({ shown: there((page) => button(page, name)) });
const labelled = (beginning: string): Lost => ({
  shown: there((page) => page.locator(`[aria-label^="${beginning}"]`)),
});
const said = (words: string | RegExp): Lost => ({ shown: there((page) => page.getByText(words)) });

/** By `sends` of the rows. */
export const LOST: Readonly<Record<string, Lost>> = {
  tokens: offered(/^Rotate One/),
  'tokens/*/rotate': said('Has a successor'),
  'tokens/*/revoke': said(/^Revoked and expired/),
  'tokens/*/set-aside': labelled('Bring it back: One'),
  'tokens/*/bring-back': labelled('Set aside what it brought: One'),
  people: said('new@acme.example'),
  'people/*/role': {
    shown: there((page) =>
      page.getByLabel('Role of new@acme.example').locator('option:checked', { hasText: /auditor/i }),
    ),
  },
  'people/*/remove': said('new@acme.example has left'),
  webhooks: offered('Pause: Desk'),
  'webhooks/*/test': {},
  'webhooks/*/pause': offered('Resume: Desk'),
  'webhooks/*/change': offered('Change: Desk'),
  'webhooks/*/remove': {},
  settings: {
    shown: (page) =>
      until('the setting in a tab that is opened anew', async () => {
        const field = page.getByLabel('In a minute');
        return (await field.inputValue()) === '1';
      }),
  },
  'backup/run': said('Audit head'),
  'ciphertexts/page': { second: 'anew' },
  'ciphertexts/findings': { second: 'anew' },
  'audit/export': { reopens: true, second: 'anew' },
  'secrets/*/reveal': { reopens: true },
  'machines/*/secrets': { reopens: true, second: 'same' },
  'secrets/*/confirm': {},
  'secrets/*/rotated': {},
  'machines/*/split': offered(/^It is one PC/),
  'machines/*/acknowledge': {},
  'machines/*/merge': offered(/^Undo the merge/),
  'machines/*/unmerge': {},
  'machines/*/archive': offered('Bring it back'),
  'machines/*/restore': offered('Archive'),
  'spool/report': { second: 'same', again: (page) => button(page, 'Go on') },
  'spool/secret': { second: 'same', isThere: true, again: (page) => button(page, 'Go on') },
  'recovery/*/drilled': { reopens: true },
  grants: { ...offered('Take the request back'), second: 'anew' },
  'grants/*/decline': offered('Ask for access'),
  '/v1/operator/tenants': { ...said('Harbour MSP'), second: 'same' },
  '/v1/operator/tenants/*/limits': { reopens: true },
  '/v1/operator/tenants/*/suspend': offered('Resume Harbour MSP'),
  '/v1/operator/tenants/*/resume': offered('Suspend Harbour MSP'),
  keyring: { second: 'same' },
  'keyring/undo': {},
  'keyring/line': { second: 'anew' },
  'rotation/page': { second: 'anew' },
  'rotation/reseal': { second: 'same' },
  // Nothing is kept to put back here: both presses are told so.
  'rotation/restore': { second: 'anew' },
  'rotation/unopenable': {},
  'unlockers/*/change': {},
  'unlockers/*/opened': { second: 'anew' },
};
