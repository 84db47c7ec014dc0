// Machines: enrolment, attributes with their history, the summary row the fleet list reads. Never deleted.
import type { Attention, AttributeChange, Machine, MachineSummary, Shelf } from '../schema/machine.ts';
import type { ReportedMachine } from '../schema/report.ts';
import { record } from './audit.ts';
import type { Caller } from './caller.ts';
import { listenerOf } from './changes.ts';
import { add, type Counter } from './counters.ts';
import { familyOf, keptBy, mergedInto } from './families.ts';
import { all, first, type Row } from './rows.ts';
import { currentPhase, phasesDone, runsOf } from './runs.ts';

export type MachineRow = Row & {
  id: string;
  hostname: string;
  serial: string | null;
  manufacturer: string | null;
  model: string | null;
  os_version: string | null;
  client: string | null;
  enrolled_at: number;
  started_at: number;
  run_id: string | null;
  run_status: NonNullable<MachineSummary['run']>['status'] | null;
  run_phase: string | null;
  phases_done: number;
  phases_total: number;
  last_event_at: number | null;
  secrets: number;
  attention: string;
  serial_changed: number;
  seq_conflict: number;
  shelf: Shelf;
  to_rotate: number;
  archived_at: number | null;
  archived_by: string | null;
  merged_into: string | null;
};

const ATTRIBUTES = [
  ['hostname', 'hostname'],
  ['serial', 'serial'],
  ['manufacturer', 'manufacturer'],
  ['model', 'model'],
  ['osVersion', 'os_version'],
  ['client', 'client'],
] as const;

export const summaryOf = (row: MachineRow): MachineSummary => ({
  id: row.id,
  hostname: row.hostname || null,
  serial: row.serial,
  manufacturer: row.manufacturer,
  model: row.model,
  osVersion: row.os_version,
  client: row.client,
  enrolledAt: row.enrolled_at,
  lastEventAt: row.last_event_at,
  secrets: row.secrets,
  toRotate: row.to_rotate,
  attention: JSON.parse(row.attention),
  shelf: row.shelf,
  run:
    row.run_id === null || row.run_status === null
      ? null
      : {
          id: row.run_id,
          status: row.run_status,
          startedAt: row.started_at,
          phase: row.run_phase,
          phasesDone: row.phases_done,
          phasesTotal: row.phases_total,
        },
});

export const machineExists = (sql: SqlStorage, id: string): boolean =>
  first(sql, 'SELECT 1 FROM machines WHERE id = ?', id) !== null;

export const findRow = (sql: SqlStorage, id: string): MachineRow | null =>
  first<MachineRow>(sql, 'SELECT * FROM machines WHERE id = ?', id);

/** A machine as its page shows it: what was merged into it belongs to its history, each line under the id it came from. */
export function findMachine(sql: SqlStorage, id: string): Machine | null {
  const row = findRow(sql, id);
  if (!row) return null;
  const history = all<{
    machine_id: string;
    attribute: AttributeChange['attribute'];
    value: string | null;
    since_at: number;
  }>(
    sql,
    `SELECT machine_id, attribute, value, since_at FROM machine_attributes
     WHERE machine_id IN (SELECT value FROM json_each(?)) ORDER BY since_at, attribute`,
    JSON.stringify(familyOf(sql, id)),
  ).map((change) => ({
    ...{ attribute: change.attribute, value: change.value, sinceAt: change.since_at, machine: change.machine_id },
  }));
  return {
    ...summaryOf(row),
    archivedAt: row.archived_at,
    archivedBy: row.archived_by,
    mergedInto: row.merged_into,
    merged: mergedInto(sql, id),
    history,
  };
}

/** Enrols a machine at its first word, on record. Its id alone is enough: a secret is kept even when it comes before any report. */
export function enrolIfNew(sql: SqlStorage, caller: Caller, id: string, hostname: string | null, at: number): void {
  if (machineExists(sql, id)) return;
  sql.exec(
    `INSERT INTO machines (id, hostname, enrolled_at, started_at, phases_done, phases_total, secrets, attention,
       serial_changed, seq_conflict) VALUES (?, '', ?, ?, 0, 0, 0, '[]', 0, 0)`,
    id,
    at,
    at,
  );
  add(sql, 'machines', 1);
  record(sql, caller.tenant, caller, at, { action: 'machine.enrolled', subject: id, detail: { hostname } });
}

