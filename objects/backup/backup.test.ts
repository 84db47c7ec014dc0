// Backup and restore in workerd's own bucket: what is written, what is not written again, what a cut-off leaves, and that what comes back
// is the same to the last byte and still opens.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSecret } from '../../portal/vault/opener.ts';
import type { AuditPage } from '../../schema/audit.ts';
import { BackupManifest, type BackupState, type RestoreAnswer } from '../../schema/backup.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import { LIVE_CLOSE } from '../../schema/facts/live-socket.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { SearchResult } from '../../schema/machine.ts';
import type { TenantPage } from '../../schema/operator.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import type { Receipt, Revealed } from '../../schema/secret.ts';
import { sha256Hex } from '../../schema/signed.ts';
import type { WebhookList, WebhookMade } from '../../schema/webhook.ts';
import { pass } from '../../test/support/clock.ts';
import { until } from '../../test/support/until.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  inStorage,
  mustListen,
  newMachine,
  newRun,
  privateKeysOf,
  resealedItem,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  startRotation,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { forgetTokens } from '../../worker/authenticate/machine.ts';
import { requireHead } from '../audit/audit.ts';
import { tellHead as writeHead } from '../audit/head.ts';
import { dueAt } from '../core/alarms.ts';
import { migrate } from '../core/migrations.ts';
import { all } from '../core/rows.ts';
import { putRows } from '../core/tables.ts';
import { drain } from '../outbox/outbox.ts';
import { backUp } from './backup.ts';
import { readChunk, readManifest } from './bucket.ts';
import { backedUp, backedUpTables } from './tables.ts';

const OPERATOR = 'operator@example.com';
let tenant: TestTenant & { keyring: TestKeyring };
let secrets: { id: string; plaintext: string }[];
let hostname: string;
beforeEach(async () => {
  tenant = await seedReadyTenant();
  const machine = newMachine();
  hostname = machine.hostname;
  await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events: [event(1), event(2)] });
  secrets = await Promise.all([1, 2, 3].map(escrow));
  await startRotation(tenant.id, tenant.keyring);
  await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/rotation/reseal`, {
    items: [await resealedItem(tenant.id, tenant.keyring, secrets[0]?.id ?? '')],
  });
  await asPerson(emailOf('auditor'), `/v1/tenants/${tenant.id}/people`);
});

async function escrow(): Promise<{ id: string; plaintext: string }> {
  const plaintext = `plain-${crypto.randomUUID()}`;
  const body = await sealedSecret(tenant.id, tenant.keyring, crypto.randomUUID(), { plaintext });
  return { id: (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json.secretId, plaintext };
}

const stub = () => bindings.TENANT.getByName(tenant.id);
const inObject = <T>(use: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> =>
  runInDurableObject(stub(), (_object, state) => use(state.storage)) as Promise<T>;
const state = async () => (await asPerson<BackupState>(emailOf('admin'), `/v1/tenants/${tenant.id}/backup`)).json;
/** The alarm rings, and this is due. */
async function ring(what: 'backup' | 'head' | 'retention'): Promise<void> {
  await inObject(({ sql }) => sql.exec('INSERT OR REPLACE INTO due VALUES (?, 1)', what));
  expect(await runDurableObjectAlarm(stub())).toBe(true);
}
const isUnderWay = () => inObject(({ sql }) => all(sql, "SELECT 1 FROM walks WHERE what = 'backup'").length > 0);
/** The daily backup, by its alarms. */
async function backup(): Promise<BackupManifest> {
  do await ring('backup');
  while (await isUnderWay());
  return manifest();
}
/** What the object keeps for a backup that is under way. */
const keptForIt = () =>
  inObject(({ sql }) => [
    all(sql, "SELECT name FROM sqlite_master WHERE type = 'trigger'").length,
    all(sql, 'SELECT 1 FROM pre_images').length,
    all(sql, 'SELECT 1 FROM backup_parts').length,
  ]);
const manifest = async () =>
  BackupManifest.parse(await (await bindings.BACKUP.get(`tenants/${tenant.id}/manifest.json`))?.json());
const namesIn = async (folder: string) =>
  (await bindings.BACKUP.list({ prefix: `tenants/${tenant.id}/${folder}/` })).objects.map((one) => one.key);
/** As if the object had been lost: nothing is stored or remembered. */
const wipe = async () => {
  await inObject(async (storage) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
  });
  await evictDurableObject(stub());
};
const restore = (body = {}, query = '') =>
  asPerson<RestoreAnswer & Problem>(OPERATOR, `/v1/operator/tenants/${tenant.id}/restore${query}`, body);
const indexedHead = () =>
  bindings.INDEX_DB.prepare('SELECT audit_seq AS seq, audit_hash AS hash FROM tenants WHERE id = ?')
    .bind(tenant.id)
    .first<{ seq: number; hash: string }>();
/** Has the index follow the chain's head now, by the alarm. */
async function tellHead(): Promise<void> {
  await ring('head');
  expect((await indexedHead())?.hash).toBe((await inObject(({ sql }) => requireHead(sql))).hash);
}
/**
 * Every row of every table that a backup holds, except what is due and what the index has yet to be told, which belong
 * to the moment.
 */
const contents = (): Promise<Record<string, unknown[]>> =>
  inObject(({ sql }) =>
    Object.fromEntries(
      backedUpTables(sql)
        .filter((table) => table !== 'due' && table !== 'outbox')
        .map((table) => {
          const columns = backedUp(sql, table).columns.map((name) => `"${name}"`);
          return [table, all(sql, `SELECT ${columns.join(', ')} FROM "${table}"`).map((row) => JSON.stringify(row))];
        }),
    ),
  );
const auditOf = async () =>
  (await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${tenant.id}/audit?limit=500`)).json.entries;

