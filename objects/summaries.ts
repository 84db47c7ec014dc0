// The summary that a machine's row carries: derived from its latest run and its secrets, and from those of what is merged into it.
import type { Attention } from '../schema/machine.ts';
import { attentionOf } from './attention.ts';
import { familyOf, keptBy } from './families.ts';
import { recount } from './fleet-counts.ts';
import { type Brought, withBrought } from './machine-day.ts';
import { changeRow, findRow, type MachineRow } from './machines.ts';
import { all, first } from './rows.ts';
import { currentPhase, phasesDone, runsOf } from './runs.ts';
import { silentSince } from './silence.ts';

const NOTHING: Brought = { bytes: 0, runs: 0 };

/**
 * Brings a machine's summary up to date, and that of the machine it was merged into. Answers what is new to look at. `brought`: what the
 * machine has sent, counted in the same write.
 */
export function summarize(sql: SqlStorage, id: string, now: number, brought = NOTHING): Attention[] {
  const kept = keptBy(sql, id);
  const own = summarizeOne(sql, id, now, brought);
  return kept === null ? own : summarizeOne(sql, kept, now, NOTHING);
}

/** One row written where something changes, and the counters that change with it. */
function summarizeOne(sql: SqlStorage, id: string, now: number, brought: Brought): Attention[] {
  const before = findRow(sql, id);
  if (!before) throw new Error('a machine is enrolled before it is summarized');
  const summary = summaryRow(sql, before, now);
  const after = brought === NOTHING ? summary : { ...summary, ...withBrought(before, brought, now) };
  changeRow(sql, before, after);
  recount(sql, before, after);
  const known: Attention[] = JSON.parse(before.attention);
  return (JSON.parse(after.attention) as Attention[]).filter((reason) => !known.includes(reason));
}

/** A machine's row as it should be. Reads, writes nothing. */
export function summaryRow(sql: SqlStorage, row: MachineRow, now: number): MachineRow {
  const family = familyOf(sql, row.id);
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
  const toRotate = held.reduce((sum, one) => sum + one.due, 0);
  const silent = silentSince(run, now);
  const attention = attentionOf({
    run: run?.status ?? null,
    silent: silent !== null,
    encrypted: run?.phases.some((phase) => phase.name === 'bitlocker' && phase.state === 'succeeded') ?? false,
    recoveryKeys: held.find((one) => one.kind === 'bitlocker_recovery_key')?.held ?? 0,
    serialChanged: flags?.serial === 1,
    seqConflict: flags?.seq === 1,
    toRotate,
  });
  return {
    ...row,
    phases_done: run ? phasesDone(run) : 0,
    phases_total: run?.phases.length ?? 0,
    run_phase: run ? currentPhase(run) : null,
    last_event_at: run?.lastEventAt ?? null,
    secrets: held.reduce((sum, one) => sum + one.held, 0),
    to_rotate: toRotate,
    attention: JSON.stringify(attention),
    silent_since: silent,
    run_id: run?.id ?? null,
    run_status: run?.status ?? null,
    started_at: run?.startedAt ?? row.enrolled_at,
  };
}