/** Takes over what a report says of the PC; each change of an attribute is kept with its instant. */
export function describe(sql: SqlStorage, reported: ReportedMachine, at: number): void {
  const row = findRow(sql, reported.id);
  if (!row) throw new Error('a machine is enrolled before it is described');
  const changes = ATTRIBUTES.flatMap(([attribute, column]) => {
    const value = reported[attribute];
    return value === undefined || value === row[column] ? [] : [{ attribute, column, value }];
  });
  if (changes.length === 0) return;
  for (const { attribute, column, value } of changes) {
    sql.exec(`UPDATE machines SET ${column} = ? WHERE id = ?`, value, reported.id);
    sql.exec(
      `INSERT INTO machine_attributes (machine_id, attribute, since_at, value) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      reported.id,
      attribute,
      at,
      value,
    );
  }
  // Same id, new serial: a cloned id or a new mainboard. Either is for a person to look at.
  if (row.serial !== null && changes.some((change) => change.attribute === 'serial'))
    sql.exec('UPDATE machines SET serial_changed = 1 WHERE id = ?', reported.id);
}

export const flagSeqConflict = (sql: SqlStorage, id: string): void => {
  sql.exec('UPDATE machines SET seq_conflict = 1 WHERE id = ? AND seq_conflict = 0', id);
};

/** What a machine's row adds to the counters. A merged one adds nothing: the machine it was merged into speaks for it. */
function countersOf(row: MachineRow): Map<Counter, number> {
  const counts = new Map<Counter, number>();
  if (row.shelf !== 'merged') counts.set('secrets', row.secrets);
  if (row.shelf === 'archived') counts.set('archived', 1);
  if (row.shelf === 'fleet') {
    counts.set('machines', 1).set('attention', row.attention === '[]' ? 0 : 1);
    counts.set('to_rotate', row.to_rotate);
    if (row.run_status !== null) counts.set(`status:${row.run_status}`, 1);
  }
  return counts;
}

/** Keeps the counters in step with a row that changed. Whoever changes a shelf calls it too. */
export function recount(sql: SqlStorage, before: MachineRow, after: MachineRow): void {
  const [was, is] = [countersOf(before), countersOf(after)];
  for (const name of new Set([...was.keys(), ...is.keys()])) add(sql, name, (is.get(name) ?? 0) - (was.get(name) ?? 0));
}

/**
 * Derives a machine's summary from its latest run and its secrets, and that of the machine it was merged into. Answers what is new to
 * look at.
 */
export function summarize(sql: SqlStorage, id: string, now: number): Attention[] {
  const kept = keptBy(sql, id);
  const own = summarizeOne(sql, id, now);
  return kept === null ? own : summarizeOne(sql, kept, now);
}

/** One row written, and the counters that change. */
function summarizeOne(sql: SqlStorage, id: string, now: number): Attention[] {
  const row = findRow(sql, id);
  if (!row) throw new Error('a machine is enrolled before it is summarized');
  const family = familyOf(sql, id);
  const ids = JSON.stringify(family);
  const run = runsOf(sql, family, 1)[0];
  const held = all<{ kind: string; held: number; due: number }>(
    sql,
    `SELECT kind, count(*) AS held, coalesce(sum(rotate_due_at <= ?), 0) AS due FROM secrets
     WHERE machine_id IN (SELECT value FROM json_each(?)) GROUP BY kind`,
    now,
    ids,
  );
  const flags = first<{ serial: number; seq: number }>(
    sql,
    `SELECT max(serial_changed) AS serial, max(seq_conflict) AS seq FROM machines
     WHERE id IN (SELECT value FROM json_each(?))`,
    ids,
  );
  const due = held.reduce((sum, one) => sum + one.due, 0);
  const encrypted = run?.phases.some((phase) => phase.name === 'bitlocker' && phase.state === 'succeeded') ?? false;
  const reasons: Attention[] = [];
  if (run?.status === 'failed') reasons.push('run_failed');
  if (encrypted && !held.some((one) => one.kind === 'bitlocker_recovery_key')) reasons.push('no_recovery_key');
  if (flags?.serial) reasons.push('serial_changed');
  if (flags?.seq) reasons.push('seq_conflict');
  if (due > 0) reasons.push('to_be_rotated');
  const after: MachineRow = {
    ...row,
    phases_done: run ? phasesDone(run) : 0,
    phases_total: run?.phases.length ?? 0,
    run_phase: run ? currentPhase(run) : null,
    last_event_at: run?.lastEventAt ?? null,
    secrets: held.reduce((sum, one) => sum + one.held, 0),
    to_rotate: due,
    attention: JSON.stringify(reasons),
    run_id: run?.id ?? null,
    run_status: run?.status ?? null,
    started_at: run?.startedAt ?? row.enrolled_at,
  };
  recount(sql, row, after);
  // An index is written again only for a column that changes: leave the sort keys alone when they stand.
  sql.exec(
    `UPDATE machines SET phases_done = ?, phases_total = ?, run_phase = ?, last_event_at = ?, secrets = ?,
       to_rotate = ?, attention = ? WHERE id = ?`,
    after.phases_done,
    after.phases_total,
    after.run_phase,
    after.last_event_at,
    after.secrets,
    after.to_rotate,
    after.attention,
    id,
  );
  if (after.run_id !== row.run_id || after.run_status !== row.run_status || after.started_at !== row.started_at)
    sql.exec(
      'UPDATE machines SET run_id = ?, run_status = ?, started_at = ? WHERE id = ?',
      after.run_id,
      after.run_status,
      after.started_at,
      id,
    );
  listenerOf(sql)?.machineChanged(id);
  const before: Attention[] = JSON.parse(row.attention);
  return reasons.filter((reason) => !before.includes(reason));
}
