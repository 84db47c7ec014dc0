// When a version was sealed, by our clock: stated by the header, shifted by the measured clock, checked against what we
// know. The alarm dates versions kept before this was asked, a slice at a time, and everything after a restore.

import { readSealed } from '../../schema/jwe.ts';
import { instantOf } from '../../schema/order.ts';
import type { SecretRef } from '../../schema/secret.ts';
import { isSystemVolume } from '../../schema/windows-names.ts';
import { schedule } from '../core/alarms.ts';
import { STANDS } from '../core/aside.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { summarizeAlone } from '../fleet/summaries.ts';

/** What a sealed secret's header says about its sealing; all null where it has no header, as with raw RSA-OAEP. */
export type Said = { iat: number | null; hostname: string | null };
export const NOTHING_SAID: Said = { iat: null, hostname: null };

/** When an escrow key was taken in: nothing is sealed to it before. */
const keyTakenAt = (sql: SqlStorage, kid: string): number =>
  remembered(
    sql,
    `key ${kid} taken in`,
    ['escrow_keys'],
    () => first<{ made_at: number }>(sql, 'SELECT made_at FROM escrow_keys WHERE kid = ?', kid)?.made_at ?? 0,
  );

/** Null: nobody can say. `kid`: of the key that it was first sealed to. */
export const sealedAt = (
  sql: SqlStorage,
  { iat, skewMs, receivedAt, kid }: { iat: number | null; skewMs: number | null; receivedAt: number; kid: string },
): number | null =>
  iat === null ? null : instantOf({ saidAt: iat * 1000, skewMs, receivedAt, notBefore: keyTakenAt(sql, kid) });

export const isSystemKey = (kind: string, ref: SecretRef): boolean =>
  kind === 'bitlocker_recovery_key' && 'volume' in ref && isSystemVolume(ref.volume);

/** Notes that a run has a key of its system volume: the run's own report may come later. */
export const noteRunKey = (
  sql: SqlStorage,
  { run, secret, version }: { run: string; secret: string; version: number },
): void => {
  sql.exec('INSERT INTO run_keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING', run, secret, version);
};

/** How many recovery keys of a machine are looked at for its latest. */
const KEYS_LOOKED_AT = 200;

/** When the latest of a machine's own system volume's keys was sealed, after versions were set aside or brought back. In the caller's transaction. */
export function redateSystemKey(sql: SqlStorage, machine: string): void {
  const keys = all<{ id: string; kind: string; ref: string }>(
    sql,
    `SELECT id, kind, ref FROM secrets INDEXED BY secrets_standing
     WHERE machine_id = ? AND standing = 1 AND kind = 'bitlocker_recovery_key' ORDER BY kind, ref LIMIT ?`,
    machine,
    KEYS_LOOKED_AT,
  ).filter(({ kind, ref }) => isSystemKey(kind, JSON.parse(ref)));
  const instants = keys.map(
    ({ id }) =>
      first<{ at: number | null }>(
        sql,
        `SELECT max(sealed_at) AS at FROM secret_versions INDEXED BY secret_versions_standing
         WHERE secret_id = ? AND ${STANDS}`,
        id,
      )?.at ?? 0,
  );
  const latestAt = instants.length > 0 ? Math.max(...instants) : null;
  sql.exec('UPDATE machines SET system_key_at = ? WHERE id = ?', latestAt, machine);
}

/** How many rows one alarm dates; the next one takes the rest. */
const SLICE = 200;

type Place = [of: 'versions', secret: string, version: number] | [of: 'machines', after: string];

/** Has everything dated by the alarm. In the caller's transaction. */
export function beginDating(storage: DurableObjectStorage, now: number): void {
  keepWalk(storage.sql, 'dating', ['versions', '', 0]);
  schedule(storage, 'dating', now);
}

/** Dates the next rows, and asks for the alarm again while there are more. In the caller's transaction. */
export function goOnDating(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const place = walkAt<Place>(sql, 'dating');
  if (place === null) return;
  const next = place[0] === 'versions' ? dateVersions(sql, place[1], place[2]) : sumUp(sql, place[1], now);
  keepWalk(sql, 'dating', next);
  if (next !== null) schedule(storage, 'dating', now);
}

type UndatedRow = {
  secret_id: string;
  version: number;
  sealed: string;
  bound: number;
  run_id: string | null;
  first_kid: string;
  skew_ms: number | null;
  escrowed_at: number;
  confirmed_at: number | null;
  aside: string | null;
  machine_id: string;
  kind: string;
  ref: string;
};

function dateVersions(sql: SqlStorage, secret: string, version: number): Place {
  const rows = all<UndatedRow>(
    sql,
    `SELECT secret_id, version, sealed, bound, run_id, first_kid, skew_ms, escrowed_at, confirmed_at, aside, machine_id, kind, ref
     FROM secret_versions CROSS JOIN secrets ON secrets.id = secret_id
     WHERE (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
    secret,
    version,
    SLICE,
  );
  for (const row of rows) {
    // A raw version says nothing about itself, even once it is re-sealed.
    const read = row.bound === 1 ? readSealed(row.sealed) : null;
    const { skew_ms: skewMs, escrowed_at: receivedAt, first_kid: kid } = row;
    const at = sealedAt(sql, { iat: read?.ok ? read.header.iat : null, skewMs, receivedAt, kid });
    sql.exec(
      'UPDATE secret_versions SET sealed_at = ?, hostname = coalesce(hostname, ?) WHERE secret_id = ? AND version = ?',
      at ?? row.confirmed_at,
      read?.ok ? (read.header.pc?.hostname ?? null) : null,
      row.secret_id,
      row.version,
    );
    if (isSystemKey(row.kind, JSON.parse(row.ref))) {
      if (row.run_id !== null) noteRunKey(sql, { run: row.run_id, secret: row.secret_id, version: row.version });
      if (row.aside !== null) continue;
      sql.exec(
        `UPDATE machines SET encrypted = 1, system_key_at = max(coalesce(system_key_at, ?2), ?2) WHERE id = ?1`,
        row.machine_id,
        at ?? 0,
      );
    }
  }
  const last = rows.length === SLICE ? rows.at(-1) : undefined;
  return last ? ['versions', last.secret_id, last.version] : ['machines', ''];
}

/** Brings the summary of each machine with dated versions up to date. */
function sumUp(sql: SqlStorage, after: string, now: number): Place | null {
  const rows = all<{ id: string }>(sql, 'SELECT id FROM machines WHERE id > ? ORDER BY id LIMIT ?', after, SLICE);
  for (const { id } of rows) {
    sql.exec("UPDATE machines SET encrypted = 1 WHERE id = ? AND attention LIKE '%no_recovery_key%'", id);
    summarizeAlone(sql, id, now);
  }
  const last = rows.length === SLICE ? rows.at(-1) : undefined;
  return last ? ['machines', last.id] : null;
}
