// What is searched: an FTS5 trigram table beside the rows, a line a machine and one a recovery key. It can be made anew from them at any
// time, a slice at a time, as after a restore: a backup leaves it out.
import { searchFold } from '../../schema/typed-text.ts';
import { schedule } from '../core/alarms.ts';
import { forget, remember, remembered, writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { changeRow, findRow } from './machine-rows.ts';

/** How many lines one alarm makes; the next one takes the rest. */
const SLICE = 500;

/** The number of a new line: beyond all lines there are, and beyond those that are still to be made anew. */
const nextLine = (sql: SqlStorage): number =>
  remembered(
    sql,
    NEXT_LINE,
    LINES,
    () =>
      Math.max(
        first<{ rowid: number }>(sql, 'SELECT rowid FROM search ORDER BY rowid DESC LIMIT 1')?.rowid ?? 0,
        first<{ place: number }>(sql, 'SELECT place FROM search_floor')?.place ?? 0,
      ) + 1,
  );

const NEXT_LINE = 'next line of the search';
const LINES = ['search', 'search_floor'] as const;

type Place = [of: 'machines' | 'keys', after: string];

/** Whether a walk that is under way has yet to make the line of this row. */
function isAhead(sql: SqlStorage, of: Place[0], id: string): boolean {
  const walk = walkAt<Place>(sql, 'search');
  if (walk === null) return false;
  return walk[0] === of ? id > walk[1] : of === 'keys';
}

/** Brings a machine's line up to date with its row. In the transaction that changed it. */
export function noteForSearch(sql: SqlStorage, id: string): void {
  const row = findRow(sql, id);
  if (!row) throw new Error('a machine is enrolled before it is searched');
  const { place: known } = row;
  if (known !== null) {
    const [, , ...searched] = lineOf({ ...row, place: known });
    writeRow(sql, 'search', () =>
      sql.exec('UPDATE search SET hostname = ?, serial = ?, client = ? WHERE rowid = ?', ...searched, known),
    );
    return;
  }
  const place = nextLine(sql);
  changeRow(sql, row, { ...row, place });
  if (isAhead(sql, 'machines', id)) {
    // Its line is still to be made: nobody else is to have its number.
    sql.exec('UPDATE search_floor SET place = max(place, ?)', place);
    return;
  }
  putMachines(sql, [lineOf({ ...row, place })]);
  remember(sql, NEXT_LINE, LINES, place + 1);
}

/** Lets a recovery key be found by its id. A protector's id never changes: its line is written once. In the transaction that stored it. */
export function noteKeyForSearch(sql: SqlStorage, secret: string): void {
  if (!isAhead(sql, 'keys', secret)) fillKeys(sql, [secret]);
}

/** Has the alarm make all lines anew; `floor`: the highest place of a machine. In the caller's transaction. */
export function beginFilling(storage: DurableObjectStorage, floor: number, now: number): void {
  const { sql } = storage;
  sql.exec('DELETE FROM search_floor');
  sql.exec('INSERT INTO search_floor VALUES (?)', floor);
  keepWalk(sql, 'search', ['machines', '']);
  schedule(storage, 'search', now);
}

/** Makes the next lines, and asks for the alarm again while there are more. In the caller's transaction. */
export function fillSearch(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const walk = walkAt<Place>(sql, 'search');
  if (walk === null) return;
  const [of, after] = walk;
  const ids = all<{ id: string }>(
    sql,
    `SELECT id FROM ${WALKED[of]} WHERE id > ? ORDER BY id LIMIT ?`,
    after,
    SLICE,
  ).map((row) => row.id);
  if (of === 'machines') fillMachines(sql, ids);
  else fillKeys(sql, ids);
  const last = ids.length === SLICE ? ids.at(-1) : undefined;
  const next: Place | null = last !== undefined ? [of, last] : of === 'machines' ? ['keys', ''] : null;
  keepWalk(sql, 'search', next);
  if (next !== null) schedule(storage, 'search', now);
}

const WALKED = { machines: 'machines', keys: 'secrets' } as const satisfies Record<Place[0], string>;

type MachineLine = [place: number, id: string, hostname: string, serial: string | null, client: string | null];
type Searched = { place: number; id: string; hostname: string; serial: string | null; client: string | null };

const folded = (text: string | null): string | null => (text === null ? null : searchFold(text));

/** A machine's line, folded as a search is. */
const lineOf = ({ place, id, hostname, serial, client }: Searched): MachineLine => [
  place,
  id,
  searchFold(hostname),
  folded(serial),
  folded(client),
];

/** The lines of those that have a place. */
const linesOf = (sql: SqlStorage, ids: readonly string[]): MachineLine[] =>
  all<Searched>(
    sql,
    `SELECT place, machines.id, hostname, serial, client FROM json_each(?) CROSS JOIN machines ON machines.id = value
     WHERE place IS NOT NULL`,
    JSON.stringify(ids),
  ).map(lineOf);

/** Each is to have its place already; the caller says what the next line is. */
const putMachines = (sql: SqlStorage, lines: readonly MachineLine[]): void => {
  writeRow(sql, 'search', () =>
    sql.exec(
      `INSERT INTO search (rowid, machine, hostname, serial, client)
       SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)`,
      JSON.stringify(lines),
    ),
  );
};

function fillMachines(sql: SqlStorage, ids: readonly string[]): void {
  putMachines(sql, linesOf(sql, ids));
  forget(sql, NEXT_LINE);
}

function fillKeys(sql: SqlStorage, ids: readonly string[]): void {
  const next = nextLine(sql);
  writeRow(sql, 'search', () =>
    sql.exec(
      `INSERT INTO search (rowid, machine, keys)
       SELECT ? + row_number() OVER (), machine_id, ref->>'$.protectorId'
       FROM json_each(?) CROSS JOIN secrets ON secrets.id = value WHERE kind = 'bitlocker_recovery_key'`,
      next - 1,
      JSON.stringify(ids),
    ),
  );
  // No fewer than there are: a number that is left out does no harm.
  remember(sql, NEXT_LINE, LINES, next + ids.length);
}
