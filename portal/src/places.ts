// The pages: what each is called, which are fetched when first opened, and which a role finds in the menu.
import type { Membership, Role } from '../../schema/person.ts';
import type { Place } from './core/router.ts';

export type PageName = Place['page'];

export const PAGE_WORDS: Record<PageName, string> = {
  start: 'TotlProvision',
  search: 'All tenants',
  fleet: 'Fleet',
  machine: 'Machine',
  'set-up': 'First-time set-up',
  keys: 'Escrow keys',
  access: 'Access',
  people: 'People',
  tokens: 'Tokens',
  safekeeping: 'Safekeeping',
  audit: 'Audit',
  notices: 'Notices',
  settings: 'Settings',
  operator: 'Tenants',
  upload: 'Upload a spool file',
  unknown: 'Nothing here',
};

/** All pages but the fleet: each is fetched when it is opened, a machine's as soon as the fleet is shown. */
export const LATER: Partial<Record<PageName, () => Promise<unknown>>> = {
  machine: () => import('./machine/machine-page.ts'),
  search: () => import('./fleet/search-page.ts'),
  'set-up': () => import('./keyring/set-up-page.ts'),
  keys: () => import('./keyring/keys-page.ts'),
  access: () => import('./keyring/access-page.ts'),
  people: () => import('./people/people-page.ts'),
  tokens: () => import('./tokens/tokens-page.ts'),
  safekeeping: () => import('./backup/safekeeping-page.ts'),
  audit: () => import('./audit/audit-page.ts'),
  notices: () => import('./notices/notices-page.ts'),
  settings: () => import('./settings/settings-page.ts'),
  operator: () => import('./operator/operator-page.ts'),
  upload: () => import('./machine/upload-page.ts'),
};

type Entry = { page: PageName; words: string; roles: readonly Role[]; also?: readonly PageName[] };
const EVERYBODY: readonly Role[] = ['admin', 'engineer', 'auditor'];

/** `also`: pages that belong to this one. */
const ENTRIES: readonly Entry[] = [
  { page: 'fleet', words: 'Fleet', roles: EVERYBODY, also: ['machine', 'upload'] },
  { page: 'access', words: 'Access', roles: EVERYBODY },
  { page: 'people', words: 'People', roles: ['admin', 'auditor'] },
  { page: 'keys', words: 'Keys', roles: EVERYBODY },
  { page: 'tokens', words: 'Tokens', roles: ['admin'] },
  { page: 'safekeeping', words: 'Safekeeping', roles: ['admin'] },
  { page: 'notices', words: 'Notices', roles: ['admin'] },
  { page: 'audit', words: 'Audit', roles: ['admin', 'auditor'] },
  { page: 'settings', words: 'Settings', roles: EVERYBODY },
];

/** The menu of a tenant, for a role. */
export function menuOf({ tenant, role }: Membership, here: PageName): { href: string; words: string; here: boolean }[] {
  return ENTRIES.filter((entry) => entry.roles.includes(role)).map(({ page, words, also }) => ({
    href: page === 'fleet' ? `/t/${tenant}` : `/t/${tenant}/${page}`,
    words,
    here: page === here || (also?.includes(here) ?? false),
  }));
}
