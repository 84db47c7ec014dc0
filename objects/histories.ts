// What a machine's attributes were before: each change with its instant, of all its ids, latest first, a page at a time.
import type { AttributeChange, HistoryPage, HistoryQuery } from '../schema/machine.ts';
import { all } from './rows.ts';

type ChangeRow = {
  machine_id: string;
  attribute: AttributeChange['attribute'];
  value: string | null;
  since_at: number;
};

/** Each id is asked by itself, so that its key gives the latest without a sort. */
function changesFrom(sql: SqlStorage, machine: string, after: string | undefined, limit: number): ChangeRow[] {
  const [sinceAt = '', attribute = '', other = ''] = after?.split('/') ?? [];
  return all<ChangeRow>(
    sql,
    `SELECT machine_id, attribute, value, since_at FROM machine_attributes
     WHERE machine_id = ? ${after === undefined ? '' : `AND (since_at, attribute) ${machine < other ? '<=' : '<'} (?, ?)`}
     ORDER BY since_at DESC, attribute DESC LIMIT ?`,
    machine,
    ...(after === undefined ? [] : [Number(sinceAt), attribute]),
    limit,
  );
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
    })),
    next: last ? `${last.since_at}/${last.attribute}/${last.machine_id}` : null,
  };
}
