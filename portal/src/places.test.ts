import type { TemplateResult } from 'lit';
import { expect, it } from 'vitest';
import type { Me, Membership, Role } from '../../schema/person.ts';
import { drawn, isTenants, menuOf, ownPageOf, PLACES, placeOf } from './places.ts';

const ID = '0a1b2c3d-0000-4000-8000-00000000abcd';
const member = (role: Role, tenant = 'acme'): Membership => ({ tenant, name: tenant, role, status: 'active' });
const person = (memberships: Membership[], operator = false): Me => ({
  email: 'one@example.com',
  memberships,
  operator,
});
const menu = (me: Me, tenant: string | null, here: Parameters<typeof menuOf>[2]) =>
  menuOf(
    me,
    me.memberships.find((one) => one.tenant === tenant),
    here,
  );

it('finds each page at the path of its row, and with a slash behind it, as some mail programs put one', () => {
  for (const [page, { path }] of Object.entries(PLACES)) {
    if (path === null) continue;
    const url = path.replace(':tenant', 'acme').replace(':machine', ID);
    expect([placeOf(url).page, placeOf(`${url}/`).page]).toEqual([page, page]);
  }
});

/** The tags of what a page draws, by the template's own text. */
const tagsOf = ({ strings }: TemplateResult): string[] =>
  [...strings.join('').matchAll(/<([a-z]+(?:-[a-z]+)+)/g)].map(([, tag = '']) => tag);

it('fetches with each page the element that it draws: one that its file never registers would be a blank', async () => {
  const me = person([member('admin')], true);
  const given = { me, membership: member('admin') };
  for (const [page, { path, load }] of Object.entries(PLACES)) {
    const place = placeOf((path ?? '').replace(':tenant', 'acme').replace(':machine', ID));
    const template = isTenants(place) ? drawn(place, given) : ownPageOf(me, place.page)?.render(me);
    const tags = template ? tagsOf(template) : [];
    expect([page, tags.length]).toEqual([page, path === null || path === '/' ? 0 : 1]);
    await load?.();
    expect(tags.filter((tag) => customElements.get(tag) === undefined)).toEqual([]);
  }
});

it('takes a machine’s id in capitals, as Windows shows it, and no tenant’s', () => {
  expect(placeOf(`/t/acme/machines/${ID.toUpperCase()}`)).toEqual({
    page: 'machine',
    ids: { tenant: 'acme', machine: ID },
  });
  expect(placeOf('/t/ACME').page).toBe('unknown');
});

it.each(['/t', '/t/', '/t/acme/nothing', '/t/acme/machines', '/t/acme/keys/old', '/elsewhere'])(
  'knows no page at %s',
  (path) => {
    expect(placeOf(path).page).toBe('unknown');
  },
);

it('shows a role the pages that are for it, and marks the one that a page belongs to', () => {
  const words = (role: Role) => menu(person([member(role)]), 'acme', 'machine').map((entry) => entry.words);
  expect(words('engineer')).toEqual(['Fleet', 'Unlock methods', 'Keys', 'Settings']);
  expect(words('auditor')).toEqual(['Fleet', 'Audit', 'People', 'Unlock methods', 'Keys', 'Settings']);
  expect(menu(person([member('admin')]), 'acme', 'machine').filter((entry) => entry.here)).toMatchObject([
    { href: '/t/acme', words: 'Fleet', here: true },
  ]);
  expect(menu(person([member('admin')]), 'acme', 'set-up').filter((entry) => entry.here)).toEqual([]);
});

it('has another key for each page of a tenant’s menu, so that G and a letter lead to one', () => {
  const all = menu(person([member('admin')]), 'acme', 'fleet').flatMap(({ key, words }) =>
    key ? [`${key} ${words}`] : [],
  );
  expect(all).toEqual([
    ...['f Fleet', 'a Audit', 'p People', 'u Unlock methods', 'k Keys', 'r Recovery', 'b Backup'],
    ...['t Engine tokens', 'n Notices', 's Settings'],
  ]);
});

it('offers the ways out: all tenants to whoever has several, the one that there is where none is open, the operators’ page', () => {
  const several = person([member('engineer'), member('engineer', 'other')], true);
  expect(menu(several, null, 'operator').map(({ href, here }) => [href, here])).toEqual([
    ['/search', false],
    ['/operator', true],
  ]);
  expect(menu(person([member('engineer')]), null, 'unknown').map(({ href }) => href)).toEqual(['/t/acme']);
  expect(menu(person([member('engineer')]), 'acme', 'fleet').map(({ href }) => href)).not.toContain('/search');
});

it('has nothing for those whose page it is not', () => {
  expect(ownPageOf(person([]), 'search')).toBeNull();
  expect(ownPageOf(person([member('admin')]), 'operator')).toBeNull();
  expect(ownPageOf(person([member('admin')]), 'search')?.path).toBe('/search');
});
