import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Grant } from '../../../schema/grant.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import { until } from '../../../test/support/until.ts';
import { ADMIN, keyringOf, makeTenant, TENANT, unlockerAt } from '../../vault/fixtures.ts';
import type { AccessPage } from './access-page.ts';
import { keepWords } from './asked-words.ts';
import './access-page.ts';

let keyring: Keyring;
/** The unlocker that the keyring names as this person's own. */
let own: string;
let grants: Grant[];
const OTHER = '11111111-7c0c-4b7c-9d43-4f8f0a5d7c11';

beforeAll(async () => {
  const draft = await makeTenant();
  [keyring, own] = [keyringOf(draft), unlockerAt(draft.write, 0)];
});
beforeEach(() => {
  grants = [];
  vi.stubGlobal('fetch', async (address: string | URL | Request) => {
    const { pathname } = new URL(address instanceof Request ? address.url : String(address));
    if (pathname.endsWith('/overview')) return Response.json({ keyState: 'ready' });
    if (pathname.endsWith('/keyring')) return Response.json(keyring);
    return Response.json({ grants, next: null });
  });
});
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const asked = (tenant: string, id: string) => keepWords(tenant, id, { rights: ['reveal'], words: ['one', 'two'] });

async function open() {
  const page = document.createElement('access-page') as AccessPage;
  Object.assign(page, { membership: { tenant: TENANT, name: 'Acme', role: 'engineer' }, email: ADMIN });
  document.body.append(page);
  const said = () => page.renderRoot.querySelector('.card .note')?.textContent?.replace(/\s+/g, ' ').trim();
  await until(() => expect(page.renderRoot.querySelector('.card')).not.toBe(null));
  return said;
}

it('tells a person who had asked that access was given, also if that was while they were elsewhere, and once', async () => {
  asked(TENANT, own);
  expect(await (await open())()).toBe('An admin gave you access: you can unlock with it now.');
  document.body.replaceChildren();
  expect(await (await open())()).toBe(undefined);
});

it('tells a person whose request waits no longer that access was not given', async () => {
  asked(TENANT, OTHER);
  expect(await (await open())()).toContain('access was not given');
});