describe('a backup', () => {
  it('comes by itself an hour after the first call, names every chunk by its hash, and is on record', async () => {
    const { on, last, nextAt } = await state();
    expect([on, last]).toEqual([true, null]);
    expect(nextAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
    const made = await backup();
    expect(made.chunks.map((chunk) => chunk.table)).toEqual(
      expect.arrayContaining(['audit', 'escrow_keys', 'machines', 'manifests', 'secret_versions', 'secrets', 'wraps']),
    );
    for (const { sha256 } of made.chunks)
      expect(await bindings.BACKUP.head(`tenants/${tenant.id}/chunks/${sha256}.ndjson`)).not.toBeNull();
    const entry = (await auditOf()).find((one) => one.action === 'backup.made');
    expect(entry).toMatchObject({ principal: { kind: 'system' }, detail: { headSeq: made.head.seq } });
    expect((await auditOf())[made.head.seq - 1]?.hash).toBe(made.head.hash);
    const after = await state();
    expect(after.last).toMatchObject({ outcome: 'done', chunks: made.chunks.length, head: made.head });
    expect(after.nextAt).toBeGreaterThan(Date.now() + 23 * 3_600_000);
  });

  it('holds no plaintext, no token and no webhook’s secret: it is sealed as stored', async () => {
    const webhook = { url: 'https://hooks.example.com/secret-path', label: 'x', kinds: ['run_failed'] };
    const { json } = await asPerson<{ secret: string }>(emailOf('admin'), `/v1/tenants/${tenant.id}/webhooks`, webhook);
    await backup();
    const names = (await bindings.BACKUP.list()).objects.map((one) => one.key);
    const all = (await Promise.all(names.map(async (name) => (await bindings.BACKUP.get(name))?.text()))).join('\n');
    for (const { plaintext } of secrets) expect(all).not.toContain(plaintext);
    for (const canary of [tenant.token, json.secret, 'secret-path']) expect(all).not.toContain(canary);
  });

  it('is of tables without a column of bytes, which its JSON would lose without a word', async () => {
    const columns = await inStorage(tenant.id, (sql) =>
      backedUpTables(sql).flatMap((table) => {
        const { columns } = backedUp(sql, table);
        return all<{ name: string; type: string }>(sql, `PRAGMA table_xinfo("${table}")`).filter(({ name }) =>
          columns.includes(name),
        );
      }),
    );
    expect(columns.length).toBeGreaterThan(100);
    expect(columns.filter(({ type }) => !['TEXT', 'INTEGER'].includes(type))).toEqual([]);
  });

  it('writes again only what has changed', async () => {
    await backup();
    const before = new Set(await namesIn('chunks'));
    const again = await backup();
    const fresh = (await namesIn('chunks')).filter((name) => !before.has(name));
    const tables = fresh.map((name) => again.chunks.find((chunk) => name.includes(chunk.sha256))?.table);
    // The entry of the backup before, and what is due: nothing else.
    expect(tables.sort()).toEqual(['audit', 'due']);
  });

  it('changes one chunk of many where one row of many comes in, and reads no closed part of the chain again', async () => {
    const grow = (from: number, to: number) =>
      inObject(({ sql }) => {
        for (let i = from; i < to; i++) {
          const hash = i.toString(16).padStart(64, '0');
          sql.exec(`INSERT INTO reveals VALUES ('u', ?, 1, ?)`, `${hash.slice(-8)}-${i}`, i);
          sql.exec(
            "INSERT INTO audit VALUES (?, 1, 'system', 'x', 'x', 'x', ?, 'done', '{}', NULL, NULL, ?, ?)",
            9000 + i,
            'x'.repeat(100),
            hash,
            hash,
          );
        }
      });
    await grow(0, 3000);
    const chunksOf = (made: BackupManifest, table: string) =>
      made.chunks.filter((chunk) => chunk.table === table).map(({ sha256 }) => sha256);
    const first = await backup();
    for (const table of ['reveals', 'audit']) expect(chunksOf(first, table).length).toBeGreaterThan(4);
    await grow(3100, 3101);
    const second = await backup();
    const fresh = (table: string) =>
      chunksOf(second, table).filter((sha256) => !chunksOf(first, table).includes(sha256));
    expect([fresh('reveals').length, fresh('audit').length]).toEqual([1, 1]);
    // An edited entry of the closed part goes unread, and so does not get into the backup.
    await inObject(({ sql }) => sql.exec("UPDATE audit SET subject = 'edited' WHERE seq = 9001"));
    const third = await backup();
    expect(chunksOf(third, 'audit').slice(0, -1)).toEqual(chunksOf(second, 'audit').slice(0, -1));
  });

  /** More than one turn reads. */
  const growReveals = (rows: number) =>
    inObject(({ sql }) =>
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO reveals SELECT 'many@example.com', printf('%08x-0000-4000-8000-%012x', i, i), 1, i FROM n`,
        rows,
      ),
    );

  it('is the state of the instant in which it began, to the last row, whatever changes while it is under way', async () => {
    await growReveals(9_000);
    await inObject(({ sql }) => sql.exec("INSERT INTO sweeps VALUES ('u0', 'before', 1, 1)"));
    const before = await contents();
    await ring('backup');
    expect(await isUnderWay()).toBe(true);
    // People and engines change rows that are read already, and rows that are not.
    const began = await inObject(({ sql }) => requireHead(sql));
    await escrow();
    await asMachine(tenant.token, '/v1/report', { machine: newMachine(), run: newRun(), events: [event(1)] });
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/people/u1/remove`, {});
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/settings`, { allowRawRsaOaep: true });
    // Every way to write, to rows on either side.
    await inObject(({ sql }) => {
      for (const i of [7, 8_000]) {
        const id = `${i.toString(16).padStart(8, '0')}-0000-4000-8000-${i.toString(16).padStart(12, '0')}`;
        sql.exec('UPDATE reveals SET last_at = 0 WHERE secret_id = ?', id);
        sql.exec('UPDATE reveals SET last_at = 1 WHERE secret_id = ?', id);
        sql.exec('DELETE FROM reveals WHERE secret_id = ?', id.replace(/.$/, 'x'));
        sql.exec("INSERT INTO reveals VALUES ('many@example.com', ?, 2, 0)", id);
        sql.exec("INSERT INTO reveals VALUES ('many@example.com', ?, 1, 5) ON CONFLICT DO UPDATE SET last_at = 6", id);
        sql.exec('DELETE FROM reveals WHERE version = 1 AND secret_id > ? AND last_at < ?', id, i + 3);
      }
      sql.exec("INSERT OR REPLACE INTO sweeps VALUES ('u0', 'after', 2, 2)");
      sql.exec("INSERT OR REPLACE INTO sweeps VALUES ('u9', 'after', 2, 2)");
      sql.exec("DELETE FROM sweeps WHERE person = 'u9'");
      sql.exec("INSERT INTO successions (from_root, to_root, jws, at, by) VALUES ('a', 'b', 'c', 1, 'd')");
    });
    const made = await backup();
    expect(made.head.seq).toBeLessThanOrEqual(began.seq);
    expect(await keptForIt()).toEqual([0, 0, 0]);
    await wipe();
    expect((await restore()).json).toMatchObject({ finished: true });
    const after = await contents();
    for (const [table, rows] of Object.entries(before))
      expect(after[table]?.slice(0, table === 'audit' ? made.head.seq : undefined), table).toEqual(rows);
  });

  it('goes on after the object was gone in the middle of it, and is the same', async () => {
    await growReveals(9_000);
    const before = await contents();
    await ring('backup');
    await evictDurableObject(stub());
    // Its chunks did not get into the bucket before: the slice is read again.
    await inObject(({ sql }) => sql.exec('UPDATE reveals SET last_at = -1'));
    const made = await backup();
    await wipe();
    expect((await restore()).json).toMatchObject({ finished: true, backupAt: made.at });
    expect((await contents()).reveals).toEqual(before.reveals);
  });

  it('begins anew where its tables are others now, because its rows would be of two schemas', async () => {
    await growReveals(5_000);
    await ring('backup');
    expect((await keptForIt())[0]).toBeGreaterThan(0);
    await inObject(({ sql }) => migrate(sql, Date.now(), [{ id: 9_999, name: 'one more', statements: 'SELECT 1' }]));
    expect((await keptForIt())[0], 'a trigger names columns that a migration may take away').toBe(0);
    const asked = Date.now();
    expect((await backup()).at).toBeGreaterThan(asked);
  });

  it('that fails, or takes too long, leaves nothing behind in the object', async () => {
    await growReveals(5_000);
    await ring('backup');
    const gone = new Proxy(bindings.BACKUP, {
      get: (bucket, name) => (name === 'head' ? () => Promise.reject(new Error('gone')) : Reflect.get(bucket, name)),
    });
    expect(await inObject((storage) => backUp(storage, gone, tenant.id))).toBe('failed');
    expect(await keptForIt()).toEqual([0, 0, 0]);
    await ring('backup');
    pass(7 * 3_600_000);
    expect(await inObject((storage) => backUp(storage, bindings.BACKUP, tenant.id))).toBe('failed');
    expect((await state()).runs[0]).toMatchObject({ outcome: 'failed', fault: 'too_busy' });
    expect(await keptForIt()).toEqual([0, 0, 0]);
  });

  it('of 100,000 rows reads a slice a turn', async () => {
    await growReveals(100_000);
    const turns: number[] = [];
    let went: string;
    do {
      went = await inObject(async (storage) => {
        let came = '';
        const { read } = await rowsOf(storage.sql, async () => {
          came = await backUp(storage, bindings.BACKUP, tenant.id);
        });
        turns.push(read);
        return came;
      });
    } while (went === 'under way');
    expect(went).toBe('done');
    console.log(`a backup of 100,000 rows: ${turns.length} turns, ${turns.join(' ')} rows`);
    // The first makes the triggers and the last drops them, and SQLite reads its schema for each: the cost grows with
    // the schema, not with what is held.
    expect(turns[0]).toBeLessThan(26_000);
    expect(turns.at(-1)).toBeLessThan(13_000);
    expect(Math.max(...turns.slice(1, -1))).toBeLessThan(6_000);
  });

  it('puts back a chunk that somebody has deleted', async () => {
    const made = await backup();
    const [chunk] = made.chunks;
    await bindings.BACKUP.delete(`tenants/${tenant.id}/chunks/${chunk?.sha256}.ndjson`);
    const again = await backup();
    for (const { sha256 } of again.chunks)
      expect(await bindings.BACKUP.head(`tenants/${tenant.id}/chunks/${sha256}.ndjson`)).not.toBeNull();
  });

  it('that is cut off at any point leaves the one before whole, is shown as failed, and is tried again', async () => {
    const before = await backup();
    await escrow();
    for (const breaks of ['head', 'put', 'manifest'] as const) {
      const broken = new Proxy(bindings.BACKUP, {
        get: (bucket, name) => {
          const does = name === 'head' ? breaks === 'head' : name === 'put' && breaks !== 'head';
          const method = Reflect.get(bucket, name).bind(bucket);
          if (!does) return method;
          return (key: string, ...rest: unknown[]) => {
            if (breaks !== 'manifest' || key.endsWith('manifest.json')) throw new Error('the bucket is gone');
            return method(key, ...rest);
          };
        },
      });
      expect(await inObject((storage) => backUp(storage, broken, tenant.id))).toBe('failed');
      expect(await manifest()).toEqual(before);
      expect((await state()).runs[0]).toMatchObject({ outcome: 'failed', fault: 'bucket_unreachable' });
    }
    expect((await state()).last?.at).toBe(before.at);
    expect((await backup()).head.seq).toBeGreaterThan(before.head.seq);
  });

  it('of an object that was lost and began anew never takes the place of the one it has to be restored from', async () => {
    const made = await backup();
    await wipe();
    // Somebody looks at it before the operator does.
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/people`);
    expect(await backup()).toEqual(made);
    expect((await state()).runs).toMatchObject([{ outcome: 'failed', fault: 'other_chain' }]);
    expect((await restore()).json).toMatchObject({ finished: true });
    expect((await backup()).head.seq).toBeGreaterThan(made.head.seq);
  });

  it('never takes the place of a latest one that cannot be read, because what that one names may be all there is', async () => {
    const made = await backup();
    const name = `tenants/${tenant.id}/manifest.json`;
    await bindings.BACKUP.put(name, JSON.stringify(made).slice(0, -10));
    expect(await inObject((storage) => backUp(storage, bindings.BACKUP, tenant.id))).toBe('failed');
    expect((await state()).runs[0]).toMatchObject({ outcome: 'failed', fault: 'manifest_unreadable' });
    expect(await (await bindings.BACKUP.get(name))?.text()).toBe(JSON.stringify(made).slice(0, -10));
    await wipe();
    expect((await restore()).json).toMatchObject({ status: 409, code: 'backup_damaged' });
    expect((await restore({ at: made.at })).json).toMatchObject({ finished: true });
  });

  it('is kept thirty days: then its manifest goes, and every chunk that no kept one names', async () => {
    const old = await backup();
    const oldName = `tenants/${tenant.id}/backups/${String(old.at).padStart(15, '0')}.json`;
    // As if it had been made forty days ago, with a chunk of its own.
    const gone = 'f'.repeat(64);
    await bindings.BACKUP.put(`tenants/${tenant.id}/chunks/${gone}.ndjson`, 'old');
    const aged = { ...old, at: old.at - 40 * 24 * 3_600_000, chunks: [{ ...old.chunks[0], sha256: gone }] };
    const agedName = `tenants/${tenant.id}/backups/${String(aged.at).padStart(15, '0')}.json`;
    await bindings.BACKUP.put(agedName, JSON.stringify(aged));
    const made = await backup();
    expect(await namesIn('backups')).not.toContain(agedName);
    expect(await namesIn('backups')).toContain(oldName);
    const chunks = await namesIn('chunks');
    expect(chunks.some((name) => name.includes(gone))).toBe(false);
    for (const { sha256 } of [...old.chunks, ...made.chunks])
      expect(chunks).toContain(`tenants/${tenant.id}/chunks/${sha256}.ndjson`);
  });

  it('can be asked for at once by an admin, on record', async () => {
    const asked = await asPerson<{ requestedAt: number }>(emailOf('admin'), `/v1/tenants/${tenant.id}/backup/run`, {});
    expect(asked.status).toBe(200);
    // It is due at once: nothing has to be made due for the alarm that it has asked for.
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect((await state()).last).not.toBeNull();
    expect((await auditOf()).map((one) => one.action)).toContain('backup.requested');
  });
});

