// Rotation: hands out versions sealed to an older key, takes them back under the active one by compare-and-swap, and
// marks those that no key opens. The replaced ciphertext stays until its key is destroyed. Nothing here opens one.
import { readSealed } from '../../schema/jwe.ts';
import { isRefusal, notSealed, type Refusal, refuse } from '../../schema/refusal.ts';
import type {
  Marked,
  MarkUnopenable,
  ResealAnswer,
  Resealed,
  ResealRequest,
  Restored,
  RestoreReplaced,
  RotationPage,
  RotationPageRequest,
} from '../../schema/rotation.ts';
import { refKey } from '../../schema/secret-ref.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, sha256 } from '../core/rows.ts';
import { addHeld, countMarked, heldByKid } from '../keyring/held.ts';
import { noTenantKey, outline } from '../keyring/keyring.ts';
import { dropReplaced, findReplaced, keepReplaced, type ReplacedRow } from '../keyring/replaced.ts';
import { touchedNow } from '../keyring/sweeps.ts';
import { handOut } from './bulk.ts';
import { findVersion, type RecordRow, recordOf, type SealedRecord } from './secrets.ts';

/**
 * The next versions under any key but the active one, by secret and version, from after `after` on. Each key is asked
 * by itself, so that its index gives the next without walking those that are re-sealed already.
 */
