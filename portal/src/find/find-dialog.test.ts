// The search by keyboard: what is typed finds pages, acts, people and PCs, the arrows go through them, and Enter opens what is chosen.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SearchResult } from '../../../schema/machine.ts';
import type { Me, Membership, Role } from '../../../schema/person.ts';
import { machine } from '../fleet/fixtures.ts';
import type { MenuEntry } from '../shell/menu.ts';
import { bellIcon } from '../ui/icons.ts';
import type { FindDialog } from './find-dialog.ts';
import './find-dialog.ts';

const KEY_ID = '7c4e91ab-52d0-4f6e-9b3a-6f2d8e10c5aa';
const member = (role: Role, tenant: string): Membership => ({
  tenant,
  name: tenant.toUpperCase(),
  role,
  status: 'active',
});
const FOUND: Record<string, SearchResult> = {
  acme: {
    matches: [{ machine: machine('one', { hostname: 'RED-01' }), field: 'hostname', keyId: null }],
    more: false,
    further: 0,
  },
  other: {
    matches: Array.from({ length: 7 }, (_, index) => ({
      machine: machine(`o${index}`, { client: 'Redhill' }),
      field: 'recovery_key' as const,
      keyId: KEY_ID,
    })),
    more: true,
    further: 27,
  },
};

const entry = (words: string): MenuEntry => ({
  href: `/t/acme/${words.toLowerCase()}`,
  words,
  icon: bellIcon,
  group: '',
  here: false,
});
const MENU = ['Fleet', 'Keys', 'Notices'].map(entry);

let dialog: FindDialog;
const went: string[] = [];
const closed = vi.fn();
const searched: string[] = [];

async function opened(me: Me, tenant: string | null): Promise<void> {
  dialog = document.createElement('find-dialog') as FindDialog;
  const membership = me.memberships.find((one) => one.tenant === tenant);
  Object.assign(dialog, { me, membership, menu: MENU });
  dialog.addEventListener('closed', () => {
    closed();
    dialog.remove();
  });
  document.body.append(dialog);
  await dialog.updateComplete;
}
const person = (...memberships: Membership[]): Me => ({ email: 'me@example.com', memberships, operator: false });

beforeEach(() => {
  vi.stubGlobal('fetch', async (address: string | URL | Request) => {
    const { pathname, searchParams } = new URL(address instanceof Request ? address.url : String(address));
    const [, , , tenant = '', route] = pathname.split('/');
    if (route === 'people')
      return Response.json({
        people: [{ id: 'p1', email: 'remi@example.com', role: 'engineer', removedAt: null, missing: false }],
        next: null,
        leavers: [],
        leaversNext: null,
      });
    searched.push(`${tenant} ${searchParams.get('q')}`);
    return tenant === 'down' ? new Response('', { status: 503 }) : Response.json(FOUND[tenant]);
  });
  window.addEventListener('popstate', noted);
});
afterEach(() => {
  window.removeEventListener('popstate', noted);
  vi.unstubAllGlobals();
  dialog.remove();
  history.replaceState(null, '', '/');
  went.length = searched.length = 0;
  closed.mockReset();
});
function noted(): void {
  went.push(location.pathname + location.search);
}

const root = () => dialog.renderRoot;
const field = () => root().querySelector('input') as HTMLInputElement;
const lines = () => [...root().querySelectorAll('.hit .words')].map((line) => line.textContent);
const chosen = () => root().querySelector('[aria-selected="true"]');
async function type(text: string): Promise<void> {
  field().value = text;
  field().dispatchEvent(new InputEvent('input'));
  await dialog.updateComplete;
}
async function press(key: string, modifiers: KeyboardEventInit = {}): Promise<void> {
  field().dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...modifiers }));
  await dialog.updateComplete;
}
/** Until every tenant has answered. */
const answered = () => vi.waitFor(() => expect(root().querySelector('.says')?.textContent).not.toContain('…'));

