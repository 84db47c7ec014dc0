// Ciphertexts in bulk: a permission, a budget and a record of their own. Serves pages for a health sweep or an export,
// and keeps what a sweep found.

import type {
  BulkPage,
  BulkPageRequest,
  BulkPurpose,
  Verified,
  VerifiedAnswer,
  VerifiedRequest,
} from '../../schema/bulk.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import type { Revealed } from '../../schema/secret.ts';
import { refKey } from '../../schema/secret-ref.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { pcOf, secretFactsOf } from '../fleet/secret-facts.ts';
import { countMarked, heldByKid } from '../keyring/held.ts';
import { beginSweep, findSweep, type Sweep, touchedNow } from '../keyring/sweeps.ts';
import { type RecordRow, recordOf, type SealedRecord } from './secrets.ts';

/** How many ciphertexts one admin may read in bulk a day, for whatever purpose: a rotation of the largest tenant, twice. */
export const BULK_READS_A_DAY = 200_000;

/**
 * Counts a bulk read against the person's budget of the day; refuses a read that would go beyond it. In the caller's
 * transaction.
 */
function spendBulkReads(sql: SqlStorage, person: string, ciphertexts: number, now: number): Refusal | null {
  const day = Math.floor(now / DAY_MS);
  const spent =
    first<{ ciphertexts: number }>(sql, 'SELECT ciphertexts FROM bulk_reads WHERE person = ? AND day = ?', person, day)
      ?.ciphertexts ?? 0;
  if (spent + ciphertexts > BULK_READS_A_DAY)
    return {
      ...refuse('bulk_budget_exceeded', `One person may read ${BULK_READS_A_DAY} ciphertexts in bulk a day.`),
      retryAfterSeconds: Math.max(1, Math.ceil((DAY_MS - (now % DAY_MS)) / 1000)),
    };
  sql.exec(
    `INSERT INTO bulk_reads VALUES (?, ?, ?)
     ON CONFLICT (person, day) DO UPDATE SET ciphertexts = ciphertexts + excluded.ciphertexts`,
    person,
    day,
    ciphertexts,
  );
  return null;
}

/** What one person has read in bulk, over all days. */
export const bulkReadsOf = (sql: SqlStorage, person: string): number =>
  first<{ read: number | null }>(sql, 'SELECT sum(ciphertexts) AS read FROM bulk_reads WHERE person = ?', person)
    ?.read ?? 0;

/** Every version, by secret and version, from after `after` on; those marked unopenable too. */
const pageOfAll = (sql: SqlStorage, { after, limit }: BulkPageRequest): SealedRecord[] =>
  all<RecordRow>(
    sql,
    `SELECT secret_versions.*, machine_id, kind, ref FROM secret_versions JOIN secrets ON secrets.id = secret_id
     WHERE (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
    after?.secret ?? '',
    after?.version ?? 0,
    limit,
  ).map(recordOf);

/** With what an export says about each beyond its own row: readers of the file have nobody to ask. */
const stood = (sql: SqlStorage, items: readonly SealedRecord[]): SealedRecord[] =>
  items.map((item) => {
    const pc = pcOf(sql, item.machine);
    const { goneAt } = secretFactsOf(sql, pc, { kind: item.kind, ref: refKey(item.ref) });
    const { run, version } = item.version;
    return { ...item, goneAt, pc: pc.told?.ofVersion({ secret: item.id, version, run }) ?? null };
  });

const versions = (sql: SqlStorage): number =>
  [...heldByKid(sql).values()].reduce((sum, { openable, unopenable }) => sum + openable + unopenable, 0);

/** Keeps what was found, and by which sweep; false where the version is no longer the one that was opened. */
const storeFinding = (
  sql: SqlStorage,
  { secret, version, kid, sha256, finding }: Verified,
  sweep: Sweep | null,
  at: number,
): boolean =>
  all(
    sql,
    `UPDATE secret_versions SET verified_at = ?, verified_kid = ?, finding = ?, verified_sweep = ?,
       touched_seq = coalesce(?, touched_seq)
     WHERE secret_id = ? AND version = ? AND kid = ? AND sha256 = ? RETURNING version`,
    at,
    kid,
    finding,
    sweep?.id ?? null,
    sweep ? null : touchedNow(sql),
    secret,
    version,
    kid,
    sha256,
  ).length === 1;

/**
 * Hands out ciphertexts in bulk: their ids go on record and their count off the budget, in one transaction, or nothing.
 */
export function handOut(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  purpose: BulkPurpose | 'rotation',
  items: readonly SealedRecord[],
  now: number,
): Revealed[] | Refusal {
  if (items.length === 0) return [];
  const { sql } = storage;
  return storage.transactionSync(() => {
    const refusal = spendBulkReads(sql, caller.principal.id, items.length, now);
    if (refusal) return refusal;
    const ids = items.map((item) => `${item.id}/${item.version.version}`).join(' ');
    const { seq } = record(sql, caller.tenant, caller, now, {
      action: 'secrets.read_in_bulk',
      subject: caller.tenant,
      detail: { purpose, count: items.length, ids },
    });
    return items.map((item) => ({ ...item, auditSeq: seq }));
  });
}

/** A page of everything, for a health sweep or an export. */
export function readPage(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  request: BulkPageRequest,
  now: number,
): BulkPage | Refusal {
  const { sweep, after } = request;
  if (sweep !== undefined && after === null && caller.principal.role === 'admin')
    storage.transactionSync(() => beginSweep(storage.sql, caller.principal, sweep, now));
  const page = pageOfAll(storage.sql, request);
  const items = handOut(
    storage,
    caller,
    request.purpose,
    request.purpose === 'export' ? stood(storage.sql, page) : page,
    now,
  );
  return isRefusal(items) ? items : { items, total: versions(storage.sql) };
}

/**
 * A version that was marked as opened by nothing does open: the mark was wrong, and goes. In the caller's transaction.
 */
function healed(sql: SqlStorage, caller: Caller<Person>, { secret, version, kid }: Verified, now: number): void {
  const marked = all(
    sql,
    'UPDATE secret_versions SET unopenable = 0 WHERE secret_id = ? AND version = ? AND unopenable = 1 RETURNING version',
    secret,
    version,
  );
  if (marked.length === 0) return;
  countMarked(sql, kid, false);
  record(sql, caller.tenant, caller, now, {
    action: 'secret.marked_openable',
    subject: secret,
    detail: { version, kid },
  });
}

/** Keeps a sweep's finding about each version, and puts the ids of unsound ones on record. */
export function takeFindings(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { items, sweep: id }: VerifiedRequest,
  now: number,
): VerifiedAnswer {
  const { sql } = storage;
  return storage.transactionSync(() => {
    // Under another sweep's id, or none, a finding could be anybody's word, and a sweep that a destruction rests on
    // begins anew after it.
    const sweep = findSweep(sql, caller.principal, id);
    const kept = items.filter((item) => storeFinding(sql, item, sweep, now));
    for (const item of kept) if (item.finding !== 'does_not_open') healed(sql, caller, item, now);
    const unsound = kept.filter((item) => item.finding !== 'sound');
    if (kept.length > 0)
      record(sql, caller.tenant, caller, now, {
        action: 'secrets.verified',
        subject: caller.tenant,
        detail: {
          count: kept.length,
          unsound: unsound.map(({ secret, version, finding }) => `${secret}/${version} ${finding}`).join(', '),
        },
      });
    return { kept: kept.length, passedOver: items.length - kept.length };
  });
}
