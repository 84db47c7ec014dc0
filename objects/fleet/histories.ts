// What a machine's attributes were before: each change with its instant, of all its ids, latest first, a page at a
// time. An attribute that goes to and fro between values is folded into one line for each value.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { AttributeChange, HistoryPage, HistoryQuery } from '../../schema/machine.ts';
import { all } from '../core/rows.ts';
import type { MachineRow } from './machine-row.ts';
import { changeRow, findRow } from './machine-rows.ts';

type ChangeRow = {
  machine_id: string;
  attribute: AttributeChange['attribute'];
  value: string | null;
  since_at: number;
  times: number;
  last_at: number | null;
};

/** How many of a machine's latest lines are looked at for the value that it has come back to. */
const LOOKED_AT = 60;

/**
 * True where an attribute has come back to a value that it had within a day, or at any time since several PCs report
 * under its id: that line says how often it came back and when it last did. No line is added. In the transaction that
 * describes the machine.
 */
export const cameBack = (
  sql: SqlStorage,
  machine: { id: string; cloned_at: number | null },
  { attribute, value }: Pick<AttributeChange, 'attribute' | 'value'>,
  at: number,
): boolean =>
  all(
    sql,
    `UPDATE machine_attributes SET times = times + 1, last_at = ?1 WHERE machine_id = ?2 AND attribute = ?3 AND since_at =
       (SELECT max(since_at) FROM
         (SELECT * FROM machine_attributes WHERE machine_id = ?2 ORDER BY since_at DESC, attribute DESC LIMIT ?5)
        WHERE attribute = ?3 AND value = ?4 AND coalesce(last_at, since_at) >= ?6) RETURNING since_at`,
    at,
    machine.id,
    attribute,
    value,
    LOOKED_AT,
    machine.cloned_at === null ? at - DAY_MS : 0,
  ).length > 0;

type Values = Partial<Record<AttributeChange['attribute'], string>>;

/** What a machine is said to be when it is described first, as its row keeps it: most are never described otherwise. */
export const firstSaid = (values: Values, at: number): string => JSON.stringify({ at, values });

/** The same as the lines of its history that it stands for. */
function firstLines({ id, first_said }: Pick<MachineRow, 'id' | 'first_said'>): ChangeRow[] {
  if (first_said === null) return [];
  const { at, values }: { at: number; values: Values } = JSON.parse(first_said);
  return (Object.keys(values) as AttributeChange['attribute'][]).map((attribute) => ({
    machine_id: id,
    attribute,
    value: values[attribute] ?? null,
    since_at: at,
    times: 1,
    last_at: null,
  }));
}

/** Makes rows of a machine's first description, before anything is added to its history. Answers the machine's row then. */
export function unfold(sql: SqlStorage, row: MachineRow): MachineRow {
  if (row.first_said === null) return row;
  sql.exec(
    `INSERT INTO machine_attributes (machine_id, attribute, since_at, value)
     SELECT ?, value->>0, value->>1, value->>2 FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING`,
    row.id,
    JSON.stringify(firstLines(row).map(({ attribute, since_at, value }) => [attribute, since_at, value])),
  );
  const after = { ...row, first_said: null };
  changeRow(sql, row, after);
  return after;
}

/** Each id is asked by itself, so that its key gives the latest without a sort. */
function changesFrom(sql: SqlStorage, machine: string, after: string | undefined, limit: number): ChangeRow[] {
  const [sinceAt = '', attribute = '', other = ''] = after?.split('/') ?? [];
  const row = findRow(sql, machine);
  const first = (row ? firstLines(row) : []).filter((line) => {
    if (after === undefined) return true;
    const way =
      line.since_at - Number(sinceAt) || (line.attribute < attribute ? -1 : line.attribute > attribute ? 1 : 0);
    return way < 0 || (way === 0 && machine < other);
  });
  const rows = all<ChangeRow>(
    sql,
    `SELECT machine_id, attribute, value, since_at, times, last_at FROM machine_attributes
     WHERE machine_id = ? ${after === undefined ? '' : `AND (since_at, attribute) ${machine < other ? '<=' : '<'} (?, ?)`}
     ORDER BY since_at DESC, attribute DESC LIMIT ?`,
    machine,
    ...(after === undefined ? [] : [Number(sinceAt), attribute]),
    limit,
  );
  return [...first, ...rows];
}

const latestFirst = (a: ChangeRow, b: ChangeRow): number =>
  b.since_at - a.since_at ||
  (a.attribute === b.attribute ? 0 : a.attribute < b.attribute ? 1 : -1) ||
  (a.machine_id < b.machine_id ? 1 : -1);

export function historyOf(sql: SqlStorage, machines: readonly string[], { after, limit }: HistoryQuery): HistoryPage {
  const rows = machines.flatMap((machine) => changesFrom(sql, machine, after, limit + 1)).sort(latestFirst);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    history: shown.map((row) => ({
      attribute: row.attribute,
      value: row.value,
      sinceAt: row.since_at,
      machine: row.machine_id,
      ...(row.last_at === null ? {} : { times: row.times, lastAt: row.last_at }),
    })),
    next: last ? `${last.since_at}/${last.attribute}/${last.machine_id}` : null,
  };
}
