// The index outbox: changes that D1 has yet to follow. A change writes its own row, its audit entry and its outbox row
// in one transaction; D1, which is outside it, is written afterwards, by the alarm if need be for as long as it takes.
import { done, schedule } from '../core/alarms.ts';
import { logTrouble } from '../core/log.ts';
import { isRestoring } from '../core/restore-progress.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { within } from '../core/within.ts';
import { type RowOf, type What, WRITERS } from './index-rows.ts';

const RETRY_MS = 15_000;
const RETRY_MAX_MS = 600_000;
/** How long a person who waits for an answer waits for D1; if D1 is slower, the alarm goes on. */
export const ANSWER_MS = 5_000;

/** How many rows are written in one go; the next one, at once, takes the rest. */
const SLICE = 200;

type OutboxRow = { what: What; id: string; version: number; row: string; tries: number };

type Versioned = { id: string; version: number };

/** After how long an index that did not answer is asked again: 15 s, doubling to 10 min. Pure. */
export const retryDelay = (tries: number): number => Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(tries, 16));

/** Puts a row out for the index, in place of an older version of it. Call it in the transaction of the change. */
export function put<W extends What>(
  storage: DurableObjectStorage,
  what: W,
  row: RowOf<W> & Versioned,
  now: number,
): void {
  storage.sql.exec(
    `INSERT INTO outbox (what, id, version, row) VALUES (?, ?, ?, ?)
     ON CONFLICT (what, id) DO UPDATE SET version = excluded.version, row = excluded.row, tries = 0
     WHERE excluded.version > version`,
    what,
    row.id,
    row.version,
    JSON.stringify(row),
  );
  // If the object went away before it has written, the alarm would write.
  schedule(storage, 'index', now + RETRY_MS);
}

/** Whether this row is still on its way to the index. */
export const isOut = (sql: SqlStorage, what: What, id: string): boolean =>
  first(sql, 'SELECT 1 FROM outbox WHERE what = ? AND id = ?', what, id) !== null;

/**
 * How many rows wait for the index, and how often the worst of them was tried; at most a thousand rows are looked at.
 */
export const backlog = (sql: SqlStorage): { rows: number; triesMax: number } =>
  first<{ rows: number; triesMax: number }>(
    sql,
    'SELECT count(*) AS rows, coalesce(max(tries), 0) AS triesMax FROM (SELECT tries FROM outbox LIMIT 1000)',
  ) ?? { rows: 0, triesMax: 0 };

/** How many rows of a table are compared with the index at once; the absence of rows beyond that proves nothing. */
export const HELD_AGAINST_MAX = 5_000;

/** The versions of a table's rows that the index has been told: if it shows something else now, SQL has changed it. */
export const settled = (sql: SqlStorage, what: What, table: 'tokens' | 'people'): Map<string, number> =>
  new Map(
    all<{ id: string; version: number }>(
      sql,
      `SELECT id, version FROM (SELECT id, version FROM ${table} LIMIT ?) AS known
       WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE what = ? AND outbox.id = known.id)`,
      HELD_AGAINST_MAX,
      what,
    ).map((row) => [row.id, row.version]),
  );

type Place = [what: string, id: string];

/**
 * The next rows in the order of their key, beginning again after the last: one that is never accepted holds up no
 * other.
 */
function nextOut(sql: SqlStorage): OutboxRow[] {
  const after = walkAt<Place>(sql, 'index') ?? ['', ''];
  return all<OutboxRow>(
    sql,
    'SELECT * FROM outbox WHERE (what, id) > (?, ?) ORDER BY what, id LIMIT ?',
    ...after,
    SLICE,
  );
}

/**
 * Writes the waiting rows, each by itself, within one time limit for all, and says whether nothing is left. Never
 * throws: the alarm comes again. Once a backup is on its way in, it does nothing more: the waiting rows are then of
 * another time.
 */
export async function drain(
  storage: DurableObjectStorage,
  index: D1Database,
  tenant: string,
  answerMs = ANSWER_MS,
): Promise<boolean> {
  const { sql } = storage;
  const rows = nextOut(sql);
  const until = Date.now() + answerMs;
  let failed = false;
  for (const { what, id } of rows) {
    const left = until - Date.now();
    // An index that is slow for one row is slow for all: the caller does not have to wait for each.
    if (left <= 0) break;
    if (!(await write(storage, index, tenant, { what, id }, left))) failed = true;
  }
  return storage.transactionSync(() => {
    if (isRestoring(sql)) return false;
    const last = rows.length === SLICE ? rows.at(-1) : undefined;
    if (last || walkAt(sql, 'index') !== null) keepWalk(sql, 'index', last ? [last.what, last.id] : null);
    // The row that was tried least often, among those left after this go, decides when to try again.
    const next = first<{ tries: number | null }>(
      sql,
      'SELECT min(tries) AS tries FROM (SELECT tries FROM outbox LIMIT ?)',
      SLICE,
    )?.tries;
    done(storage, 'index');
    const atOnce = last !== undefined && !failed;
    if (next != null) schedule(storage, 'index', Date.now() + (atOnce ? 0 : retryDelay(Math.max(0, next - 1))));
    return next == null;
  });
}

/**
 * Writes one row, if it is still out. True: the index has confirmed it, now or before. A write that happened although
 * its answer was lost is repeated, to no effect.
 */
export async function write(
  storage: DurableObjectStorage,
  index: D1Database,
  tenant: string,
  { what, id }: { what: What; id: string },
  answerMs = ANSWER_MS,
): Promise<boolean> {
  const { sql } = storage;
  if (isRestoring(sql)) return false;
  const out = first<OutboxRow>(sql, 'SELECT * FROM outbox WHERE what = ? AND id = ?', what, id);
  if (!out) return true;
  try {
    const statements = WRITERS[what](index, tenant, { ...JSON.parse(out.row), id, version: out.version });
    await within(answerMs, index.batch(statements));
  } catch {
    if (!isRestoring(sql))
      sql.exec('UPDATE outbox SET tries = tries + 1 WHERE what = ? AND id = ? AND version = ?', what, id, out.version);
    logTrouble('index-unreachable', tenant);
    return false;
  }
  // A newer version that was put out meanwhile stays.
  if (!isRestoring(sql))
    sql.exec('DELETE FROM outbox WHERE what = ? AND id = ? AND version = ?', what, id, out.version);
  return true;
}

/** What the index says, or null where it does not answer: then the object decides on what it knows. */
export async function ask<T>(read: () => Promise<T>, answerMs = ANSWER_MS): Promise<T | null> {
  try {
    return await within(answerMs, read());
  } catch {
    return null;
  }
}
