// The summary that a machine's row carries: derived from its latest run and its secrets, and from those of what is merged into it.
import type { Attention } from '../../schema/machine.ts';
import type { SecretKind } from '../../schema/secret.ts';
import { isSharedId } from '../../schema/shared-ids.ts';
import { isWindowsHostname } from '../../schema/windows-names.ts';
import { first } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import { type Brought, withBrought } from '../limits/machine-day.ts';
import { keptBy, withAliases } from './aliases.ts';
import { attentionOf } from './attention.ts';
import { tellApart } from './clones.ts';
import { recount } from './counts.ts';
import { DUE_COUNTED_MAX, factsOf } from './id-facts.ts';
import type { MachineRow } from './machine-row.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { acknowledgedOf, occurrencesOf, unseen } from './occurrences.ts';
import { unseenClaim } from './other-id.ts';
import { currentPhase, phasesDone, type RunState, runError, silentSince } from './run-state.ts';
import { runsOf } from './runs.ts';
import { keyHeldSince, listedSince, missesKey } from './secret-facts.ts';
import { volumesOf } from './volumes.ts';

const NOTHING: Brought = { bytes: 0, runs: 0 };
/**
 * Something that a machine has now and did not have before: the first version of a secret of this kind, or a key of its
 * system volume with the instant it was sealed.
 */
export type Gained = { kind: SecretKind | null; systemKeyAt: number | null };
const NO_SECRET: Gained = { kind: null, systemKeyAt: null };
/**
 * A phase that turns encryption on, as most engines call it. One by another name is recognized by what the PC lists, or
 * by what it had before.
 */
const ENCRYPTS = /bitlocker|encrypt/;

/**
 * Brings a machine's summary up to date, and that of the machine it was merged into. `brought`: what the machine has
 * sent, counted in the same write. Answers the new reasons for attention.
 */
export function summarize(
  sql: SqlStorage,
  id: string,
  now: number,
  brought = NOTHING,
  gained = NO_SECRET,
): Attention[] {
  const kept = keptBy(sql, id);
  const own = summarizeOne(sql, id, now, brought, gained);
  return kept === null ? own : summarizeOne(sql, kept, now, NOTHING, NO_SECRET);
}

/** For a walk that comes to each machine: that one alone. */
export const summarizeAlone = (sql: SqlStorage, id: string, now: number): Attention[] =>
  summarizeOne(sql, id, now, NOTHING, NO_SECRET);

/** One row written where something changes, and the counters that change with it. */
function summarizeOne(sql: SqlStorage, id: string, now: number, brought: Brought, gained: Gained): Attention[] {
  const before = findRow(sql, id);
  if (!before) throw new Error('a machine is enrolled before it is summarized');
  const { kind, systemKeyAt } = gained;
  const own = {
    own_secrets: before.own_secrets + (kind === null ? 0 : 1),
    own_keys: before.own_keys + (kind === 'bitlocker_recovery_key' ? 1 : 0),
    encrypted: systemKeyAt === null ? before.encrypted : 1,
    system_key_at: systemKeyAt === null ? before.system_key_at : Math.max(systemKeyAt, before.system_key_at ?? 0),
  };
  const summary = summaryRow(sql, { ...before, ...own }, now);
  const after = brought === NOTHING ? summary : { ...summary, ...withBrought(before, brought, now) };
  changeRow(sql, before, after);
  recount(sql, before, after);
  const known: Attention[] = JSON.parse(before.attention);
  return (JSON.parse(after.attention) as Attention[]).filter((reason) => !known.includes(reason));
}

type Others = {
  secrets: number | null;
  keys: number | null;
  encrypted: number | null;
  key_at: number | null;
  serial: number | null;
  seq: number | null;
  cloned_at: number | null;
  split_at: number | null;
  other_id: string | null;
};
const NO_OTHERS: Others = {
  secrets: 0,
  keys: 0,
  encrypted: 0,
  key_at: null,
  serial: 0,
  seq: 0,
  cloned_at: null,
  split_at: null,
  other_id: null,
};

