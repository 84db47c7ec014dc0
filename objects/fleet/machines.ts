// Machines: enrolment, attributes with their history, the row that the fleet list reads. Never deleted.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { Attention, AttributeChange, Machine, Mark } from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { ReportedMachine } from '../../schema/report.ts';
import { isOther, realFacts } from '../../schema/same-pc.ts';
import { record } from '../audit/audit.ts';
import { IS_ASIDE } from '../core/aside.ts';
import type { Caller } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { dayOf, decideCount, readLimits } from '../limits/limits.ts';
import { type MachineDay, machineDay } from '../limits/machine-day.ts';
import { noteNear } from '../limits/nears.ts';
import { usesOf } from '../limits/token-uses.ts';
import { mergedInto, withAliases } from './aliases.ts';
import { type Clone, cloneOf } from './clones.ts';
import { add } from './counters.ts';
import { recount } from './counts.ts';
import { cameBack, firstSaid, historyOf, unfold } from './histories.ts';
import { nothingOf } from './id-facts.ts';
import type { MachineRow } from './machine-row.ts';
import { addRow, changeRow, findRow, machineExists, newRow } from './machine-rows.ts';
import { claimantOf } from './occurrences.ts';
import { noteForSearch } from './search-lines.ts';
import { shown } from './shown.ts';

/** Where each attribute is kept. */
const COLUMN_OF = {
  hostname: 'hostname',
  serial: 'serial',
  manufacturer: 'manufacturer',
  model: 'model',
  osVersion: 'os_version',
  client: 'client',
} as const satisfies Record<AttributeChange['attribute'], keyof MachineRow>;
type Attribute = keyof typeof COLUMN_OF;
export const ATTRIBUTES = Object.entries(COLUMN_OF) as [Attribute, (typeof COLUMN_OF)[Attribute]][];
/** What a machine's page shows of its history before somebody asks for more. */
const HISTORY_SHOWN = 100;
const SEARCHED = ['hostname', 'serial', 'client'];

/**
 * A machine as its page shows it: the history of ids merged into it belongs to its own, each line under the id it came
 * from.
 */
export function findMachine(sql: SqlStorage, id: string): Machine | null {
  const row = findRow(sql, id);
  if (!row) return null;
  const pcIds = withAliases(sql, id);
  // If none of a PC's hundred ids is flagged, none is looked at.
  const clone = 'cloned' in occurrencesIn(row) ? cloneOf(sql, pcIds) : null;
  const { history, next } = historyOf(sql, pcIds, { limit: HISTORY_SHOWN });
  return {
    ...shown(sql, row),
    archivedAt: row.archived_at,
    archivedBy: row.archived_by,
    mergedInto: row.merged_into,
    marks: marksOf(sql, row, pcIds),
    clonedBy: clone?.cloned_by ?? null,
    split: clone === null ? null : splitOf(clone),
    someAside: isSomeAside(sql, pcIds),
    merged: mergedInto(sql, id),
    history: history.reverse(),
    historyNext: next,
  };
}

const splitOf = ({ cloned_at, split_at: at, split_by: by }: Clone): Machine['split'] =>
  at === null || by === null ? null : { at, by, of: String(cloned_at) };

const occurrencesIn = (row: MachineRow): Partial<Record<Attention, string>> => JSON.parse(row.occurrences);

/** Its marks, each with what it is about. */
const marksOf = (sql: SqlStorage, row: MachineRow, pcIds: readonly string[]): Mark[] => {
  const shown: Attention[] = JSON.parse(row.attention);
  return shown.map((mark) => {
    const of = occurrencesIn(row)[mark] ?? '';
    const by = mark === 'id_changed' ? claimantOf(sql, pcIds, of) : null;
    return by === null ? { mark, of } : { mark, of, by };
  });
};

/** Whether anything of these ids is set aside. */
export const isSomeAside = (sql: SqlStorage, pcIds: readonly string[]): boolean =>
  first(
    sql,
    `SELECT 1 FROM json_each(?) AS one
     WHERE EXISTS (SELECT 1 FROM runs INDEXED BY runs_aside WHERE machine_id = one.value AND ${IS_ASIDE})
       OR EXISTS (SELECT 1 FROM secrets INDEXED BY secrets_apart WHERE machine_id = one.value AND apart > 0) LIMIT 1`,
    JSON.stringify(pcIds),
  ) !== null;