it('has the focus in its field, and shows the pages and the role’s acts before anything is typed', async () => {
  await opened(person(member('engineer', 'acme')), 'acme');
  expect((root() as ShadowRoot).activeElement).toBe(field());
  expect(lines()).toEqual(expect.arrayContaining(['Fleet', 'Keys', 'Notices', 'Unlock']));
  expect(lines()).not.toContain('Issue token');
});

it('finds a page by the beginning of a word, and Enter goes there once the dialog has closed', async () => {
  await opened(person(member('admin', 'acme')), 'acme');
  await type('no');
  expect(lines()[0]).toBe('Notices');
  expect(field().getAttribute('aria-activedescendant')).toBe(chosen()?.id);
  await press('Enter');
  await vi.waitFor(() => expect(went).toEqual(['/t/acme/notices']));
  expect(closed).toHaveBeenCalledOnce();
});

it('finds acts by their name, for the role that has them', async () => {
  await opened(person(member('admin', 'acme')), 'acme');
  for (const [typed, act] of [
    ['unlock', 'Unlock'],
    ['rotate', 'Rotate key'],
    ['issue', 'Issue token'],
  ] as const) {
    await type(typed);
    expect(lines()).toContain(act);
  }
});

it('finds PCs of every tenant that one may see, the open one’s first, each with its tenant’s name; more than five are behind one line', async () => {
  await opened(person(member('engineer', 'other'), member('engineer', 'acme')), 'acme');
  await type('red');
  await answered();
  expect(searched.toSorted()).toEqual(['acme red', 'other red']);
  expect(lines().slice(0, 6)).toEqual(['RED-01', 'o0', 'o1', 'o2', 'o3', 'Show all 35']);
  expect(root().querySelector('.about')?.textContent).toContain('ACME');
  await press('ArrowUp');
  await press('ArrowDown');
  for (let step = 0; step < 5; step++) await press('ArrowDown');
  await press('Enter');
  await vi.waitFor(() => expect(went).toEqual(['/search?q=red']));
});

it('shows of a key’s id the eight characters that a locked PC shows, and Ctrl with Enter asks for the recovery key of that id, of several that a PC has', async () => {
  await opened(person(member('engineer', 'other')), 'other');
  await type('7C4E91AB');
  await answered();
  expect(chosen()?.querySelector('strong')?.textContent).toBe('7C4E91AB');
  await press('Enter', { ctrlKey: true });
  await vi.waitFor(() => expect(went).toEqual([`/t/other/machines/o0?reveal=recovery-key&keyId=${KEY_ID}`]));
});

it('offers an auditor no reveal, since they may not', async () => {
  await opened(person(member('auditor', 'other')), 'other');
  await type('7c4e');
  await answered();
  expect(root().textContent).not.toContain('reveal the recovery key');
  await press('Enter', { ctrlKey: true });
  await vi.waitFor(() => expect(went).toEqual(['/t/other/machines/o0']));
});

it('finds people where one oversees the tenant, and asks for none where one does not', async () => {
  await opened(person(member('auditor', 'acme')), 'acme');
  await type('rem');
  await vi.waitFor(() => expect(lines()).toContain('remi@example.com'));
  dialog.remove();
  await opened(person(member('engineer', 'acme')), 'acme');
  await type('rem');
  await answered();
  expect(lines()).not.toContain('remi@example.com');
});

it('says of a tenant that could not be asked that what is looked for may be there, and never that nothing is', async () => {
  await opened(person(member('engineer', 'acme'), member('engineer', 'down')), 'acme');
  await type('red');
  await answered();
  expect(root().querySelector('.says')?.textContent).toContain('One tenant could not be asked');
});

it('closes by Escape, by its button, and by a press beside it', async () => {
  for (const close of [
    () => root().querySelector<HTMLElement>('[aria-label^="Esc"]')?.click(),
    () => root().querySelector('dialog')?.click(),
  ]) {
    closed.mockReset();
    await opened(person(member('engineer', 'acme')), 'acme');
    close();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  }
});
