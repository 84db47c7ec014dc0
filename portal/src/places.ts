// The pages, a row each: path, words, menu, roles, how it is fetched and what is drawn. A row that lacks one of these does not compile, and
// a page is named nowhere else but in tests.
import { html, type TemplateResult } from 'lit';
import type { Me, Membership, Role } from '../../schema/person.ts';
import { type IdsOf, idsIn, type KnownPath } from './core/path.ts';
import type { MenuEntry, MenuGroup } from './shell/menu.ts';
import * as icons from './ui/icons.ts';
import './fleet/fleet-page.ts';

/** Fetches the page's own file when it is opened. Null: it is part of the first screen. */
type Load = (() => Promise<unknown>) | null;

/** `key` goes there after a `g`. */
type Entry = { words: string; icon: TemplateResult; group: MenuGroup; key?: string };

type Given = { me: Me; membership: Membership };
type TenantPage<Path extends string> = {
  /** A segment after a colon is an id, which `render` is given by that name. */
  path: Path;
  /** Its name in the window and in the list of shortcuts. */
  words: string;
  /** Its name and icon in the menu, and the group it stands in. Another page: it is under that one's entry. Null: it is not in the menu. */
  menu: Entry | { readonly path: string } | null;
  /** The roles that find it in the menu. The page tells anyone else who opens its URL whom it is for. */
  roles: readonly Role[];
  load: Load;
  render: (given: Given, ids: IdsOf<Path>) => TemplateResult;
};
const tenantPage = <const Path extends `/t/:tenant${string}`>(
  row: TenantPage<Path> & { path: KnownPath<Path> },
): TenantPage<Path> => row;

const EVERYBODY: readonly Role[] = ['admin', 'engineer', 'auditor'];
const OVERSEERS: readonly Role[] = ['admin', 'auditor'];
const ADMINS: readonly Role[] = ['admin'];
const NOBODY: readonly Role[] = [];

const FLEET_ENTRY: Entry = { words: 'Fleet', icon: icons.laptopIcon, group: '', key: 'f' };

const fleet = tenantPage({
  path: '/t/:tenant',
  words: 'Fleet',
  menu: FLEET_ENTRY,
  roles: EVERYBODY,
  load: null,
  render: ({ membership }) => html`<fleet-page .membership=${membership}></fleet-page>`,
});

/** A tenant's, for its members, in the order of the menu. */
const TENANT_PAGES = {
  fleet,
  machine: tenantPage({
    path: '/t/:tenant/machines/:machine',
    words: 'PC',
    menu: fleet,
    roles: NOBODY,
    load: () => import('./machine/machine-page.ts'),
    render: ({ me, membership }, { machine }) =>
      html`<machine-page .membership=${membership} .email=${me.email} .machine=${machine}></machine-page>`,
  }),
  upload: tenantPage({
    path: '/t/:tenant/upload',
    words: 'Upload an offline report',
    menu: fleet,
    roles: NOBODY,
    load: () => import('./machine/upload-page.ts'),
    render: ({ membership }) => html`<upload-page .membership=${membership}></upload-page>`,
  }),
  'set-up': tenantPage({
    path: '/t/:tenant/set-up',
    words: 'First-time set-up',
    menu: null,
    roles: NOBODY,
    load: () => import('./keyring/set-up-page.ts'),
    render: ({ me, membership }) => html`<set-up-page .membership=${membership} .email=${me.email}></set-up-page>`,
  }),
  audit: tenantPage({
    path: '/t/:tenant/audit',
    words: 'Audit',
    menu: { words: 'Audit', icon: icons.scrollTextIcon, group: '', key: 'a' },
    roles: OVERSEERS,
    load: () => import('./audit/audit-page.ts'),
    render: ({ membership }) => html`<audit-page .membership=${membership}></audit-page>`,
  }),
  people: tenantPage({
    path: '/t/:tenant/people',
    words: 'People',
    menu: { words: 'People', icon: icons.usersIcon, group: 'Team', key: 'p' },
    roles: OVERSEERS,
    load: () => import('./people/people-page.ts'),
    render: ({ me, membership }) => html`<people-page .membership=${membership} .email=${me.email}></people-page>`,
  }),
  access: tenantPage({
    path: '/t/:tenant/access',
    words: 'Unlock methods',
    menu: { words: 'Unlock methods', icon: icons.fingerprintIcon, group: 'Team', key: 'u' },
    roles: EVERYBODY,
    load: () => import('./keyring/access-page.ts'),
    render: ({ me, membership }) => html`<access-page .membership=${membership} .email=${me.email}></access-page>`,
  }),
  keys: tenantPage({
    path: '/t/:tenant/keys',
    words: 'Keys',
    menu: { words: 'Keys', icon: icons.keyRoundIcon, group: 'Security', key: 'k' },
    roles: EVERYBODY,
    load: () => import('./keyring/keys-page.ts'),
    render: ({ membership }) => html`<keys-page .membership=${membership}></keys-page>`,
  }),
  recovery: tenantPage({
    path: '/t/:tenant/recovery',
    words: 'Recovery',
    menu: { words: 'Recovery', icon: icons.lifeBuoyIcon, group: 'Security', key: 'r' },
    roles: ADMINS,
    load: () => import('./keyring/recovery-page.ts'),
    render: ({ membership }) => html`<recovery-page .membership=${membership}></recovery-page>`,
  }),
  safekeeping: tenantPage({
    path: '/t/:tenant/safekeeping',
    words: 'Backup',
    menu: { words: 'Backup', icon: icons.archiveIcon, group: 'Security', key: 'b' },
    roles: ADMINS,
    load: () => import('./backup/safekeeping-page.ts'),
    render: ({ membership }) => html`<safekeeping-page .membership=${membership}></safekeeping-page>`,
  }),
  tokens: tenantPage({
    path: '/t/:tenant/tokens',
    words: 'Engine tokens',
    menu: { words: 'Engine tokens', icon: icons.fileKeyIcon, group: 'Set-up', key: 't' },
    roles: ADMINS,
    load: () => import('./tokens/tokens-page.ts'),
    render: ({ membership }) => html`<tokens-page .membership=${membership}></tokens-page>`,
  }),
  notices: tenantPage({
    path: '/t/:tenant/notices',
    words: 'Notices',
    menu: { words: 'Notices', icon: icons.bellIcon, group: 'Set-up', key: 'n' },
    roles: ADMINS,
    load: () => import('./notices/notices-page.ts'),
    render: ({ membership }) => html`<notices-page .membership=${membership}></notices-page>`,
  }),
  settings: tenantPage({
    path: '/t/:tenant/settings',
    words: 'Settings',
    menu: { words: 'Settings', icon: icons.settings2Icon, group: 'Set-up', key: 's' },
    roles: EVERYBODY,
    load: () => import('./settings/settings-page.ts'),
    render: ({ membership }) => html`<settings-page .membership=${membership}></settings-page>`,
  }),
};