/** Enrols a machine at its first word, on record. Its id alone is enough: a secret is kept even when it comes before any report. */
export function enrolIfNew(sql: SqlStorage, caller: Caller, id: string, hostname: string | null, at: number): void {
  if (machineExists(sql, id)) return;
  addRow(sql, newRow(id, at));
  nothingOf(sql, id);
  add(sql, 'status:none', 1);
  record(sql, caller.tenant, caller, at, { action: 'machine.enrolled', subject: id, detail: { hostname } });
  // Last: what is counted in memory is not undone with the rest where there is no room for the entry.
  if (caller.principal.kind === 'machine') usesOf(sql).enrolled(caller.principal.id, at);
}

/**
 * Takes over what a report says of the PC; each change of an attribute is kept with its instant. Beyond so many changes
 * a day the attribute's latest line takes the new value: the PC is shown as it is, and its history grows by no more
 * than a line or two for each attribute.
 */
export function describe(sql: SqlStorage, reported: ReportedMachine, at: number): void {
  const row = findRow(sql, reported.id);
  if (!row) throw new Error('a machine is enrolled before it is described');
  const said = { ...reported, serial: realFacts(reported).serial ?? undefined };
  const changes = ATTRIBUTES.flatMap(([attribute, column]) => {
    const value = said[attribute];
    return value === undefined || value === row[column] ? [] : [{ attribute, column, value }];
  });
  if (changes.length === 0) return;
  const isFirst =
    row.first_said === null && ATTRIBUTES.every(([, column]) => row[column] === null || row[column] === '');
  const today = machineDay(row, at);
  if (!isFirst) keepChanges(sql, unfold(sql, row), changes, today, at);
  const is = Object.fromEntries(changes.map(({ attribute, value }) => [attribute, value]));
  const after: MachineRow = {
    ...row,
    ...today,
    ...Object.fromEntries(changes.map(({ column, value }) => [column, value])),
    first_said: isFirst ? firstSaid(is, at) : null,
  };
  if (isOtherSerial(row.serial, said.serial)) after.serial_changed = 1;
  changeRow(sql, row, after);
  recount(sql, row, after);
  if (SEARCHED.some((attribute) => attribute in is)) noteForSearch(sql, reported.id);
}

type Change = { attribute: Attribute; column: (typeof ATTRIBUTES)[number][1]; value: string };

/** Keeps a line for each change, and counts in `today` those that count against the day. */
function keepChanges(
  sql: SqlStorage,
  row: MachineRow,
  changes: readonly Change[],
  today: MachineDay,
  at: number,
): void {
  const limit = readLimits(sql).attributeChanges;
  for (const { attribute, column, value } of changes) {
    // An attribute that goes to and fro between two values, as when two PCs have one id, does not get a new line each
    // time.
    if (cameBack(sql, row, { attribute, value }, at)) continue;
    // A value that was not known before is no change.
    if (row[column] !== null && row[column] !== '') today.day_changes++;
    if (today.day_changes > limit && foldChange(sql, row.id, attribute, value, at)) continue;
    sql.exec(
      `INSERT INTO machine_attributes (machine_id, attribute, since_at, value) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      row.id,
      attribute,
      at,
      value,
    );
  }
  if (decideCount('attributeChanges', limit, today.day_changes, 0, at) !== 'ok')
    noteNear(sql, at, { limit: 'attributeChanges', id: row.id, used: today.day_changes, value: limit });
}

/**
 * Same id, new serial: a cloned id or a new mainboard. A person should look at either. A placeholder was no serial
 * number, and other letter case does not make another one.
 */
export const isOtherSerial = (before: string | null, said: string | undefined): boolean =>
  isOther(realFacts({ serial: before ?? undefined }).serial, said ?? null);

/**
 * False where the attribute needs a line of its own: its first line of a day is never folded over, nor is a line from
 * before that day. Otherwise a flood would push the truth out of the history.
 */
const foldChange = (sql: SqlStorage, machine: string, attribute: string, value: string, at: number): boolean =>
  all(
    sql,
    `UPDATE machine_attributes SET value = ?3 WHERE machine_id = ?1 AND attribute = ?2 AND since_at =
       (SELECT max(since_at) FROM machine_attributes WHERE machine_id = ?1 AND attribute = ?2 AND since_at >= ?4
        HAVING count(*) > 1) RETURNING since_at`,
    machine,
    attribute,
    value,
    dayOf(at) * DAY_MS,
  ).length > 0;

export function flagSeqConflict(sql: SqlStorage, id: string): void {
  const row = findRow(sql, id);
  if (row) changeRow(sql, row, { ...row, seq_conflict: 1 });
}

export const unknownMachine = (): Refusal => refuse('unknown_machine', 'The tenant has no machine with this id.');
