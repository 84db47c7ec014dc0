import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../schema/audit.ts';
import type { AuditTable } from './audit-table.ts';
import type { EntryDrawer } from './entry-drawer.ts';
import { actOf, reasonOf } from './words.ts';
import './audit-table.ts';
import './entry-drawer.ts';

const ADA = 'ada@example.com';

const entryOf = (
  action: AuditEntry['action'],
  detail: AuditEntry['detail'] = {},
  more: Partial<AuditEntry> = {},
): AuditEntry => ({
  v: 1,
  tenant: '0b6a6f1e-3c0c-4b7c-9d43-4f8f0a5d7c11',
  seq: 7,
  at: Date.UTC(2026, 10, 28, 20),
  principal: { kind: 'person', id: 'p1', name: 'admin@example.com' },
  action,
  subject: '5d1e2f34-7c0c-4b7c-9d43-4f8f0a5d7c11',
  outcome: 'done',
  detail,
  ip: '::1',
  userAgent: 'test',
  previousHash: 'a'.repeat(64),
  hash: 'b'.repeat(64),
  ...more,
});
const act = (action: AuditEntry['action'], detail: AuditEntry['detail'] = {}) =>
  actOf(entryOf(action, detail), undefined, false);
const refused = (code: string, subject: string, further?: number) =>
  entryOf('access.refused', further === undefined ? { code } : { code, further }, { outcome: 'refused', subject });

it('says what an act was done to and whose that is, because seven alike rows say nothing', () => {
  expect([
    act('unlocker.added', { kind: 'passkey', owner: ADA }),
    act('unlocker.removed', { kind: 'passphrase', owner: ADA }),
    act('unlocker.added', { kind: 'passphrase', owner: null }),
    act('unlocker.kept', { kind: 'recovery', leaver: ADA }),
    act('keyring.updated', { version: 5, unlockers: 4 }),
    act('secrets.read_in_bulk', { purpose: 'rotation', count: 46 }),
    act('secrets.resealed', { count: 1 }),
    act('settings.changed', { revealBudget: '5', ticketPattern: 'x' }),
    act('grant.declined', { person: 'p1' }),
  ]).toEqual([
    `Added a passkey of ${ADA}`,
    `Removed a passphrase of ${ADA}`,
    'Added the team passphrase',
    `Kept the recovery sheets when ${ADA} left`,
    'Changed the keyring: version 5, 4 unlock methods',
    'Read 46 sealed secrets for re-sealing',
    'Re-sealed 1 secret',
    'Changed the settings: reveal budget, ticket pattern',
    'Took back their own request to unlock',
  ]);
});

it('says of an entry that holds less no more than it holds', () => {
  expect([act('keyring.updated'), act('unlocker.added', { kind: 'of a later version', owner: ADA })]).toEqual([
    'Changed the keyring',
    `Added an unlock method of ${ADA}`,
  ]);
});

it('says a refusal in a person’s words, and what was asked for', () => {
  const bad = refused('invalid_body', 'webhooks', 3);
  expect([actOf(bad, undefined, false), reasonOf(bad)]).toEqual([
    'Something that was filled in does not fit, 3 more within a minute',
    'Webhooks',
  ]);
});

it('shows in red who asked for what they may not have, and not that pages were opened quickly', async () => {
  const table = document.createElement('audit-table') as AuditTable;
  table.entries = [refused('too_many_sockets', 'live'), { ...refused('role_not_allowed', 'webhooks'), seq: 8 }];
  document.body.append(table);
  await table.updateComplete;
  const rows = [...table.renderRoot.querySelectorAll('.what .row')];
  expect(rows.map((row) => row.classList.contains('refused'))).toEqual([false, true]);
  table.remove();
});

it('has no heading over nothing: a refusal says under it what was asked for', async () => {
  const drawer = document.createElement('entry-drawer') as EntryDrawer;
  const headings = async (entry: AuditEntry) => {
    drawer.entry = entry;
    await drawer.updateComplete;
    return [...drawer.renderRoot.querySelectorAll('h3')].map((one) => one.textContent);
  };
  drawer.entry = entryOf('settings.changed');
  document.body.append(drawer);
  expect(await headings(entryOf('settings.changed'))).toEqual(['Why and how', 'Record']);
  expect(await headings(refused('invalid_body', 'webhooks'))).toEqual(['What', 'Why and how', 'Record']);
  expect(drawer.renderRoot.querySelector('dl')?.textContent?.replace(/\s+/g, ' ').trim()).toBe('Asked forWebhooks');
  drawer.remove();
});