describe('a restore', () => {
  it('keeps no webhook that was added to the emptied object, because who added it is on no record that is left', async () => {
    await backup();
    await wipe();
    const webhook = { url: 'https://hooks.example.com/', label: 'x', kinds: ['secret_revealed'] };
    const added = await asPerson<WebhookMade>(emailOf('admin'), `/v1/tenants/${tenant.id}/webhooks`, webhook);
    expect(added.status).toBe(201);
    expect((await restore()).json.finished).toBe(true);
    expect((await auditOf()).map(({ action }) => action)).not.toContain('webhook.added');
    const { json } = await asPerson<WebhookList>(emailOf('admin'), `/v1/tenants/${tenant.id}/webhooks`);
    expect(json.webhooks).toEqual([]);
  });

  it('into an emptied object is the same to the last row, continues the chain, and every secret still opens', async () => {
    const made = await backup();
    const before = await contents();
    await wipe();
    const listener = await mustListen(emailOf('engineer'), tenant.id);
    const { status, json } = await restore();
    await until(() => expect(listener.closedWith, 'nobody listens while it is on its way').toBe(LIVE_CLOSE.renew));
    expect([status, json]).toMatchObject([200, { finished: true, backupAt: made.at, head: made.head }]);
    const again = await mustListen(emailOf('engineer'), tenant.id, { cursor: listener.cursor });
    await until(() => expect(again.heard, 'what it saw was the empty fleet').toMatchObject([{ resync: true }]));
    const after = await contents();
    const audit = after.audit?.map((line) => JSON.parse(line as string)) ?? [];
    const imported = audit[made.head.seq];
    expect(imported).toMatchObject({
      action: 'tenant.imported',
      principal_kind: 'operator',
      previous_hash: made.head.hash,
    });
    expect(JSON.parse(imported.detail)).toMatchObject({ headSeq: made.head.seq, headHash: made.head.hash });
    // The entry of the backup itself came after its snapshot; the import stands in its place.
    const untilHead = (tables: Record<string, unknown[]>) => ({
      ...tables,
      audit: tables.audit?.slice(0, made.head.seq),
    });
    expect(untilHead(after)).toEqual(untilHead(before));
    const keys = await privateKeysOf(tenant.id, tenant.keyring);
    for (const { id, plaintext } of secrets) {
      const path = `/v1/tenants/${tenant.id}/secrets/${id}/reveal`;
      const revealed = await asPerson<Revealed>(emailOf('engineer'), path, { reason: 'after the restore' });
      expect(await openSecret(tenant.id, revealed.json, keys)).toMatchObject({ plaintext });
    }
    // The search is in no backup: the alarm makes it anew, and it finds what came back.
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(made.chunks.filter(({ table }) => table.startsWith('search'))).toEqual([]);
    const find = async () =>
      (await asPerson<SearchResult>(emailOf('auditor'), `/v1/tenants/${tenant.id}/search?q=${hostname}`)).json.matches;
    expect(await find()).toMatchObject([{ machine: { hostname }, field: 'hostname' }]);
    // And it lives: engines go on, the next backup is made.
    const next = await sealedSecret(tenant.id, tenant.keyring, crypto.randomUUID());
    expect((await asMachine(tenant.token, '/v1/secret', next)).status).toBe(201);
    expect((await backup()).head.seq).toBeGreaterThan(made.head.seq);
  });

  it('knows whose events were removed before, takes a resend of those as there, and has all runs looked at anew', async () => {
    const [machine, run] = [newMachine(), newRun()];
    const report = { machine, run, events: [event(1), event(2)] };
    const send = async () => (await asMachine<ReportAnswer>(tenant.token, '/v1/report', report)).json;
    await send();
    pass(401 * DAY_MS);
    await ring('retention');
    await backup();
    await wipe();
    expect((await restore()).json.finished).toBe(true);
    expect(await inObject(({ sql }) => dueAt(sql, 'retention'))).toBeLessThanOrEqual(Date.now());
    expect(await send()).toEqual({ accepted: 0, duplicates: 2, rejected: [], nextSeq: 3 });
  });

  it('of an earlier backup makes that one the latest, so that the next ones follow on it', async () => {
    const first = await backup();
    await escrow();
    expect((await backup()).at).toBeGreaterThan(first.at);
    await wipe();
    expect((await restore({ at: first.at })).json).toMatchObject({ finished: true, backupAt: first.at });
    expect(await manifest()).toEqual(first);
    // `tenant.imported`, and that the index knew a later head, where it had been told of one.
    expect((await backup()).head.seq).toBeGreaterThan(first.head.seq);
  });

  it('names the furthest head that the index ever knew, also where the lost object’s successor has overwritten it', async () => {
    const imported = async () => (await auditOf()).findLast((one) => one.action === 'tenant.imported')?.detail;
    const made = await backup();
    await escrow();
    await tellHead();
    const told = await indexedHead();
    expect(told?.seq).toBeGreaterThan(made.head.seq);
    const furthest = { indexSeq: told?.seq, indexHash: told?.hash };
    // The index still has it when the restore begins.
    await wipe();
    expect((await restore()).json).toMatchObject({ finished: true });
    expect(await imported()).toMatchObject(furthest);
    // Somebody looks first, and the new chain's head is told: only its notice knows the old one then, and the restore takes that away.
    await wipe();
    await bindings.INDEX_DB.prepare('UPDATE tenants SET audit_seq = ?, audit_hash = ? WHERE id = ?')
      .bind(told?.seq, told?.hash, tenant.id)
      .run();
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/people`);
    await tellHead();
    expect((await indexedHead())?.seq).toBeLessThan(made.head.seq);
    // A restore that fails in between does not lose it either.
    const name = `tenants/${tenant.id}/chunks/${made.chunks.at(-1)?.sha256}.ndjson`;
    const text = (await (await bindings.BACKUP.get(name))?.text()) ?? '';
    await bindings.BACKUP.put(name, 'bent');
    expect((await restore()).json).toMatchObject({ code: 'backup_damaged' });
    await bindings.BACKUP.put(name, text);
    expect((await restore()).json).toMatchObject({ finished: true });
    expect(await imported()).toMatchObject(furthest);
  });

  it('gives an index that has lost the tenant’s tokens and people again whom the chain knows, and wins over no row that it has', async () => {
    const read = async (table: string) =>
      (
        await bindings.INDEX_DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ? ORDER BY id`)
          .bind(tenant.id)
          .all<{ id: string; email?: string }>()
      ).results;
    // D1 decides for itself when a row came into it; no rule rests on that.
    const people = async () => (await read('users')).map((row) => ({ ...row, created_at: 0 }));
    const [users, tokens] = [await people(), await read('api_tokens')];
    await backup();
    await wipe();
    for (const table of ['users', 'api_tokens'])
      await bindings.INDEX_DB.prepare(`DELETE FROM ${table} WHERE tenant_id = ?`).bind(tenant.id).run();
    // An address that SQL has meanwhile given to another id keeps that one.
    const other = users.find((one) => one.email === emailOf('engineer'));
    await bindings.INDEX_DB.prepare(
      "INSERT INTO users (tenant_id, id, email, role, status, version) VALUES (?, 'another', ?, 'auditor', 'removed', 1)",
    )
      .bind(tenant.id, other?.email)
      .run();
    expect((await restore()).json).toMatchObject({ finished: true });
    expect(await inObject((storage) => drain(storage, bindings.INDEX_DB, tenant.id))).toBe(true);
    expect(await read('api_tokens')).toEqual(tokens);
    const now = await people();
    // The auditor has only ever read, and was made by SQL: neither the index nor the chain knows them.
    const known = users.filter((one) => one !== other && one.email !== emailOf('auditor'));
    expect(now.filter((one) => one.id !== 'another')).toEqual(known);
    expect(now.find((one) => one.id === 'another')).toMatchObject({ status: 'removed' });
    expect((await asMachine(tenant.token, '/v1/tenant/pubkey')).status).toBe(200);
  });

  it('is refused where the index knows another manifest of that instant, because then the bucket was bent', async () => {
    const made = await backup();
    const kept = async () =>
      JSON.parse(
        (await bindings.INDEX_DB.prepare('SELECT backups FROM tenants WHERE id = ?')
          .bind(tenant.id)
          .first<string>('backups')) ?? '',
      );
    expect(Object.keys(await kept())).toEqual([String(made.at)]);
    await wipe();
    await bindings.BACKUP.put(
      `tenants/${tenant.id}/manifest.json`,
      JSON.stringify({ ...made, chunks: made.chunks.slice(1) }),
    );
    const { json } = await restore();
    expect(json).toMatchObject({ status: 409, code: 'backup_damaged', detail: expect.stringContaining('bent') });
    expect((await restore({ at: made.at })).json).toMatchObject({ finished: true, vouched: true });
  });

  /**
   * Somebody who has the bucket and nothing else can write this: one table of a backup as they like it, under an
   * instant of their own.
   */
  const bend = async (made: BackupManifest, table: string, change: (rows: Record<string, unknown>[]) => void) => {
    const mine = made.chunks.filter((chunk) => chunk.table === table);
    const texts = await Promise.all(mine.map((chunk) => readChunk(bindings.BACKUP, tenant.id, chunk.sha256)));
    const rows = texts
      .flatMap((text) => (text ?? '').trimEnd().split('\n'))
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    change(rows);
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const sha256 = await sha256Hex(text);
    await bindings.BACKUP.put(`tenants/${tenant.id}/chunks/${sha256}.ndjson`, text);
    const chunk = { table, sha256, bytes: text.length, rows: rows.length };
    const bent = { ...made, at: made.at + 1, chunks: [...made.chunks.filter((one) => one.table !== table), chunk] };
    await bindings.BACKUP.put(`tenants/${tenant.id}/manifest.json`, JSON.stringify(bent));
    return bent;
  };
  const STRANGER = 'stranger@example.net';
  const stranger = { id: 'stranger', email: STRANGER, role: 'admin', removed_at: null, version: 999 };
  const peopleIn = async () => {
    while (!(await inObject((storage) => drain(storage, bindings.INDEX_DB, tenant.id))));
    return (
      await bindings.INDEX_DB.prepare('SELECT email, role, status FROM users WHERE tenant_id = ? ORDER BY email')
        .bind(tenant.id)
        .all<{ email: string; role: string; status: string }>()
    ).results;
  };

  it('lets no stranger in whom somebody wrote into a chunk, and raises nobody, because the index does not vouch for it', async () => {
    const made = await backup();
    const before = await peopleIn();
    await bend(made, 'people', (rows) => {
      rows.push(stranger);
      for (const row of rows) if (row.email === emailOf('auditor')) Object.assign(row, { role: 'admin', version: 999 });
    });
    await wipe();
    expect((await restore()).json).toMatchObject({ finished: true, vouched: false });
    expect(await peopleIn()).toEqual(before);
    expect((await asPerson(STRANGER, `/v1/tenants/${tenant.id}/people`)).json).toMatchObject({ code: 'not_a_member' });
    expect((await auditOf()).findLast((one) => one.action === 'tenant.imported')?.detail).toMatchObject({
      vouched: false,
      peopleLeftOut: 1,
      firstAdmin: null,
    });
  });

  it('lets no stranger in by what was out for the index either', async () => {
    const made = await backup();
    const before = await peopleIn();
    const row = JSON.stringify({ email: STRANGER, role: 'admin', status: 'active' });
    await bend(made, 'outbox', (rows) => rows.push({ what: 'person', id: 'stranger', version: 999, row, tries: 0 }));
    await wipe();
    expect((await restore()).json).toMatchObject({ finished: true });
    expect(await peopleIn()).toEqual(before);
  });

  it('takes no machine token that neither index nor chain knows', async () => {
    const made = await backup();
    const token = `tok_${'S'.repeat(32)}`;
    const hash = await sha256Hex(`${'0'.repeat(16)}:${token}`);
    await bend(made, 'tokens', (rows) =>
      rows.push({
        id: 'stranger',
        label: 'x',
        prefix: 'tok_SSSS',
        hash,
        salt: '0'.repeat(16),
        created_at: 1,
        created_by: null,
        expires_at: null,
        revoked_at: null,
        fingerprint: null,
        min_epoch: null,
        replaced_by: null,
        version: 999,
      }),
    );
    await wipe();
    expect((await restore()).json).toMatchObject({ finished: true });
    await peopleIn();
    expect((await asMachine(token, '/v1/tenant/pubkey')).json).toMatchObject({ code: 'invalid_token' });
    expect((await asMachine(tenant.token, '/v1/tenant/pubkey')).status).toBe(200);
  });

  it('without an index lets nobody in but the first admin that is named, and no token', async () => {
    const made = await backup();
    await bend(made, 'people', (rows) => rows.push(stranger));
    await wipe();
    // Another account: a new index with the tenant’s row and nothing else.
    for (const table of ['users', 'api_tokens'])
      await bindings.INDEX_DB.prepare(`DELETE FROM ${table} WHERE tenant_id = ?`).bind(tenant.id).run();
    await bindings.INDEX_DB.prepare("UPDATE tenants SET backups = '{}', audit_seq = 0, audit_hash = '' WHERE id = ?")
      .bind(tenant.id)
      .run();
    expect((await restore()).json).toMatchObject({ status: 409, code: 'first_admin_needed' });
    expect((await asPerson(OPERATOR, `/v1/operator/tenants/${tenant.id}/restore`, { firstAdmin: 'x' })).status).toBe(
      422,
    );
    const firstAdmin = emailOf('admin');
    expect((await restore({ firstAdmin })).json).toMatchObject({ finished: true, vouched: false });
    // They are let in with the answer, not with an alarm some time after it.
    expect((await asPerson(firstAdmin, `/v1/tenants/${tenant.id}/people`)).status).toBe(200);
    expect(await peopleIn()).toEqual([{ email: firstAdmin, role: 'admin', status: 'active' }]);
    forgetTokens();
    expect((await asMachine(tenant.token, '/v1/tenant/pubkey')).json).toMatchObject({ code: 'invalid_token' });
    // Their own way to unlock is theirs still.
    const keyring = await asPerson<Keyring>(firstAdmin, `/v1/tenants/${tenant.id}/keyring`);
    expect(keyring.json.unlockers.map((one) => one.id)).toContain(tenant.keyring.ids.own);
  });

  it('is refused into a tenant that holds anything, and changes nothing there', async () => {
    await backup();
    const before = await contents();
    expect((await restore()).json).toMatchObject({ status: 409, code: 'not_empty' });
    const after = await contents();
    expect({ ...after, audit: [] }).toEqual({ ...before, audit: [] });
  });

  it('of a chunk that was bent, cut or lost is refused, and leaves the tenant empty', async () => {
    const made = await backup();
    const name = `tenants/${tenant.id}/chunks/${made.chunks.at(-1)?.sha256}.ndjson`;
    const text = (await (await bindings.BACKUP.get(name))?.text()) ?? '';
    // What was refused may be asked for again under its name.
    const named = `?act=${crypto.randomUUID()}`;
    for (const bent of [text.replace(/.$/m, '!'), text.slice(0, -5), null]) {
      await wipe();
      if (bent === null) await bindings.BACKUP.delete(name);
      else await bindings.BACKUP.put(name, bent);
      expect((await restore({}, named)).json).toMatchObject({ status: 409, code: 'backup_damaged' });
      const { audit, ...rest } = await contents();
      // A notice that the index knew a later head stays, where it had been told of one.
      const actions = audit?.map((line) => JSON.parse(line as string).action);
      expect(actions?.filter((one) => one !== 'audit.rollback_noticed')).toEqual([
        'tenant.initialized',
        'access.refused',
      ]);
      expect(
        Object.entries(rest)
          .filter(([, rows]) => rows.length > 0)
          .map(([table]) => table),
      ).toEqual([]);
    }
    await bindings.BACKUP.put(name, text);
    expect((await restore({}, named)).json).toMatchObject({ finished: true });
  });

  it('of a chain that was forged whole but for its head is refused', async () => {
    const made = await backup();
    const bent = { ...made, at: made.at + 1, head: { ...made.head, hash: 'e'.repeat(64) } };
    await bindings.BACKUP.put(`tenants/${tenant.id}/manifest.json`, JSON.stringify(bent));
    await wipe();
    expect((await restore()).json).toMatchObject({ code: 'backup_damaged', detail: expect.stringContaining('chain') });
  });

  it('of another schema, another tenant or no backup is refused', async () => {
    const made = await backup();
    await wipe();
    const name = `tenants/${tenant.id}/manifest.json`;
    await bindings.BACKUP.put(name, JSON.stringify({ ...made, at: made.at + 1, migrations: made.migrations.slice(1) }));
    expect((await restore()).json).toMatchObject({ status: 409, code: 'backup_differs' });
    await bindings.BACKUP.put(name, JSON.stringify({ ...made, tenant: 'another' }));
    expect((await restore()).json).toMatchObject({ status: 404, code: 'unknown_backup' });
    await bindings.BACKUP.delete(name);
    expect((await restore()).json).toMatchObject({ status: 404, code: 'unknown_backup' });
    expect((await restore({ at: made.at })).json).toMatchObject({ finished: true });
  });

  it('that is cut off goes on where it stopped, and until then the tenant answers nobody and puts nothing on record', async () => {
    const made = await backup();
    const before = await contents();
    await wipe();
    const [chunk] = made.chunks.slice(-1);
    const name = `tenants/${tenant.id}/chunks/${chunk?.sha256}.ndjson`;
    // As if the operator's call had ended before the last chunk.
    await runInDurableObject(stub(), async (object, { storage }) => {
      const { beginRestore, goOn } = await import('./restore.ts');
      const principal = { kind: 'operator' as const, id: OPERATOR, name: OPERATOR };
      const caller = { tenant: tenant.id, principal, requestId: 'r', ip: null, userAgent: null };
      const person = { kind: 'person' as const, id: 'u0', name: emailOf('admin'), role: 'admin' as const };
      object.recordRefusal({ ...caller, principal: person }, 'no_tenant_key', 'enters');
      const found = await readManifest(bindings.BACKUP, tenant.id);
      if (!found || found === 'unreadable') throw new Error('there is a backup');
      beginRestore(storage, found, null);
      let left = made.chunks.length - 1;
      const cutOff = new Proxy(bindings.BACKUP, {
        get: (bucket, key) =>
          key === 'get' && left-- <= 0
            ? () => Promise.reject(new Error('gone'))
            : Reflect.get(bucket, key).bind(bucket),
      });
      const word = { people: [], tokens: [], vouched: true };
      await goOn(storage, cutOff, caller, found, { word, firstAdmin: undefined }).catch(() => null);
    });
    // Work that had been waiting for an answer since before does not touch what is in either.
    const inside = () => inObject(({ sql }) => ['due', 'outbox', 'audit'].map((t) => all(sql, `SELECT * FROM "${t}"`)));
    const held = await inside();
    await inObject(async (storage) => {
      expect(await writeHead(storage, bindings.INDEX_DB, tenant.id, Date.now())).toBeNull();
      expect(await drain(storage, bindings.INDEX_DB, tenant.id)).toBe(false);
    });
    expect(await inside()).toEqual(held);
    expect(await bindings.BACKUP.head(name)).not.toBeNull();
    // An operator who looks or suspends meanwhile mixes nothing into it.
    const { json: list } = await asPerson<TenantPage>(OPERATOR, '/v1/operator/tenants');
    expect(list.tenants.find(({ id }) => id === tenant.id)).toMatchObject({ status: 'active', counts: null });
    const suspend = `/v1/operator/tenants/${tenant.id}/suspend`;
    expect((await asPerson<Problem>(OPERATOR, suspend, { reason: 'now' })).json.code).toBe('tenant_restoring');
    expect((await asMachine(tenant.token, '/v1/tenant/pubkey')).json).toMatchObject({
      status: 503,
      code: 'tenant_restoring',
    });
    expect((await restore()).json).toMatchObject({ finished: true, chunksDone: made.chunks.length });
    const after = await contents();
    expect({ ...after, audit: after.audit?.slice(0, made.head.seq) }).toEqual({
      ...before,
      audit: before.audit?.slice(0, made.head.seq),
    });
  });

  it('that is on its way can be aborted, on record, and leaves the tenant empty for another backup', async () => {
    const abort = () => asPerson<Problem>(OPERATOR, `/v1/operator/tenants/${tenant.id}/restore/abort`, {});
    const made = await backup();
    expect((await abort()).json).toMatchObject({ status: 409, code: 'not_restoring' });
    await wipe();
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/people`);
    const [chunk] = made.chunks;
    await runInDurableObject(stub(), async (_object, { storage }) => {
      const { beginRestore } = await import('./restore.ts');
      const found = await readManifest(bindings.BACKUP, tenant.id);
      if (!found || found === 'unreadable') throw new Error('there is a backup');
      beginRestore(storage, found, { seq: 9000, hash: 'a'.repeat(64) });
      putRows(
        storage.sql,
        chunk?.table ?? '',
        (await readChunk(bindings.BACKUP, tenant.id, chunk?.sha256 ?? '')) ?? '',
      );
      storage.sql.exec('UPDATE restore_progress SET chunks_done = 1');
    });
    expect((await abort()).status).toBe(200);
    expect((await auditOf()).slice(0, 3)).toMatchObject([
      { action: 'tenant.initialized' },
      { action: 'audit.rollback_noticed', detail: { indexSeq: 9000 } },
      { action: 'tenant.restore_aborted', principal: { kind: 'operator' }, detail: { chunksDone: 1 } },
    ]);
    expect(await inObject(({ sql }) => all(sql, `SELECT * FROM "${chunk?.table}" LIMIT 1`))).toHaveLength(
      chunk?.table === 'audit' ? 1 : 0,
    );
    expect((await restore()).json).toMatchObject({ finished: true });
  });

  it('is an operator’s alone, and of a tenant that the index knows', async () => {
    const path = `/v1/operator/tenants/${tenant.id}/restore`;
    expect((await asPerson(emailOf('admin'), path, {})).json).toMatchObject({ status: 403, code: 'not_an_operator' });
    expect((await asPerson(OPERATOR, '/v1/operator/tenants/nobody/restore', {})).json).toMatchObject({
      code: 'unknown_tenant',
    });
  });
});
