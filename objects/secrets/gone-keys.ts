// Versions sealed to a key that the keyring no longer has, once a change was taken back: if one was re-sealed from a
// version under a key that it has, that version is put back; the rest were sealed to nobody's key, or to one that only
// redoing the change brings back. Those are marked, kept, and healed by a sweep that opens them. A slice at a time, on
// record.

import { record } from '../audit/audit.ts';
import { schedule } from '../core/alarms.ts';
import { SYSTEM } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { findReplaced } from '../keyring/replaced.ts';
import { markUnopenable, putBack } from './rotation.ts';
import { findVersion } from './secrets.ts';

/** How many versions one turn settles; the next one takes the rest. */
const SLICE = 200;

/** Keys in their order; for each, the versions that are marked already come first. */
type Place = { kid: string; marked: 0 | 1; secret: string; version: number };
const FIRST: Place = { kid: '', marked: 1, secret: '', version: 0 };
export type Settled = { putBack: number; closed: number };

/**
 * The next key from this one on that something is sealed to and that the keyring no longer has. There are as many rows
 * as there ever were keys.
 */
const goneFrom = (sql: SqlStorage, kid: string): string | null =>
  first<{ kid: string }>(
    sql,
    `SELECT kid FROM held WHERE kid >= ? AND openable + unopenable > 0
       AND NOT EXISTS (SELECT 1 FROM escrow_keys WHERE escrow_keys.kid = held.kid) ORDER BY kid LIMIT 1`,
    kid,
  )?.kid ?? null;

/** Puts one back, or marks it. If it is no longer there, or no longer under that key, somebody else has seen to it. */
function settle(sql: SqlStorage, secret: string, version: number, now: number): keyof Settled | null {
  const row = findVersion(sql, secret, version);
  if (!row) return null;
  const before = findReplaced(sql, { secret, version });
  if (before && first(sql, 'SELECT 1 FROM escrow_keys WHERE kid = ? AND sealed IS NOT NULL', before.kid)) {
    putBack(sql, row, before, now);
    return 'putBack';
  }
  if (row.unopenable === 0) markUnopenable(sql, row);
  return 'closed';
}

/** Settles the next versions from a place on. Answers where it goes on, null at the end. In the caller's transaction. */
function settleFrom(sql: SqlStorage, from: Place, now: number): { settled: Settled; next: Place | null } {
  const settled: Settled = { putBack: 0, closed: 0 };
  let place = from;
  for (let left = SLICE; left > 0; ) {
    const kid = goneFrom(sql, place.kid);
    if (kid === null) return { settled, next: null };
    if (kid !== place.kid) place = { ...FIRST, kid };
    const rows = all<{ secret_id: string; version: number }>(
      sql,
      `SELECT secret_id, version FROM secret_versions INDEXED BY secret_versions_by_kid
       WHERE kid = ? AND unopenable = ? AND (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
      kid,
      place.marked,
      place.secret,
      place.version,
      left,
    );
    for (const { secret_id: secret, version } of rows) {
      const how = settle(sql, secret, version, now);
      if (how !== null) settled[how] += 1;
    }
    const last = rows.at(-1);
    if (rows.length === left && last)
      return { settled, next: { ...place, secret: last.secret_id, version: last.version } };
    left -= rows.length;
    // Sorts after every kid: no character of one is greater.
    place = place.marked === 1 ? { ...FIRST, kid, marked: 0 } : { ...FIRST, kid: `${kid}~` };
  }
  return { settled, next: place };
}

/** Begins, in the transaction of the change that was taken back: anything beyond one slice is for the alarm. */
export function beginSettling(storage: DurableObjectStorage, now: number): Settled & { more: boolean } {
  const { sql } = storage;
  const { settled, next } = settleFrom(sql, FIRST, now);
  keepWalk(sql, 'gone_keys', next);
  if (next !== null) schedule(storage, 'gone_keys', now);
  return { ...settled, more: next !== null };
}

/** After a restore: the walk of the object that was lost is in no backup. In the caller's transaction. */
export function settleAgain(storage: DurableObjectStorage, now: number): void {
  keepWalk(storage.sql, 'gone_keys', FIRST);
  schedule(storage, 'gone_keys', now);
}

/** Goes on by the alarm. In the caller's transaction. */
export function goOnSettling(storage: DurableObjectStorage, tenant: string, now: number): void {
  const { sql } = storage;
  const place = walkAt<Place>(sql, 'gone_keys');
  if (place === null) return;
  const { settled, next } = settleFrom(sql, place, now);
  keepWalk(sql, 'gone_keys', next);
  if (next !== null) schedule(storage, 'gone_keys', now);
  if (settled.putBack + settled.closed > 0)
    record(sql, tenant, SYSTEM, now, { action: 'secrets.put_back', subject: tenant, detail: { ...settled } });
}
