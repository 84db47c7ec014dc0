// The audit read and the head in the index, in the object: what a page costs, what a filter finds, and that a rollback is noticed.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AuditCounts, AuditEntry, AuditFilter, AuditHeads, AuditPage, AuditQuery } from '../../schema/audit.ts';
import { verifyChain } from '../../schema/chain.ts';
import { AUDIT_GROUPS } from '../../schema/facts/audit-groups.ts';
import type { Overview } from '../../schema/machine.ts';
import type { Receipt } from '../../schema/secret.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  nextReport,
  pc,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';
import type { Actor } from '../core/caller.ts';
import { type Act, record } from './audit.ts';
import { COUNTED_MAX, counts } from './counts.ts';
import { judgeHead } from './head.ts';
import { page, SCAN_MAX } from './pages.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);
const read = async (id: string, query: string) =>
  (await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${id}/audit?${query}`)).json;
const seqs = ({ entries }: Pick<AuditPage, 'entries'>) => entries.map((entry) => entry.seq);

const person = (id: string): Actor => ({
  principal: { kind: 'person', id, name: `${id}@example.com` },
  ip: null,
  userAgent: null,
});
const ENGINE: Actor = { principal: { kind: 'machine', id: 't1', name: 'engine' }, ip: null, userAgent: null };

/** Appends entries to a tenant's chain that would otherwise take thousands of requests. */
const append = (id: string, acts: Iterable<[Actor, number, Act]>) =>
  runInDurableObject(stubOf(id), (_object, state) => {
    state.storage.transactionSync(() => {
      for (const [actor, at, act] of acts) record(state.storage.sql, id, actor, at, act);
    });
  });
const escrow = (machine: string): Act => ({ action: 'secret.escrowed', subject: 'some-secret', detail: { machine } });

/** Runs SQL of the object and counts the rows of it. */
const counting = (id: string, work: (sql: SqlStorage) => void): Promise<{ read: number; written: number }> =>
  runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => rowsOf(sql, () => work(sql)));

describe('an audit entry', () => {
  it('costs one row and one for each index that leads to it: two for an escrow, the bulk of all', async () => {
    const { id } = await seedReadyTenant();
    const written = async (actor: Actor, act: Act) =>
      (await counting(id, (sql) => void record(sql, id, actor, Date.now(), act))).written;
    expect(await written(ENGINE, escrow('m1'))).toBe(2);
    expect(await written(ENGINE, { action: 'machine.enrolled', subject: 'm1' })).toBe(2);
    expect(await written(ENGINE, { action: 'access.refused', subject: 'm1' })).toBe(3);
    expect(await written(person('u1'), { action: 'secret.revealed', subject: 's1', detail: { machine: 'm1' } })).toBe(
      4,
    );
  });

  it('never goes back in time, so that a span of time is a span of seqs whatever a clock does', async () => {
    const { id } = await seedReadyTenant();
    await append(id, [
      [ENGINE, 2_000_000_000_000, escrow('m1')],
      [ENGINE, 1_000_000_000_000, escrow('m1')],
    ]);
    expect((await read(id, 'limit=500')).entries.slice(-2).map((entry) => entry.at)).toEqual([2e12, 2e12]);
  });
});

describe('a page of the audit', () => {
  const LENGTH = 3_000;
  /** Escrows a second apart, with something rare among them. */
  async function longChain() {
    const { id } = await seedTenant();
    await read(id, '');
    const start = 2_000_000_000_000;
    function* acts(): Generator<[Actor, number, Act]> {
      for (let i = 0; i < LENGTH; i++) {
        const at = start + i * 1_000;
        if (i % 600 === 300)
          yield [
            person('u1'),
            at,
            { action: 'secret.revealed', subject: 's1', detail: { machine: 'm7', reason: `Case ${i}` } },
          ];
        else if (i === 20) yield [person('u2'), at, { action: 'person.removed', subject: 'u9', outcome: 'refused' }];
        else yield [ENGINE, at, escrow(`m${i % 100}`)];
      }
    }
    await append(id, acts());
    return { id, start };
  }

  it('finds by person, machine, action, outcome, time and text, in either order, without a gap or a repeat', async () => {
    const { id, start } = await longChain();
    const about = (entry: AuditEntry) => entry.detail.machine ?? entry.subject;
    const [from, to] = [start + 400_000, start + 1_600_000];
    const cases: [AuditFilter, (entry: AuditEntry) => boolean][] = [
      [{}, () => true],
      [{ person: 'u1' }, (entry) => entry.principal.id === 'u1'],
      [{ person: 't1' }, () => false],
      [{ machine: 'm7' }, (entry) => about(entry) === 'm7'],
      [{ action: 'secret.revealed' }, (entry) => entry.action === 'secret.revealed'],
      [{ action: 'secret.escrowed', machine: 'm7' }, (one) => one.action === 'secret.escrowed' && about(one) === 'm7'],
      [{ outcome: 'refused' }, (entry) => entry.outcome === 'refused'],
      [{ group: 'access' }, (entry) => entry.action === 'person.removed'],
      [{ group: 'access', action: 'secret.revealed' }, () => false],
      [{ group: 'keys', outcome: 'refused' }, () => false],
      [{ text: 'cAsE 21' }, (entry) => String(entry.detail.reason).startsWith('Case 21')],
      [{ from, to }, (entry) => entry.at >= from && entry.at <= to],
      [{ from: to + 1e12 }, () => false],
      [{ person: 'u1', from, to, text: 'case' }, (e) => e.principal.id === 'u1' && e.at >= from && e.at <= to],
    ];
    await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
      const walk = (order: AuditQuery['order'], filter: AuditFilter): AuditEntry[] => {
        const found: AuditEntry[] = [];
        let after: number | undefined;
        for (let pages = 0; pages < 40; pages++) {
          const { entries, next } = page(sql, id, { ...filter, order, after, limit: 200 });
          found.push(...entries);
          if (next === null) return found;
          after = next;
        }
        throw new Error('the pages do not end');
      };
      const whole = walk('oldest', {});
      expect(verifyChain(whole, { tenant: id })).toMatchObject({ ok: true, head: { seq: LENGTH + 1 } });
      for (const [filter, fits] of cases) {
        const wanted = whole.filter(fits).map((entry) => entry.seq);
        expect(seqs({ entries: walk('oldest', filter) }), JSON.stringify(filter)).toEqual(wanted);
        expect(seqs({ entries: walk('newest', filter) }), JSON.stringify(filter)).toEqual(wanted.toReversed());
      }
    });
    // And as a client asks for it.
    expect((await read(id, `order=newest&person=u1&from=${from}&to=${to}&text=CASE`)).entries).toHaveLength(2);
  });

  it('reads no more rows than its index leads to, and where it has none at most so many entries', async () => {
    const { id, start } = await longChain();
    const cost = (query: Partial<Parameters<typeof page>[2]>) =>
      counting(id, (sql) => void page(sql, id, { order: 'newest', limit: 100, ...query })).then(({ read }) => read);
    // An entry found by an index costs two: the index’s row and its own.
    expect(await cost({})).toBeLessThanOrEqual(103);
    expect(await cost({ person: 'u1' })).toBeLessThanOrEqual(2 * 5 + 3);
    expect(await cost({ machine: 'm7' })).toBeLessThanOrEqual(2 * 35 + 3);
    expect(await cost({ action: 'secret.revealed' })).toBeLessThanOrEqual(2 * 5 + 3);
    expect(await cost({ action: 'secret.escrowed' })).toBeLessThanOrEqual(103);
    expect(await cost({ group: 'access' })).toBeLessThanOrEqual(2 * 1 + AUDIT_GROUPS.access.length + 3);
    // Halving 3,001 entries takes twelve looks at each end.
    expect(await cost({ from: start + 1_000_000, to: start + 1_010_000 })).toBeLessThanOrEqual(2 * 12 + 11 + 3);
    expect(await cost({ text: 'nowhere' })).toBeLessThanOrEqual(SCAN_MAX + 3);
    expect(await cost({ outcome: 'refused' })).toBeLessThanOrEqual(SCAN_MAX + 3);
    expect(await cost({ machine: 'm7', text: 'nowhere' })).toBeLessThanOrEqual(2 * 35 + 3);
  });

  it('that has looked far enough without finding anything says where to go on, because the end is not reached', async () => {
    const { id } = await longChain();
    expect(await read(id, 'text=nowhere')).toMatchObject({ entries: [], next: SCAN_MAX });
    expect(await read(id, 'order=newest&outcome=refused')).toMatchObject({
      entries: [],
      next: LENGTH + 1 - SCAN_MAX + 1,
    });
  });

  it('goes on as before for those who ask for nothing new: oldest first, from after a seq', async () => {
    const { id } = await longChain();
    expect(seqs(await read(id, 'limit=3'))).toEqual([1, 2, 3]);
    expect(seqs(await read(id, 'after=2999&limit=500'))).toEqual([3_000, 3_001]);
    expect((await read(id, 'after=2999&limit=2')).next).toBeNull();
    expect(await read(id, 'after=3001')).toEqual({ entries: [], next: null, pcs: {}, secrets: {} });
  });
});

describe('what a page says beside its entries', () => {
  /** A PC with a secret that somebody has revealed. */
  async function revealed() {
    const tenant = await seedReadyTenant();
    const machine = crypto.randomUUID();
    await asMachine(
      tenant.token,
      '/v1/report',
      nextReport(pc({ hostname: 'NGL-LT-0010', client: 'Northgate Logistics', serial: 'VVN6NPKYNR' }), machine),
    );
    const seal = async () =>
      (await asMachine<Receipt>(tenant.token, '/v1/secret', await sealedSecret(tenant.id, tenant.keyring, machine)))
        .json.secretId;
    const secret = await seal();
    const { status } = await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/secrets/${secret}/reveal`, {
      reason: 'INC-4821 Locked out',
    });
    expect(status).toBe(200);
    const counted = async (query: string) =>
      (await asPerson<AuditCounts>(emailOf('auditor'), `/v1/tenants/${tenant.id}/audit/counts?${query}`)).json;
    return { ...tenant, machine, secret, seal, counted };
  }

  it('is what the PC and the secret of each are called now, which the entries themselves never change for', async () => {
    const { id, token, machine, secret } = await revealed();
    const before = await read(id, 'action=secret.revealed');
    expect(before.pcs).toEqual({
      [machine]: { id: machine, hostname: 'NGL-LT-0010', client: 'Northgate Logistics', serial: 'VVN6NPKYNR' },
    });
    expect(before.secrets).toEqual({
      [secret]: {
        kind: 'local_admin_password',
        ref: { account: 'Administrator' },
        version: 1,
        rotateDueAt: expect.any(Number),
      },
    });
    await asMachine(token, '/v1/report', nextReport(pc({ hostname: 'NGL-LT-0011' }), machine));
    const after = await read(id, 'action=secret.revealed');
    expect(after.entries).toEqual(before.entries);
    expect(after.pcs[machine]?.hostname).toBe('NGL-LT-0011');
  });

  it('names what an id was merged into, because that is where the PC is found', async () => {
    const { id, token, machine } = await revealed();
    const kept = crypto.randomUUID();
    await asMachine(token, '/v1/report', nextReport(pc({ hostname: 'NGL-LT-0099' }), kept));
    const { status } = await asPerson(emailOf('admin'), `/v1/tenants/${id}/machines/${machine}/merge`, { into: kept });
    expect(status).toBe(200);
    const { pcs } = await read(id, 'action=secret.revealed');
    expect(pcs[machine]).toMatchObject({ id: kept, hostname: 'NGL-LT-0099', client: null });
  });

  it('lets it be found by client, host name and serial, though no entry holds them', async () => {
    const { id } = await revealed();
    for (const query of ['client=Northgate+Logistics', 'text=ngl-lt-00', 'text=vvn6', 'text=inc-4821'])
      expect(
        (await read(id, `action=secret.revealed&${query}`)).entries.map(({ action }) => action),
        query,
      ).toEqual(['secret.revealed']);
    expect((await read(id, 'client=Northgate')).entries).toEqual([]);
  });

  it('is counted: who did how much of it, on how many PCs of how many clients, and what is still to be rotated', async () => {
    const { id, secret, seal, counted } = await revealed();
    expect(await counted('action=secret.revealed')).toEqual({
      entries: 1,
      people: [{ id: expect.any(String), name: emailOf('engineer'), entries: 1 }],
      others: 0,
      pcs: 1,
      clients: 1,
      toRotate: 1,
      since: null,
    });
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/secrets/${secret}/reveal`, { reason: 'INC-4822 Once more' });
    const both = await counted('action=secret.revealed');
    expect(both).toMatchObject({ entries: 2, toRotate: 1, pcs: 1 });
    expect(both.people).toHaveLength(2);
    // A newer version has come: nothing that was revealed is in force any more.
    await seal();
    expect(await counted('action=secret.revealed')).toMatchObject({ entries: 2, toRotate: 0 });
    expect(await counted('group=refusals')).toMatchObject({ entries: 0, people: [], pcs: 0, since: null });
  });

  it('is counted among the newest entries where there are too many, which it says', async () => {
    const { id } = await seedTenant();
    await read(id, '');
    const start = 2_000_000_000_000;
    const acts = Array.from({ length: COUNTED_MAX + 5 }, (_, i): [Actor, number, Act] => [
      ENGINE,
      start + i,
      escrow(`m${i}`),
    ]);
    await append(id, acts);
    await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
      expect(counts(sql, {})).toMatchObject({ entries: COUNTED_MAX, people: [], since: start + 5 });
      expect(counts(sql, { from: start + 5 })).toMatchObject({ entries: COUNTED_MAX, since: null });
    });
  });
});

describe('the head in the index', () => {
  const indexed = (id: string) =>
    bindings.INDEX_DB.prepare('SELECT audit_seq AS seq, audit_hash AS hash FROM tenants WHERE id = ?').bind(id).first();
  const heads = async (id: string) =>
    (await asPerson<AuditHeads>(emailOf('auditor'), `/v1/tenants/${id}/audit/head`)).json;
  const dueAt = (id: string) =>
    runInDurableObject(stubOf(id), (_object, { storage }) => [
      ...storage.sql.exec<{ at: number }>("SELECT at FROM due WHERE what = 'head'"),
    ]);
  /** Brings on what is due. */
  async function tell(id: string) {
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      storage.sql.exec("UPDATE due SET at = 0 WHERE what = 'head'");
    });
    expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
  }
  const notices = async (id: string) =>
    (await read(id, 'limit=500&action=audit.rollback_noticed')).entries.map((entry) => entry.detail);
  const noteOf = async (id: string) =>
    (await asPerson<Overview>(emailOf('admin'), `/v1/tenants/${id}/overview`)).json.rollbackNoticed;
  const rename = (id: string, allowRawRsaOaep: boolean) =>
    asPerson(emailOf('admin'), `/v1/tenants/${id}/settings`, { allowRawRsaOaep });
  /** Puts the chain back as if the platform had restored an earlier state of the object. */
  const rollBack = (id: string, to: number) =>
    runInDurableObject(stubOf(id), (_object, { storage }) => {
      storage.sql.exec('DELETE FROM audit WHERE seq > ?', to);
    });

  it('is told within a minute of a change, once for many, and not again without one', async () => {
    const { id } = await seedReadyTenant();
    await tell(id);
    expect(await heads(id)).toEqual({ chain: await indexed(id), index: await indexed(id) });
    expect(await dueAt(id)).toEqual([]);
    const before = Date.now();
    for (const value of [true, false, true]) await rename(id, value);
    const [due, ...more] = await dueAt(id);
    expect(more).toEqual([]);
    expect(due?.at).toBeGreaterThan(before + 50_000);
    expect(due?.at).toBeLessThanOrEqual(Date.now() + 60_000);
    expect((await heads(id)).index?.seq).toBe(((await heads(id)).chain.seq ?? 0) - 3);
    await tell(id);
    expect((await heads(id)).index).toEqual((await heads(id)).chain);
    await read(id, '');
    expect(await dueAt(id)).toEqual([]);
  });

  it('is told later where D1 does not answer, and what came meanwhile is told too', async () => {
    const { id } = await seedReadyTenant();
    await bindings.INDEX_DB.prepare('ALTER TABLE tenants RENAME TO away').run();
    await tell(id);
    expect(await dueAt(id)).toHaveLength(1);
    await bindings.INDEX_DB.prepare('ALTER TABLE away RENAME TO tenants').run();
    await rename(id, true);
    await tell(id);
    expect((await heads(id)).index).toEqual((await heads(id)).chain);
  });

  it('shows that an object was rolled back: recorded once with both heads, told to every admin and auditor', async () => {
    const { id } = await seedReadyTenant();
    for (const value of [true, false, true]) await rename(id, value);
    await tell(id);
    const told = (await heads(id)).chain;
    await rollBack(id, told.seq - 2);
    const left = (await heads(id)).chain;
    expect(await noteOf(id)).toBeNull();
    // An object that was put back starts anew: its first call sees to the comparison.
    await evictDurableObject(stubOf(id));
    await read(id, '');
    expect(await dueAt(id)).toHaveLength(1);
    await tell(id);
    const notice = {
      found: 'rolled_back',
      indexSeq: told.seq,
      indexHash: told.hash,
      chainSeq: left.seq,
      chainHash: left.hash,
    };
    expect(await notices(id)).toEqual([notice]);
    expect(await noteOf(id)).toEqual(expect.any(Number));
    // From here on the index follows the chain that says so, and nothing is noticed twice.
    expect((await heads(id)).index).toEqual((await heads(id)).chain);
    await rename(id, false);
    await tell(id);
    expect(await notices(id)).toHaveLength(1);
    expect((await heads(id)).index).toEqual((await heads(id)).chain);
  });

  it('shows that an object was forked, also when its new history is the longer one', async () => {
    const { id } = await seedReadyTenant();
    await rename(id, true);
    await tell(id);
    const told = (await heads(id)).chain;
    await rollBack(id, told.seq - 1);
    for (const value of [false, true, false]) await rename(id, value);
    await tell(id);
    expect(await notices(id)).toEqual([expect.objectContaining({ found: 'forked', indexSeq: told.seq })]);
    await rollBack(id, told.seq + 1);
    await evictDurableObject(stubOf(id));
    await read(id, '');
    await tell(id);
    expect((await notices(id)).map(({ found }) => found)).toEqual(['rolled_back']);
  });

  it('is judged by the entry that the index was told of', () => {
    const chain = { seq: 5, hash: 'e' };
    expect(judgeHead({ seq: 0, hash: '' }, chain, null)).toBe('follows');
    expect(judgeHead({ seq: 3, hash: 'c' }, chain, 'c')).toBe('follows');
    expect(judgeHead({ seq: 3, hash: 'x' }, chain, 'c')).toBe('forked');
    expect(judgeHead({ seq: 6, hash: 'f' }, chain, null)).toBe('rolled_back');
  });

  it('can be checked against the receipts that engines hold: each is a link of the chain', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const { json: receipt } = await asMachine<Receipt>(
      token,
      '/v1/secret',
      await sealedSecret(id, keyring, crypto.randomUUID()),
    );
    const { entries } = await read(id, 'limit=500');
    const holds = (hash: string) =>
      verifyChain(entries, { tenant: id, witnesses: [{ seq: receipt.auditSeq, hash, holder: 'the receipt' }] });
    expect(holds(receipt.auditHash)).toMatchObject({ ok: true });
    expect(holds('0'.repeat(64))).toMatchObject({ ok: false, fault: 'forked', seq: receipt.auditSeq });
  });
});
