// Versions sealed to a key that went when a change was taken back are put back a slice at a time, on record, and all of
// them in the end.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Problem } from '../../schema/problem.ts';
import {
  asPerson,
  bindings,
  emailOf,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
  writeNext,
} from '../../test/workerd-fixtures.ts';
import { requireHead } from '../audit/audit.ts';
import { all } from '../core/rows.ts';
import { lookAt, stillUnproven } from '../keyring/sweeps.ts';

const ADMIN = emailOf('admin');
const GONE = 'w'.repeat(43);
let tenant: TestTenant & { keyring: TestKeyring };

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const stub = () => bindings.TENANT.getByName(tenant.id);
const inObject = <T>(use: (sql: SqlStorage) => T | Promise<T>): Promise<T> =>
  runInDurableObject(stub(), (_object, { storage }) => use(storage.sql)) as Promise<T>;
const auditOf = async (action: string) =>
  (await asPerson<AuditPage>(ADMIN, at(`audit?limit=500&action=${action}`))).json.entries;

/**
 * This many secrets that somebody has re-sealed to a key of theirs; for every ninth nothing is kept that still opens.
 */
const resealedToGone = (rows: number) =>
  inObject((sql) => {
    const many = (statement: string) =>
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) ${statement.replaceAll('@id', "printf('%08x-0000-4000-8000-%012x', i, i)")}`,
        rows,
      );
    many(
      `INSERT INTO secrets (id, machine_id, kind, ref, latest_version) SELECT @id, @id, 'other', '{"label":"x"}', 1 FROM n`,
    );
    many(`INSERT INTO secret_versions (secret_id, version, eid, format, bound, kid, sealed, sha256, first_kid, first_sha256,
        escrowed_at, audit_seq, audit_hash)
      SELECT @id, 1, 'e' || i, 'jwe', 1, '${GONE}', 'theirs', 't' || i, '${GONE}', 't', 1, 1, 'h' FROM n`);
    many(
      `INSERT INTO replaced SELECT '${tenant.keyring.kid}', @id, 1, 'o' || i, 'jwe', 'ours', 1, 0 FROM n WHERE i % 9 > 0`,
    );
    sql.exec('INSERT INTO held VALUES (?, ?, 0)', GONE, rows);
  });

const counts = () =>
  inObject((sql) => ({
    ours: all(sql, "SELECT 1 FROM secret_versions WHERE sealed = 'ours'").length,
    closed: all(sql, 'SELECT 1 FROM secret_versions WHERE kid = ? AND unopenable = 1', GONE).length,
    open: all(sql, 'SELECT 1 FROM secret_versions WHERE kid = ? AND unopenable = 0', GONE).length,
    held: all(sql, 'SELECT openable, unopenable FROM held WHERE kid = ?', GONE)[0],
  }));

async function takeBack(): Promise<void> {
  await writeNext(tenant.id, { ...tenant.keyring }, () => {});
  const { changes, version } = (await asPerson<Keyring>(ADMIN, at('keyring'))).json;
  const body = { change: changes?.at(-1)?.change, version, reason: 'theirs' };
  expect((await asPerson<Problem>(ADMIN, at('keyring/undo'), body)).status).toBe(200);
}

beforeEach(async () => {
  tenant = await seedReadyTenant();
});

describe('secrets under a key that went', () => {
  it('are put back two hundred a turn, each turn on record, and what cannot be is given up', async () => {
    await resealedToGone(900);
    await takeBack();
    const [undone] = await auditOf('keyring.undone');
    expect(undone?.detail).toMatchObject({ secretsMore: true });
    expect(Number(undone?.detail.secretsPutBack) + Number(undone?.detail.secretsClosed)).toBe(200);
    for (let turn = 0; turn < 5; turn++) await runDurableObjectAlarm(stub());
    expect(await counts()).toEqual({ ours: 800, closed: 100, open: 0, held: { openable: 0, unopenable: 100 } });
    const later = await auditOf('secrets.put_back');
    expect(later.map(({ principal }) => principal.kind)).toEqual(later.map(() => 'system'));
    const sum = (name: string) => later.reduce((total, { detail }) => total + Number(detail[name]), 0);
    expect(sum('putBack') + Number(undone?.detail.secretsPutBack)).toBe(800);
    expect(sum('closed') + Number(undone?.detail.secretsClosed)).toBe(100);
  });

  it('few as they are, are put back with the change itself', async () => {
    await resealedToGone(9);
    await takeBack();
    expect(await counts()).toMatchObject({ ours: 8, closed: 1, open: 0 });
    expect((await auditOf('keyring.undone'))[0]?.detail).not.toHaveProperty('secretsMore');
  });
});

describe('a look at what may be lost with a key', () => {
  const SWEEP = crypto.randomUUID();
  /** All of a key's versions, re-sealed from it and opened by the admin's own sweep. */
  const opened = async () => {
    await resealedToGone(4_500);
    await inObject((sql) => {
      sql.exec("INSERT INTO sweeps VALUES ('u0', ?, ?, 1)", SWEEP, requireHead(sql).seq);
      sql.exec("UPDATE secret_versions SET verified_sweep = ?, finding = 'sound'", SWEEP);
    });
  };
  const look = () => inObject((sql) => lookAt(sql, [tenant.keyring.kid], { id: 'u0' }, SWEEP));

  it('finds the one version among thousands that the sweep has not opened', async () => {
    await opened();
    expect((await look()).unproven.get(tenant.keyring.kid)).toBe(0);
    await inObject((sql) => sql.exec("UPDATE secret_versions SET finding = 'does_not_open' WHERE eid = 'e4000'"));
    expect((await look()).unproven.get(tenant.keyring.kid)).toBe(1);
  });

  it('holds only until somebody touches a secret: what is decided on must not be older than what it is decided about', async () => {
    await opened();
    const looked = await look();
    const still = () => inObject((sql) => stillUnproven(sql, tenant.keyring.kid, looked));
    expect(await still()).toBe(0);
    await asPerson(ADMIN, at('settings'), { allowRawRsaOaep: true });
    expect(await still()).toBe(0);
    const found = { version: 1, kid: GONE, sha256: 'a'.repeat(64), finding: 'does_not_open' };
    await inObject((sql) => sql.exec("UPDATE secret_versions SET sha256 = ? WHERE eid = 'e8'", found.sha256));
    const secret = '00000008-0000-4000-8000-000000000008';
    const { status } = await asPerson(ADMIN, at('ciphertexts/findings'), { items: [{ ...found, secret }] });
    expect(status).toBe(200);
    expect(await still()).toBe(1);
  });
});
