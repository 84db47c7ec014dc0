// The summary that a machine's row carries: derived from its latest run and its secrets, and from those of what is merged into it.
import type { Attention } from '../schema/machine.ts';
import type { SecretKind } from '../schema/secret.ts';
import { isSharedId } from '../schema/shared-ids.ts';
import { isWindowsHostname } from '../schema/windows-names.ts';
import { attentionOf } from './attention.ts';
import { familyOf, keptBy } from './families.ts';
import { recount } from './fleet-counts.ts';
import { type Brought, withBrought } from './machine-day.ts';
import { changeRow, findRow, type MachineRow } from './machines.ts';
import { first } from './rows.ts';
import { currentPhase, phasesDone, runsOf } from './runs.ts';
import { silentSince } from './silence.ts';

const NOTHING: Brought = { bytes: 0, runs: 0 };
/** At most so many of a machine's secrets are counted as to be rotated: it is the first ones that somebody has to act on. */
const DUE_COUNTED_MAX = 1_000;

/**
 * Brings a machine's summary up to date, and that of the machine it was merged into. `brought`: what the machine has sent, counted in the
 * same write; `gained`: the kind of a secret that it has now and had not before. Answers what is new to look at.
 */
export function summarize(
  sql: SqlStorage,
  id: string,
  now: number,
  brought = NOTHING,
  gained: SecretKind | null = null,
): Attention[] {
  const kept = keptBy(sql, id);
  const own = summarizeOne(sql, id, now, brought, gained);
  return kept === null ? own : summarizeOne(sql, kept, now, NOTHING, null);
}

/** One row written where something changes, and the counters that change with it. */
function summarizeOne(
  sql: SqlStorage,
  id: string,
  now: number,
  brought: Brought,
  gained: SecretKind | null,
): Attention[] {
  const before = findRow(sql, id);
  if (!before) throw new Error('a machine is enrolled before it is summarized');
  const own = {
    own_secrets: before.own_secrets + (gained === null ? 0 : 1),
    own_keys: before.own_keys + (gained === 'bitlocker_recovery_key' ? 1 : 0),
  };
  const summary = summaryRow(sql, { ...before, ...own }, now);
  const after = brought === NOTHING ? summary : { ...summary, ...withBrought(before, brought, now) };
  changeRow(sql, before, after);
  recount(sql, before, after);
  const known: Attention[] = JSON.parse(before.attention);
  return (JSON.parse(after.attention) as Attention[]).filter((reason) => !known.includes(reason));
}

type Others = { secrets: number | null; keys: number | null; serial: number | null; seq: number | null };

/** What the other ids of a machine have. */
const othersOf = (sql: SqlStorage, ids: readonly string[]): Others =>
  first<Others>(
    sql,
    `SELECT sum(own_secrets) AS secrets, sum(own_keys) AS keys, max(serial_changed) AS serial, max(seq_conflict) AS seq
     FROM json_each(?) CROSS JOIN machines ON machines.id = value`,
    JSON.stringify(ids),
  ) ?? { secrets: 0, keys: 0, serial: 0, seq: 0 };

const dueOf = (sql: SqlStorage, ids: readonly string[], now: number): number =>
  first<{ due: number }>(
    sql,
    `SELECT count(*) AS due FROM (SELECT 1 FROM json_each(?) CROSS JOIN secrets INDEXED BY secrets_due
       ON machine_id = value AND rotate_due_at <= ? WHERE rotate_due_at IS NOT NULL LIMIT ?)`,
    JSON.stringify(ids),
    now,
    DUE_COUNTED_MAX,
  )?.due ?? 0;

/** A machine's row as it should be. Reads, writes nothing. */
export function summaryRow(sql: SqlStorage, row: MachineRow, now: number): MachineRow {
  const family = familyOf(sql, row.id);
  const run = runsOf(sql, family, null, 1)[0];
  const others = othersOf(sql, family.slice(1));
  const toRotate = dueOf(sql, family, now);
  const silent = silentSince(run, now);
  const attention = attentionOf({
    run: run?.status ?? null,
    silent: silent !== null,
    encrypted: run?.phases.some((phase) => phase.name === 'bitlocker' && phase.state === 'succeeded') ?? false,
    recoveryKeys: row.own_keys + (others.keys ?? 0),
    serialChanged: row.serial_changed === 1 || others.serial === 1,
    seqConflict: row.seq_conflict === 1 || others.seq === 1,
    toRotate,
    sharedId: family.some(isSharedId),
    oddHostname: row.hostname !== '' && !isWindowsHostname(row.hostname),
  });
  return {
    ...row,
    phases_done: run ? phasesDone(run) : 0,
    phases_total: run?.phases.length ?? 0,
    run_phase: run ? currentPhase(run) : null,
    last_event_at: run?.lastEventAt ?? null,
    secrets: row.own_secrets + (others.secrets ?? 0),
    to_rotate: toRotate,
    attention: JSON.stringify(attention),
    silent_since: silent,
    run_id: run?.id ?? null,
    run_status: run?.status ?? null,
    started_at: run?.startedAt ?? row.enrolled_at,
  };
}
