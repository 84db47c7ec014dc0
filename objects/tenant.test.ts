// The object itself: what it writes, what it costs, and that its state is in storage.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { DurableObject } from 'cloudflare:workers';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { AuditEntry, type AuditPage } from '../schema/audit.ts';
import { hashEntry } from '../schema/chain.ts';
import type { ReportAnswer } from '../schema/report.ts';
import type { Receipt } from '../schema/secret.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../test/workerd-fixtures.ts';
import { migrate } from './core/migrations.ts';
import { sha256 } from './core/rows.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);
const auditOf = async (id: string) =>
  (await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${id}/audit?limit=500`)).json.entries;

describe('the audit chain', () => {
  it('starts at the tenant’s id and links every entry to the one before', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    for (let i = 0; i < 3; i++)
      await asMachine(token, '/v1/secret', await sealedSecret(id, keyring, crypto.randomUUID()));
    const entries = await auditOf(id);
    let previous = sha256(id);
    for (const [index, entry] of entries.entries()) {
      const { hash, ...rest } = AuditEntry.parse(entry);
      expect([entry.seq, entry.previousHash, hash]).toEqual([index + 1, previous, sha256(canonicalize(rest) ?? '')]);
      previous = hash;
    }
    expect(entries).toHaveLength(8);
  });

  it('changes its hash with any member, so that nothing in it can be edited unnoticed', async () => {
    const { id } = await seedReadyTenant();
    const [entry] = await auditOf(id);
    if (!entry) throw new Error('the chain has a first entry');
    const { hash, ...rest } = entry;
    for (const change of [
      { at: entry.at + 1 },
      { subject: 'other' },
      { outcome: 'refused' as const },
      { ip: '10.0.0.1' },
    ])
      expect(hashEntry({ ...rest, ...change })).not.toBe(hash);
  });

  it('records the first refusal of a minute at once and counts the rest when the minute is over', async () => {
    const { id } = await seedTenant();
    const path = `/v1/tenants/${id}/machines/${crypto.randomUUID()}`;
    for (let i = 0; i < 5; i++) await asPerson(emailOf('engineer'), path);
    const refused = async () => (await auditOf(id)).filter((entry) => entry.action === 'access.refused');
    expect((await refused()).map((entry) => entry.detail)).toEqual([{ code: 'unknown_machine' }]);
    await runInDurableObject(stubOf(id), (_object, state) => {
      state.storage.sql.exec('UPDATE refusals SET minute = minute - 1');
      state.storage.sql.exec('UPDATE due SET at = 0');
    });
    expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
    expect((await refused()).map((entry) => entry.detail.further)).toEqual([undefined, 4]);
  });

  it('keeps what the refusals of a minute were about, twenty of them, because a walk over every secret must not look like one', async () => {
    const { id } = await seedTenant();
    const machines = Array.from({ length: 25 }, () => crypto.randomUUID());
    for (const machine of [...machines, ...machines])
      await asPerson(emailOf('engineer'), `/v1/tenants/${id}/machines/${machine}`);
    await runInDurableObject(stubOf(id), (_object, state) => {
      state.storage.sql.exec('UPDATE refusals SET minute = minute - 1');
      state.storage.sql.exec('UPDATE due SET at = 0');
    });
    expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
    const [, settled] = (await auditOf(id)).filter((entry) => entry.action === 'access.refused');
    expect(settled?.detail).toMatchObject({ further: 49, more: true, subjects: machines.slice(1, 21).join(' ') });
  });
});

describe('storage', () => {
  it('costs a row written, the run’s, which has its events too while they are few, and another once they are many', async () => {
    const { id, token } = await seedTenant();
    const [machine, run] = [newMachine(), newRun()];
    await asMachine(token, '/v1/report', { machine, run, events: [event(1, { type: 'run_started' })] });
    const costOf = (from: number, message: () => string) => {
      const events = Array.from({ length: 100 }, (_, index) => event(from + index, { message: message() }));
      return runInDurableObject(stubOf(id), async (_object, { storage }) => {
        const act = () => asMachine<ReportAnswer>(token, '/v1/report', { machine, run, events });
        return (await rowsOf(storage.sql, act)).written;
      });
    };
    expect(await costOf(2, () => 'm')).toBe(1);
    expect(await costOf(102, () => crypto.randomUUID())).toBe(2);
  });

  it('costs an escrow as many rows written as docs/storage.md says, once the machine is known', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    // The writes that happen once a minute are done.
    await asMachine(token, '/v1/secret', await sealedSecret(id, keyring, machine.id));
    const written = async (how: Parameters<typeof sealedSecret>[3]) => {
      const body = await sealedSecret(id, keyring, machine.id, how);
      return runInDurableObject(stubOf(id), async (_object, { storage }) => {
        const rows = await rowsOf(storage.sql, () => asMachine(token, '/v1/secret', body));
        return rows.written;
      });
    };
    const key = { kind: 'bitlocker_recovery_key', ref: { protectorId: crypto.randomUUID(), volume: 'C:' } } as const;
    const other = { ref: { account: 'Another' } };
    const [first, another, again] = [await written(key), await written(other), await written(other)];
    expect({ first, another, again }).toEqual({ first: 17, another: 15, again: 10 });
  });

  it('keeps everything over an eviction between any two steps of set-up, streaming, escrow and reveal', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const evict = () => evictDurableObject(stubOf(id));
    const [machine, run] = [newMachine(), newRun()];
    await evict();
    await asMachine(token, '/v1/report', { machine, run, events: [event(1)] });
    await evict();
    const { json } = await asMachine<ReportAnswer>(token, '/v1/report', { machine, run, events: [event(1), event(2)] });
    expect(json).toEqual({ accepted: 1, duplicates: 1, rejected: [], nextSeq: 3 });
    await evict();
    const body = await sealedSecret(id, keyring, machine.id, { run: run.id });
    const first = await asMachine<Receipt>(token, '/v1/secret', body);
    await evict();
    expect((await asMachine<Receipt>(token, '/v1/secret', body)).json).toEqual(first.json);
    await evict();
    const path = `/v1/tenants/${id}/secrets/${first.json.secretId}/reveal`;
    expect(
      (await asPerson<{ sealed: string }>(emailOf('engineer'), path, { reason: 'after eviction' })).json.sealed,
    ).toBe(body.sealed);
  });

  it('refuses an edited migration, because a schema that ran somewhere must stay what it was', async () => {
    const { id } = await seedReadyTenant();
    await runInDurableObject(stubOf(id), (_object, state) => {
      const edited = [{ id: 1, name: 'the line', statements: 'CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT' }];
      expect(() => migrate(state.storage.sql, 0, edited)).toThrow(/migration 1 .* was edited/);
    });
  });

  it('keeps what its calls stand on in fields, which no RPC reaches, and has no accessor, which it would', async () => {
    const { fields, accessors } = await runInDurableObject(stubOf((await seedTenant()).id), (instance: object) => {
      const fields = Object.getOwnPropertyNames(instance);
      const accessors: string[] = [];
      for (let at = Object.getPrototypeOf(instance); at !== DurableObject.prototype; at = Object.getPrototypeOf(at))
        for (const [name, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
          if (get || set) accessors.push(name);
      return { fields, accessors };
    });
    expect(fields).toEqual(expect.arrayContaining(['gate', 'sql', 'administration', 'operation', 'live', 'arm']));
    expect(accessors).toEqual([]);
  });

  it('serves a Worker of before too, as for a moment after a deploy: its report is no text, its overview has no query', async () => {
    const { id } = await seedReadyTenant();
    await runInDurableObject(stubOf(id), (object) => {
      const asked = { tenant: id, requestId: 'r', ip: null, userAgent: null };
      const facts = { prefix: 'tok_0000', salt: '', createdAt: 0, expiresAt: null, version: 0 };
      const engine = { kind: 'machine' as const, id: 't1', name: 'engine', tokenHash: '', facts };
      const sent = {
        index: 0,
        event: { seq: 1, at: Date.now(), level: 'info', type: 'message', message: 'm' } as const,
      };
      const submission = { machine: newMachine(), run: newRun(), events: [sent], rejected: [] };
      expect(object.report({ ...asked, principal: engine }, submission)).toMatchObject({ accepted: 1 });
      expect(object.report({ ...asked, principal: engine }, JSON.stringify(submission))).toMatchObject({
        duplicates: 1,
      });
      const admin = { kind: 'person' as const, id: 'u0', name: emailOf('admin'), role: 'admin' as const };
      expect(object.overview({ ...asked, principal: admin }, 'Name')).toMatchObject({ name: 'Name', machines: 1 });
    });
  });

  it('serves its own tenant only', async () => {
    const { id } = await seedReadyTenant();
    await runInDurableObject(stubOf(id), (object) => {
      const facts = { prefix: 'tok_0000', salt: '', createdAt: 0, expiresAt: null, version: 0 };
      const principal = { kind: 'machine' as const, id: 't1', name: 'engine', tokenHash: '', facts };
      const caller = { tenant: crypto.randomUUID(), principal, requestId: 'r', ip: null, userAgent: null };
      expect(() => object.publicKey(caller)).toThrow(/another tenant/);
    });
  });
});

describe('the fleet list', () => {
  it('pages by key without a gap or a repeat, by either sort, also behind a status filter', async () => {
    const { id, token } = await seedTenant();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      const machine = { ...newMachine(), hostname: `pc-${(i * 3) % 7}` };
      ids.push(machine.id);
      const type = i % 2 === 0 ? 'run_succeeded' : 'run_started';
      await asMachine(token, '/v1/report', {
        machine,
        run: { ...newRun(), startedAt: 1_000 + (i % 3) },
        events: [event(1, { type })],
      });
    }
    const walk = async (query: string) => {
      const seen: { id: string; hostname: string }[] = [];
      let after = '';
      do {
        const { json } = await asPerson<{ machines: typeof seen; next: string | null }>(
          emailOf('engineer'),
          `/v1/tenants/${id}/machines?limit=2&${query}${after}`,
        );
        seen.push(...json.machines);
        after = json.next ? `&after=${json.next}` : '';
      } while (after);
      return seen;
    };
    expect((await walk('sort=started')).map((one) => one.id).sort()).toEqual([...ids].sort());
    expect((await walk('sort=hostname')).map((one) => one.hostname)).toEqual(ids.map((_, i) => `pc-${i}`));
    expect(await walk('sort=hostname&status=succeeded')).toHaveLength(4);
    expect(await walk('sort=started&status=running')).toHaveLength(3);
  });
});
