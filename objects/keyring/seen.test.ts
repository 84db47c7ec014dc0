// When somebody was last here, and what they last unlocked with: to the hour, and for next to no writes.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Overview } from '../../schema/machine.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { DeliveryList, WebhookMade } from '../../schema/webhook.ts';
import { pass } from '../../test/support/clock.ts';
import { asPerson, bindings, emailOf, seedReadyTenant } from '../../test/workerd-fixtures.ts';
import { RANK } from '../outbox/notice-ranks.ts';
import { forgetOtherUnlockers } from './seen.ts';

const [ADMIN, ENGINEER, AUDITOR] = [emailOf('admin'), emailOf('engineer'), emailOf('auditor')];
const HOUR_MS = 3_600_000;

const manifestOf = ({ manifest }: Keyring): { unlockers: { id: string; kind: string }[] } =>
  JSON.parse(Buffer.from(manifest.split('.')[1] ?? '', 'base64url').toString());

async function tenantOf() {
  const { id } = await seedReadyTenant();
  const ask = <T>(email: string, path: string) => asPerson<T>(email, `/v1/tenants/${id}/${path}`);
  const lastSeen = async (email: string) =>
    (await ask<PeopleList>(ADMIN, 'people')).json.people.find((one) => one.email === email)?.lastSeenAt;
  const noted = () =>
    runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage: { sql } }) =>
      sql.exec<{ unlocker: string; person: string; at: number }>('SELECT * FROM seen ORDER BY at').toArray(),
    );
  const keyring = async (email: string) => (await ask<Keyring>(email, 'keyring')).json;
  return { id, ask, lastSeen, noted, keyring };
}

describe('a person', () => {
  it('is seen by whatever they ask for, and nobody is who has not asked yet', async () => {
    const { ask, lastSeen } = await tenantOf();
    expect(await lastSeen(ENGINEER)).toBeNull();
    const before = Date.now();
    await ask(ENGINEER, 'settings');
    expect(await lastSeen(ENGINEER)).toBeGreaterThan(before);
  });

  it('is noted once an hour however often they ask, because every page asks all the time', async () => {
    const { ask, noted } = await tenantOf();
    for (let asked = 0; asked < 5; asked++) await ask(ENGINEER, 'overview');
    // The admin who set the tenant up was here too.
    const first = await noted();
    expect(first).toHaveLength(2);
    pass(HOUR_MS);
    const before = Date.now();
    await ask(ENGINEER, 'overview');
    expect((await noted()).map(({ at }) => at > before)).toEqual([false, true]);
  });
});

describe('an unlocker', () => {
  it('was last used when a browser says that the vault is open with it, which its owner and every admin see', async () => {
    const { ask, keyring } = await tenantOf();
    const [own] = (await keyring(ADMIN)).unlockers;
    const unlocker = own?.id ?? '';
    expect((await keyring(ADMIN)).used).toEqual({});
    const before = Date.now();
    await ask(ADMIN, `overview?unlockedWith=${unlocker}`);
    expect((await keyring(ADMIN)).used).toEqual({ [unlocker]: expect.any(Number) });
    expect((await keyring(ADMIN)).used[unlocker]).toBeGreaterThan(before);
    const shared = (await keyring(ENGINEER)).unlockers.some(({ id }) => id === unlocker);
    expect(unlocker in (await keyring(ENGINEER)).used).toBe(shared);
  });

  it('that is the recovery set is told to every admin and auditor until another set is made, because its codes were typed', async () => {
    const { id, ask } = await tenantOf();
    const { unlockers } = manifestOf((await ask<Keyring>(ADMIN, 'keyring')).json);
    const set = unlockers.find(({ kind }) => kind === 'recovery');
    const used = async (email: string) => (await ask<Overview>(email, 'overview')).json.custody?.recoveryUsed;
    expect(await used(ADMIN)).toBeNull();
    const before = Date.now();
    await ask(ADMIN, `overview?unlockedWith=${set?.id}`);
    // The object learns who its people are from the index, once somebody looks at them.
    expect(await used(AUDITOR)).toEqual({ at: expect.any(Number), by: null });
    await ask(ADMIN, 'people');
    for (const email of [ADMIN, AUDITOR]) expect(await used(email)).toEqual({ at: expect.any(Number), by: ADMIN });
    expect((await used(ADMIN))?.at).toBeGreaterThan(before);
    expect(await used(ENGINEER)).toBeNull();
    await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage: { sql } }) =>
      forgetOtherUnlockers(
        sql,
        unlockers.map((one) => one.id).filter((one) => one !== set?.id),
      ),
    );
    expect(await used(ADMIN)).toBeNull();
  });

  it('that is the recovery set is on record once an hour, and told to whoever asked to be', async () => {
    const { id, ask, keyring } = await tenantOf();
    const kinds = ['recovery_used', 'webhook_paused'];
    const webhook = { url: `${bindings.TEST_RECEIVER}/ok/recovery`, label: 'Desk', kinds };
    const made = await asPerson<WebhookMade>(ADMIN, `/v1/tenants/${id}/webhooks`, webhook);
    const { unlockers } = await keyring(ADMIN);
    const { unlockers: listed } = manifestOf(await keyring(ADMIN));
    const [own, set] = [unlockers[0]?.id, listed.find(({ kind }) => kind === 'recovery')?.id];
    for (const unlocker of [own, set, set]) await ask(ADMIN, `overview?unlockedWith=${unlocker}`);
    const used = async () => (await ask<AuditPage>(ADMIN, 'audit?action=recovery.used')).json.entries;
    expect(await used()).toMatchObject([{ subject: set, principal: { name: ADMIN }, outcome: 'done' }]);
    const [entry] = await used();
    const path = `webhooks/${made.json.webhook.id}/deliveries`;
    expect((await ask<DeliveryList>(ADMIN, path)).json.deliveries).toMatchObject([{ kind: 'recovery_used' }]);
    const told = await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage: { sql } }) =>
      sql.exec<{ body: string; rank: number }>('SELECT body, rank FROM deliveries').toArray(),
    );
    expect(JSON.parse(told[0]?.body ?? '').about).toEqual({ by: entry?.principal.id, auditSeq: entry?.seq });
    expect(told[0]?.rank).toBe(RANK.fresh);
    pass(HOUR_MS);
    await ask(ADMIN, `overview?unlockedWith=${set}`);
    expect(await used()).toHaveLength(2);
  });

  it('is not noted for somebody who may not fetch it, nor one that does not exist, because it cannot be true', async () => {
    const { ask, keyring, noted } = await tenantOf();
    const unlockers = (await keyring(ADMIN)).unlockers.map(({ id }) => id);
    for (const id of [...unlockers, crypto.randomUUID()])
      expect((await ask(AUDITOR, `overview?unlockedWith=${id}`)).status).toBe(200);
    expect((await noted()).filter(({ unlocker }) => unlocker !== '')).toEqual([]);
    expect((await ask(ADMIN, 'overview?unlockedWith=x')).json).toMatchObject({ code: 'invalid_query' });
  });

  it('says since when it is what it is and who made it so, to those who could type an earlier passphrase', async () => {
    const { keyring } = await tenantOf();
    const { unlockers, since } = await keyring(ADMIN);
    expect(Object.keys(since).sort()).toEqual(unlockers.map(({ id }) => id).sort());
    for (const { at, by } of Object.values(since)) {
      expect(at).toBeLessThanOrEqual(Date.now());
      expect(by).toBe(ADMIN);
    }
    expect((await keyring(AUDITOR)).since).toEqual({});
  });
});