/** What the other ids of a machine have. */
const othersOf = (sql: SqlStorage, ids: readonly string[]): Others =>
  ids.length === 0
    ? NO_OTHERS
    : (first<Others>(
        sql,
        `SELECT sum(own_secrets) AS secrets, sum(own_keys) AS keys, max(encrypted) AS encrypted, max(system_key_at) AS key_at,
       max(serial_changed) AS serial, max(seq_conflict) AS seq, max(cloned_at) AS cloned_at, max(split_at) AS split_at,
       max(other_id) AS other_id
     FROM json_each(?) CROSS JOIN machines ON machines.id = value`,
        JSON.stringify(ids),
      ) ?? NO_OTHERS);

const dueOf = (sql: SqlStorage, ids: readonly string[], now: number): number =>
  Math.min(DUE_COUNTED_MAX, ids.flatMap((id) => factsOf(sql, id).due).filter((at) => at <= now).length);

/** How far a run has got, in the columns of its machine. While the run is at work it stands in its own row alone (shown.ts). */
const progressOf = (
  run: RunState | undefined,
): Pick<MachineRow, 'phases_done' | 'phases_total' | 'run_phase' | 'last_event_at'> => ({
  phases_done: run ? phasesDone(run) : 0,
  phases_total: run?.phases.length ?? 0,
  run_phase: run ? currentPhase(run) : null,
  last_event_at: run?.lastEventAt ?? null,
});

/** A machine's row as it should be. Reads, writes nothing. */
export function summaryRow(sql: SqlStorage, row: MachineRow, now: number): MachineRow {
  const pcIds = withAliases(sql, row.id);
  const run = runsOf(sql, pcIds, null, 1)[0];
  const others = othersOf(sql, pcIds.slice(1));
  const toRotate = dueOf(sql, pcIds, now);
  const silent = silentSince(run, now);
  const encrypted = run?.phases.some(({ name, state }) => state === 'succeeded' && ENCRYPTS.test(name)) ?? false;
  const keyAt = Math.max(row.system_key_at ?? -1, others.key_at ?? -1);
  const clonedAt = row.cloned_at ?? others.cloned_at;
  const otherId = (row.other_id ?? others.other_id) === null ? null : unseenClaim(sql, pcIds);
  const pc = { pcIds, volumes: volumesOf(sql, pcIds), told: clonedAt === null ? null : tellApart(sql, pcIds) };
  const keyMissing =
    run !== undefined &&
    missesKey({
      run: { status: run.status, encrypted },
      listed: listedSince(sql, pc, run),
      everEncrypted: row.encrypted === 1 || others.encrypted === 1,
      // A key of a PC other than this run's is not its own.
      heldSince: () => keyHeldSince(sql, pc, run, keyAt < 0 || clonedAt !== null ? null : keyAt),
      wasMissing: (JSON.parse(row.attention) as Attention[]).includes('no_recovery_key'),
    }) &&
    // A version that is not dated yet may belong to this run: nothing is told before it is dated.
    !(row.own_keys + (others.keys ?? 0) > 0 && walkAt<[string]>(sql, 'dating')?.[0] === 'versions');
  const attention = attentionOf({
    run: run?.status ?? null,
    silent: silent !== null,
    keyMissing,
    serialChanged: row.serial_changed === 1 || others.serial === 1,
    seqConflict: row.seq_conflict === 1 || others.seq === 1,
    toRotate,
    sharedId: pcIds.some(isSharedId),
    oddHostname: row.hostname !== '' && !isWindowsHostname(row.hostname),
    cloned: clonedAt !== null,
    split: (row.split_at ?? others.split_at) !== null,
    idChanged: otherId !== null,
  });
  const at = { row: { ...row, cloned_at: clonedAt }, run, pcIds, silentSince: silent, otherId };
  const occurrences = occurrencesOf(clonedAt === null ? attention : [...attention, 'cloned'], at);
  return {
    ...row,
    ...(run?.status === 'running' ? null : progressOf(run)),
    run_error: run ? runError(run) : null,
    secrets: row.own_secrets + (others.secrets ?? 0),
    to_rotate: toRotate,
    attention: JSON.stringify(unseen(attention, occurrences, acknowledgedOf(sql, row.id))),
    occurrences: JSON.stringify(occurrences),
    encrypted: encrypted && run?.machine === row.id ? 1 : row.encrypted,
    silent_since: silent,
    run_id: run?.id ?? null,
    run_status: run?.status ?? null,
    started_at: run?.startedAt ?? row.enrolled_at,
  };
}
