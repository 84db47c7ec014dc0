// Rows that were kept before names were compared as Windows compares them, and before ids and serials were checked
// against the public lists, are looked at once, a slice at a time. Nothing that was sealed or signed is rewritten.
import { isPlaceholderSerial, isSharedId } from '../../schema/shared-ids.ts';
import { searchFold } from '../../schema/typed-text.ts';
import { isWindowsHostname, sameRefKey } from '../../schema/windows-names.ts';
import { schedule } from '../core/alarms.ts';
import { all } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { noteForSearch } from './search-lines.ts';
import { summarize } from './summaries.ts';

/** How many rows one alarm looks at; the next one takes the rest. */
const SLICE = 200;

type Place = [of: 'machines' | 'secrets', after: string];

/** Begins with the first one: a backup may have been made in the middle of a walk. In the caller's transaction. */
export function beginNames(storage: DurableObjectStorage, now: number): void {
  keepWalk(storage.sql, 'names', ['machines', '']);
  schedule(storage, 'names', now);
}

/** Looks at the next ones, and asks for the alarm again while there are more. In the caller's transaction. Idempotent. */
export function walkNames(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const walk = walkAt<Place>(sql, 'names');
  if (walk === null) return;
  const [of, after] = walk;
  const last = of === 'machines' ? lookAtMachines(sql, after, now) : nameSecrets(sql, after);
  const next: Place | null = last !== null ? [of, last] : of === 'machines' ? ['secrets', ''] : null;
  keepWalk(sql, 'names', next);
  if (next !== null) schedule(storage, 'names', now);
}

const lastOf = (rows: readonly { id: string }[]): string | null =>
  rows.length === SLICE ? (rows.at(-1)?.id ?? null) : null;

/** Removes placeholders for serials, flags the machines that need it, and makes each findable as searches work now. */
function lookAtMachines(sql: SqlStorage, after: string, now: number): string | null {
  const ids = all<{ id: string }>(sql, 'SELECT id FROM machines WHERE id > ? ORDER BY id LIMIT ?', after, SLICE);
  for (const { id } of ids) {
    const row = findRow(sql, id);
    if (!row) throw new Error('a machine is never deleted');
    const serial = row.serial !== null && isPlaceholderSerial(row.serial) ? null : row.serial;
    changeRow(sql, row, { ...row, serial });
    const isFolded = [row.hostname, serial, row.client].every(
      (text) => text === null || searchFold(text) === text.toLowerCase(),
    );
    if (serial !== row.serial || !isFolded) noteForSearch(sql, id);
    if (isSharedId(id) || (row.hostname !== '' && !isWindowsHostname(row.hostname))) summarize(sql, id, now);
  }
  return lastOf(ids);
}

function nameSecrets(sql: SqlStorage, after: string): string | null {
  const rows = all<{ id: string; ref: string }>(
    sql,
    'SELECT id, ref FROM secrets WHERE id > ? ORDER BY id LIMIT ?',
    after,
    SLICE,
  );
  sql.exec(
    'UPDATE secrets SET same = value->>1 FROM json_each(?) WHERE secrets.id = value->>0 AND same IS NULL',
    JSON.stringify(rows.map(({ id, ref }) => [id, sameRefKey(JSON.parse(ref))])),
  );
  return lastOf(rows);
}