function pageToReseal(sql: SqlStorage, activeKid: string, { after, limit }: RotationPageRequest): SealedRecord[] {
  const left = [...heldByKid(sql)].filter(([kid, { openable }]) => kid !== activeKid && openable > 0);
  return left
    .flatMap(([kid]) =>
      all<{ secret_id: string; version: number }>(
        sql,
        `SELECT secret_id, version FROM secret_versions INDEXED BY secret_versions_by_kid
         WHERE kid = ? AND unopenable = 0 AND (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
        kid,
        after?.secret ?? '',
        after?.version ?? 0,
        limit,
      ),
    )
    .sort((a, b) => (a.secret_id === b.secret_id ? a.version - b.version : a.secret_id < b.secret_id ? -1 : 1))
    .slice(0, limit)
    .flatMap(({ secret_id, version }) => findVersion(sql, secret_id, version) ?? [])
    .map(recordOf);
}

export type ResealDecision = Refusal | 'swap' | 'pass_over';

/**
 * Decides on one re-sealed version. Pure. Its header must equal the old one in everything that binds, name the active
 * kid and the SHA-256 of what it replaces, and stay unbound if it was. A version that somebody else has re-sealed
 * meanwhile is passed over.
 */
export function decideReseal(tenant: string, activeKid: string, row: RecordRow | null, item: Resealed): ResealDecision {
  if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
  // Under the active key there is nothing to re-seal: a person who has the role alone could put garbage in the place of
  // every secret.
  if (row.kid === activeKid || row.kid !== item.fromKid || row.sha256 !== item.fromSha256) return 'pass_over';
  const read = readSealed(item.sealed);
  if (!read.ok) return notSealed(read);
  const { header } = read;
  // The record says what a raw ciphertext had no header for.
  const old = row.format === 'jwe' ? readSealed(row.sealed) : null;
  const iat = old?.ok ? old.header.iat : Math.floor(row.escrowed_at / 1000);
  const pc = old?.ok ? old.header.pc : undefined;
  const same: [string, boolean][] = [
    ['tenant', header.tenant === tenant],
    ['machine', header.machine === row.machine_id],
    ['run', header.run === row.run_id],
    ['by', (header.by ?? null) === row.sealed_by],
    ['kind', header.kind === row.kind],
    ['eid', header.eid === row.eid],
    // Spelled as it was sealed, or, for a raw one, as its secret has it.
    ['ref', refKey(header.ref) === (old?.ok ? refKey(old.header.ref) : row.ref) || refKey(header.ref) === row.ref],
    ['kid', header.kid === activeKid],
    ['iat', header.iat === iat],
    ['pc', header.pc?.hostname === pc?.hostname && header.pc?.serial === pc?.serial],
    ['src', header.src === row.sha256],
    ['bound', (header.bound ?? true) === (row.bound === 1)],
  ];
  const differing = same.filter(([, equal]) => !equal).map(([field]) => field);
  return differing.length === 0
    ? 'swap'
    : refuse('header_mismatch', `The re-sealed header must keep its place: ${differing.join(', ')}.`);
}

/** Swaps the ciphertext of one version, keeping the one before. In the caller's transaction. */
function swap(sql: SqlStorage, row: RecordRow, activeKid: string, sealed: string, at: number): void {
  keepReplaced(sql, row, at);
  place(sql, row, { kid: activeKid, format: 'jwe', sealed, sha256: sha256(sealed) });
}

/** Puts a ciphertext in a version's place; findings about the previous one say nothing about this one. */
function place(
  sql: SqlStorage,
  row: RecordRow,
  { kid, format, sealed, sha256 }: Pick<ReplacedRow, 'kid' | 'format' | 'sealed' | 'sha256'>,
): void {
  sql.exec(
    `UPDATE secret_versions SET kid = ?, format = ?, sealed = ?, sha256 = ?, unopenable = 0, verified_at = NULL,
       verified_kid = NULL, verified_sweep = NULL, finding = NULL, touched_seq = ? WHERE secret_id = ? AND version = ?`,
    kid,
    format,
    sealed,
    sha256,
    touchedNow(sql),
    row.secret_id,
    row.version,
  );
  const marked = row.unopenable === 1;
  addHeld(sql, row.kid, { openable: marked ? 0 : -1, unopenable: marked ? -1 : 0 });
  addHeld(sql, kid, { openable: 1, unopenable: 0 });
}

/** Marks a version that no held key opens: it blocks no longer, and its ciphertext is kept for ever. */
export const markUnopenable = (sql: SqlStorage, row: RecordRow): void => {
  sql.exec(
    'UPDATE secret_versions SET unopenable = 1, touched_seq = ? WHERE secret_id = ? AND version = ?',
    touchedNow(sql),
    row.secret_id,
    row.version,
  );
  countMarked(sql, row.kid, true);
};

/** How many versions can be opened at all, and how many of them wait for the active key. */
export function progress(sql: SqlStorage, activeKid: string): { total: number; remaining: number } {
  const held = [...heldByKid(sql)];
  const sum = (counted: typeof held) => counted.reduce((total, [, { openable }]) => total + openable, 0);
  return { total: sum(held), remaining: sum(held.filter(([kid]) => kid !== activeKid)) };
}

/** The next page to re-seal: its ids go on record and its count off the budget, or nothing is handed out. */
export function readPage(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  request: RotationPageRequest,
  now: number,
): RotationPage | Refusal {
  const keys = outline(storage.sql);
  if (!keys) return noTenantKey();
  const { activeKid } = keys;
  const items = handOut(storage, caller, 'rotation', pageToReseal(storage.sql, activeKid, request), now);
  return isRefusal(items) ? items : { activeKid, items };
}

/**
 * Takes a page back under the active key: the whole page is swapped in one transaction, or its first fault refuses it.
 */
export function takePage(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { items }: ResealRequest,
  now: number,
): ResealAnswer | Refusal {
  const { sql } = storage;
  const keys = outline(sql);
  if (!keys) return noTenantKey();
  const { activeKid } = keys;
  const swaps: (() => void)[] = [];
  const ids: string[] = [];
  for (const item of items) {
    const row = findVersion(sql, item.secret, item.version);
    const decision = decideReseal(caller.tenant, activeKid, row, item);
    if (isRefusal(decision)) return decision;
    if (decision === 'pass_over' || !row) continue;
    if (ids.includes(`${item.secret}/${item.version}`))
      return refuse('invalid_body', 'items: every version may be sent once.');
    ids.push(`${item.secret}/${item.version}`);
    swaps.push(() => swap(sql, row, activeKid, item.sealed, now));
  }
  return storage.transactionSync(() => {
    for (const one of swaps) one();
    if (ids.length > 0)
      record(sql, caller.tenant, caller, now, {
        action: 'secrets.resealed',
        subject: activeKid,
        detail: { count: ids.length, ids: ids.join(' ') },
      });
    return { resealed: ids.length, passedOver: items.length - ids.length };
  });
}

/** Puts one that was replaced back in its place, and keeps what stood there. In the caller's transaction. */
export function putBack(sql: SqlStorage, row: RecordRow, before: ReplacedRow, now: number): void {
  keepReplaced(sql, row, now, true);
  dropReplaced(sql, before);
  place(sql, row, before);
}

/**
 * Puts back what a version was before it was re-sealed, if the re-sealed one does not open. The one that stood in its
 * place is kept too.
 */
export function restore(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { secret, version, reason, sha256 }: RestoreReplaced,
  now: number,
): Restored | Refusal {
  const { sql } = storage;
  const row = findVersion(sql, secret, version);
  if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
  const before = findReplaced(sql, { secret, version, sha256 });
  if (!before)
    return refuse('nothing_replaced', 'No such ciphertext is kept of this version, or its key was destroyed.');
  return storage.transactionSync(() => {
    putBack(sql, row, before, now);
    record(sql, caller.tenant, caller, now, {
      action: 'secret.restored',
      subject: secret,
      detail: { version, kid: before.kid, sha256: before.sha256, instead: row.sha256, reason },
    });
    return { secret, version, kid: before.kid };
  });
}

/** An admin's word that no held key opens a version, which a browser that held them has found. */
export function giveUp(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { secret, version, reason }: MarkUnopenable,
  now: number,
): Marked | Refusal {
  const { sql } = storage;
  const row = findVersion(sql, secret, version);
  if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
  if (row.unopenable === 1) return { secret, version };
  // Only for versions that a rotation could not take along: otherwise one slip would leave a good secret behind when
  // its key is destroyed.
  if (row.kid === outline(sql)?.activeKid)
    return refuse('not_left_behind', 'This version is under the active key; there is nothing to mark.');
  if (row.finding !== 'does_not_open')
    return refuse('not_left_behind', 'Have a browser with the keys find first that this version does not open.');
  return storage.transactionSync(() => {
    markUnopenable(sql, row);
    record(sql, caller.tenant, caller, now, {
      action: 'secret.marked_unopenable',
      subject: secret,
      detail: { version, kid: row.kid, sha256: row.sha256, reason },
    });
    return { secret, version };
  });
}
