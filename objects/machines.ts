// Machines: enrolment, attributes with their history, the summary row the fleet list reads. Never deleted.
import { base64urlnopad } from '@scure/base';
import type {
  Attention,
  AttributeChange,
  Machine,
  MachinePage,
  MachineSummary,
  MachinesQuery,
} from '../schema/machine.ts';
import type { ReportedMachine } from '../schema/report.ts';
import { record } from './audit.ts';
import type { Caller } from './caller.ts';
import { add } from './counters.ts';
import { all, first, type Row } from './rows.ts';
import { currentPhase, phasesDone, runsOf } from './runs.ts';

type MachineRow = Row & {
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
};

const ATTRIBUTES = [
  ['hostname', 'hostname'],
  ['serial', 'serial'],
  ['manufacturer', 'manufacturer'],
  ['model', 'model'],
  ['osVersion', 'os_version'],
  ['client', 'client'],
] as const;

const summary = (row: MachineRow): MachineSummary => ({
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
  attention: JSON.parse(row.attention),
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

export function findMachine(sql: SqlStorage, id: string): Machine | null {
  const row = first<MachineRow>(sql, 'SELECT * FROM machines WHERE id = ?', id);
  if (!row) return null;
  const history = all<{ attribute: AttributeChange['attribute']; value: string | null; since_at: number }>(
    sql,
    'SELECT attribute, value, since_at FROM machine_attributes WHERE machine_id = ? ORDER BY since_at, attribute',
    id,
  ).map((change) => ({ attribute: change.attribute, value: change.value, sinceAt: change.since_at }));
  return { ...summary(row), history };
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
  const row = first<MachineRow>(sql, 'SELECT * FROM machines WHERE id = ?', reported.id);
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

/** Derives a machine's summary from its latest run and its secrets, and keeps the counters in step. One row written. Answers what is new to look at. */
export function summarize(sql: SqlStorage, id: string): Attention[] {
  const row = first<MachineRow>(sql, 'SELECT * FROM machines WHERE id = ?', id);
  if (!row) throw new Error('a machine is enrolled before it is summarized');
  const run = runsOf(sql, id, 1)[0];
  const held = all<{ kind: string; held: number }>(
    sql,
    'SELECT kind, count(*) AS held FROM secrets WHERE machine_id = ? GROUP BY kind',
    id,
  );
  const secrets = held.reduce((sum, one) => sum + one.held, 0);
  const encrypted = run?.phases.some((phase) => phase.name === 'bitlocker' && phase.state === 'succeeded') ?? false;
  const reasons: Attention[] = [];
  if (run?.status === 'failed') reasons.push('run_failed');
  if (encrypted && !held.some((one) => one.kind === 'bitlocker_recovery_key')) reasons.push('no_recovery_key');
  if (row.serial_changed) reasons.push('serial_changed');
  if (row.seq_conflict) reasons.push('seq_conflict');
  const wasInAttention = row.attention !== '[]';
  add(sql, 'attention', Number(reasons.length > 0) - Number(wasInAttention));
  add(sql, 'secrets', secrets - row.secrets);
  if ((run?.status ?? null) !== row.run_status) {
    if (row.run_status !== null) add(sql, `status:${row.run_status}`, -1);
    if (run) add(sql, `status:${run.status}`, 1);
  }
  // An index is written again only for a column that changes: leave the sort keys alone when they stand.
  sql.exec(
    `UPDATE machines SET phases_done = ?, phases_total = ?, run_phase = ?, last_event_at = ?, secrets = ?, attention = ?
     WHERE id = ?`,
    run ? phasesDone(run) : 0,
    run?.phases.length ?? 0,
    run ? currentPhase(run) : null,
    run?.lastEventAt ?? null,
    secrets,
    JSON.stringify(reasons),
    id,
  );
  if (run && (run.id !== row.run_id || run.status !== row.run_status || run.startedAt !== row.started_at))
    sql.exec(
      'UPDATE machines SET run_id = ?, run_status = ?, started_at = ? WHERE id = ?',
      run.id,
      run.status,
      run.startedAt,
      id,
    );
  const before: Attention[] = JSON.parse(row.attention);
  return reasons.filter((reason) => !before.includes(reason));
}

/** The fleet list's sorts: the index of each (alone and behind a status filter) begins with these columns. */
const SORTS = {
  started: { column: 'started_at', direction: 'DESC', beyond: '<' },
  hostname: { column: 'hostname', direction: 'ASC', beyond: '>' },
} as const;

/** One page of the fleet, keyset-paged: `next` is opaque and names the last row's place. Null for a cursor that is not ours. */
export function listMachines(sql: SqlStorage, query: MachinesQuery): MachinePage | null {
  const { column, direction, beyond } = SORTS[query.sort];
  const where: string[] = [];
  const bindings: SqlStorageValue[] = [];
  if (query.status) {
    where.push('run_status = ?');
    bindings.push(query.status);
  }
  if (query.after) {
    const place = readCursor(query.after, query.sort);
    if (!place) return null;
    where.push(`(${column}, id) ${beyond} (?, ?)`);
    bindings.push(...place);
  }
  const rows = all<MachineRow>(
    sql,
    `SELECT * FROM machines ${where.length ? `WHERE ${where.join(' AND ')}` : ''}
     ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`,
    ...bindings,
    query.limit + 1,
  );
  const shown = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  const next = last
    ? base64urlnopad.encode(new TextEncoder().encode(JSON.stringify([query.sort, last[column], last.id])))
    : null;
  return { machines: shown.map(summary), next };
}

function readCursor(cursor: string, sort: MachinesQuery['sort']): [string | number, string] | null {
  try {
    const place: unknown = JSON.parse(new TextDecoder().decode(base64urlnopad.decode(cursor)));
    if (!Array.isArray(place) || place.length !== 3 || place[0] !== sort) return null;
    const [, key, id] = place;
    if (typeof key !== (sort === 'started' ? 'number' : 'string') || typeof id !== 'string') return null;
    return [key, id];
  } catch {
    return null;
  }
}