type OwnPage = {
  path: string;
  words: string;
  menu: Entry;
  /** The person it belongs to; for anybody else there is nothing at its URL. */
  isFor: (me: Me) => boolean;
  load: Load;
  render: (me: Me) => TemplateResult;
};
const ownPage = (row: OwnPage): OwnPage => row;

/** Pages of no tenant: those that a person has besides their tenants. */
const OWN_PAGES = {
  search: ownPage({
    path: '/search',
    words: 'All tenants',
    menu: { words: 'All tenants', icon: icons.monitorIcon, group: 'Across tenants' },
    isFor: (me) => me.memberships.length > 0,
    load: () => import('./fleet/search-page.ts'),
    render: (me) => html`<search-page .memberships=${me.memberships}></search-page>`,
  }),
  operator: ownPage({
    path: '/operator',
    words: 'Tenants',
    menu: { words: 'Operator', icon: icons.slidersHorizontalIcon, group: 'Across tenants' },
    isFor: (me) => me.operator,
    load: () => import('./operator/operator-page.ts'),
    render: () => html`<operator-page></operator-page>`,
  }),
};

type TenantPageName = keyof typeof TENANT_PAGES;
type OwnPageName = keyof typeof OWN_PAGES;
export type PageName = TenantPageName | OwnPageName | 'start' | 'unknown';

/** The ids that each page's path names. */
type Ids = { [Page in TenantPageName]: IdsOf<(typeof TENANT_PAGES)[Page]['path']> } & {
  [Page in Exclude<PageName, TenantPageName>]: IdsOf<''>;
};
/** Where the app is. */
export type Place<Name extends PageName = PageName> = { [Page in Name]: { page: Page; ids: Ids[Page] } }[Name];

/** All of them. At the start, and where there is no page, the shell itself says what there is. */
export const PLACES: Record<PageName, { path: string | null; words: string; load: Load }> = {
  ...TENANT_PAGES,
  ...OWN_PAGES,
  start: { path: '/', words: 'TotlProvision', load: null },
  unknown: { path: null, words: 'Nothing here', load: null },
};

export function placeOf(pathname: string): Place {
  for (const [page, { path }] of Object.entries(PLACES)) {
    const ids = path === null ? null : idsIn(path, pathname);
    // The ids are the ones that this page's path names.
    if (ids) return { page, ids } as Place;
  }
  return { page: 'unknown', ids: {} };
}

export const isTenants = (place: Place): place is Place<TenantPageName> => place.page in TENANT_PAGES;

/** The content of a tenant's page. */
export function drawn<Name extends TenantPageName>({ page, ids }: Place<Name>, given: Given): TemplateResult {
  const pages: { [Page in TenantPageName]: { render: (given: Given, ids: Ids[Page]) => TemplateResult } } =
    TENANT_PAGES;
  return pages[page].render(given, ids);
}

/** The row of a page that is this person's own. */
export const ownPageOf = (me: Me, page: PageName): OwnPage | null => {
  const row = page === 'search' || page === 'operator' ? OWN_PAGES[page] : null;
  return row?.isFor(me) ? row : null;
};

/** The menu: what a role finds in the tenant that is open, then the ways out of it. */
export function menuOf(me: Me, membership: Membership | undefined, here: PageName): MenuEntry[] {
  const [only, ...others] = me.memberships;
  const own = (page: OwnPageName) => ({ href: OWN_PAGES[page].path, ...OWN_PAGES[page].menu, here: page === here });
  return [
    ...(membership ? tenantMenu(membership, here) : []),
    ...(others.length > 0 ? [own('search')] : []),
    ...(others.length === 0 && only && !membership
      ? [{ ...FLEET_ENTRY, href: `/t/${only.tenant}`, words: only.name, here: false }]
      : []),
    ...(me.operator ? [own('operator')] : []),
  ];
}

function tenantMenu({ tenant, role }: Membership, here: PageName): MenuEntry[] {
  const pages: Record<string, Omit<TenantPage<string>, 'render'>> = TENANT_PAGES;
  const open = pages[here];
  return Object.values(pages).flatMap((row) =>
    row.menu && 'icon' in row.menu && row.roles.includes(role)
      ? [{ href: row.path.replace(':tenant', tenant), ...row.menu, here: row === open || open?.menu === row }]
      : [],
  );
}
