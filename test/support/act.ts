// One act of the portal as a row: how to reach it, what is pressed, and what shows that it is done; with the PCs that
// the rows name.
import type { Locator, Page } from 'playwright-core';

export const PC = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001', serial: '5CD1234XYZ' };
/** Its secret was uploaded by the engineer, so that it is to be confirmed, and revealed by them, so that it is to be rotated. */
export const BROUGHT = { id: crypto.randomUUID(), hostname: 'ACM-DT-0505' };
/** Two PCs report under this id. */
export const SHARED = { id: crypto.randomUUID(), hostname: 'ACM-VM-0007', serial: 'VM-0007-A' };
export const TWIN = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001-OLD', serial: '5CD1234XYZ' };

/** The facts that the rows need about the stand they run on. */
export type World = { receiver: string; spoolFile: string; code: string };

export type Act = {
  /** The route it calls, below the tenant's path; a star stands for an id. */
  sends: string;
  who?: 'admin' | 'engineer' | 'operator';
  /** The page it is done on, in a tab of its own; where it is absent, the one that is open. */
  at?: string;
  /** Everything up to the press. */
  before?: (page: Page, world: World) => Promise<unknown>;
  press: (page: Page) => Locator;
  /** A field in which Enter does the same. */
  enter?: (page: Page) => Locator;
  /** A field that stays open while it works. */
  types?: (page: Page) => Locator;
  done: (page: Page) => Locator;
  after?: (page: Page) => Promise<unknown>;
  /** It goes on page by page: each is asked for once. */
  many?: boolean;
};

export const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
export const inDialog = (name: string) => (page: Page) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true });
export const named = (name: string | RegExp) => (page: Page) => button(page, name);
export const labelled = (label: string) => (page: Page) => page.getByLabel(label, { exact: true });
export const text = (words: string) => (page: Page) => page.getByText(words).first();
