// A machine page's words about each secret: the version that the PC has, or all that it may have, and then the rest.
import { afterEach, expect, it } from 'vitest';
import type { ListedVersion, Secret } from '../../../schema/secret.ts';
import type { RevealWanted, SecretList } from './secret-list.ts';
import './secret-list.ts';

afterEach(() => document.body.replaceChildren());

const version = (number: number, more: Partial<ListedVersion> = {}): ListedVersion => ({
  version: number,
  kid: 'k',
  format: 'jwe',
  bound: true,
  run: null,
  by: null,
  uploadedBy: null,
  eid: `e${number}`,
  escrowedAt: number,
  order: null,
  sealedAt: number,
  hostname: null,
  counts: true,
  sha256: '',
  unopenable: false,
  verifiedAt: null,
  finding: null,
  escrowedBy: 'engine',
  confirmedBy: null,
  serial: null,
  aside: null,
  ...more,
});
const secretOf = (more: Partial<Secret>): Secret => ({
  id: 's',
  machine: 'm',
  kind: 'local_admin_password',
  ref: { account: 'Administrator' },
  lastRevealedAt: null,
  lastRevealedBy: null,
  rotateDueAt: null,
  rotated: null,
  goneAt: null,
  inForceAt: null,
  offered: [],
  moreOffered: false,
  count: more.versions?.length ?? 0,
  versions: [],
  ...more,
});

async function show(secrets: Secret[]): Promise<SecretList> {
  const element = document.createElement('secret-list') as SecretList;
  Object.assign(element, { secrets, memberRole: 'admin', machine: 'm' });
  document.body.append(element);
  await element.updateComplete;
  return element;
}
const labels = (element: SecretList, of: string) =>
  [...element.renderRoot.querySelectorAll<HTMLElement>(of)].map((one) => one.getAttribute('aria-label') ?? '');
const text = (element: SecretList) => element.renderRoot.textContent?.replaceAll(/\s+/g, ' ') ?? '';

it('has today’s password to hand, and yesterday’s behind it though it came after', async () => {
  const [today, yesterday] = [
    version(1, { sealedAt: 200 }),
    version(2, { sealedAt: 100, uploadedBy: 'e@example.com' }),
  ];
  const element = await show([secretOf({ offered: [today], versions: [yesterday, today] })]);
  expect(labels(element, '.head > .reveal')[0]).toContain('version 1');
  expect(element.renderRoot.querySelector('summary')?.textContent).toContain('1 earlier version');
  expect(labels(element, 'details .reveal').map((one) => one.slice(-9))).toEqual(['version 2']);
});

it('has both to hand where nobody can say which one the PC has, and a button to confirm the one that has no order', async () => {
  const [known, odd] = [version(1), version(2, { sealedAt: null })];
  const element = await show([secretOf({ offered: [known, odd], versions: [odd, known] })]);
  expect(labels(element, '.head > .reveal')).toHaveLength(2);
  expect(element.renderRoot.querySelector('details')).toBeNull();
  expect(text(element)).toContain('More than one may be on the PC');
  expect(text(element)).toContain('Order unknown: it takes nobody’s place');
  expect(labels(element, 'button:not(.reveal)')).toEqual([
    'Confirm local administrator password, Account Administrator, version 2',
  ]);
  const wanted = new Promise<Event>((done) => element.addEventListener('reveal-wanted', done));
  element.renderRoot.querySelectorAll<HTMLElement>('.reveal')[1]?.click();
  expect(((await wanted) as RevealWanted).detail.version.version).toBe(2);
});

it('says of a secret under another ID that a later one is held, and of a protector that it is gone', async () => {
  const only = [version(1)];
  const key = { kind: 'bitlocker_recovery_key', ref: { protectorId: crypto.randomUUID(), volume: 'C:' } } as const;
  const element = await show([
    secretOf({ id: 'a', versions: only }),
    secretOf({ id: 'b', ...key, versions: only, goneAt: 5 }),
  ]);
  expect(text(element)).toContain('Earlier: another ID of this PC has a later one');
  expect(text(element)).toContain('Gone from the volume since');
  expect(labels(element, 'details .reveal')).toHaveLength(2);
});

it('says of a recovery key that the PC has found it on its volume when that was, and says it of no other', async () => {
  const only = { offered: [version(1)], versions: [version(1)] };
  const key = (protectorId: string, inForceAt: number | null) =>
    secretOf({
      id: protectorId,
      kind: 'bitlocker_recovery_key',
      ref: { protectorId, volume: 'C:' },
      inForceAt,
      ...only,
    });
  const element = await show([key(crypto.randomUUID(), Date.now()), key(crypto.randomUUID(), null)]);
  const pills = [...element.renderRoot.querySelectorAll('.pill.good')].map((pill) => pill.textContent?.trim());
  expect(pills).toEqual([expect.stringMatching(/^In force, checked/)]);
});

it('offers an admin to say that a revealed one was rotated, and says who did', async () => {
  const only = { offered: [version(1)], versions: [version(1)] };
  const element = await show([
    secretOf({ id: 'a', ...only, rotateDueAt: 1 }),
    secretOf({ id: 'b', ...only, ref: { account: 'B' }, rotated: { at: 1, by: 'second@example.com' } }),
  ]);
  expect(text(element)).toContain('Rotated, says second@example.com');
  const wanted = new Promise<Event>((done) => element.addEventListener('rotated-wanted', done));
  element.renderRoot.querySelector<HTMLElement>('button.small')?.click();
  expect(((await wanted) as CustomEvent<Secret>).detail.id).toBe('a');
});
