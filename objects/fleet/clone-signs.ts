// Noticing that several PCs report under one id, as their reports come in. What is kept is bounded: who was heard last, what each run says of its
// PC, and when the id was flagged.

import type { ReportedMachine } from '../../schema/report.ts';
import {
  type CloneSign,
  otherPc,
  type PcFacts,
  realFacts,
  spokeAt,
  type Turn,
  takesTurns,
} from '../../schema/same-pc.ts';
import { all, first } from '../core/rows.ts';
import { allIdsOf } from './aliases.ts';
import { findRunPc, saidKey, signsOf } from './clones.ts';
import type { MachineRow } from './machine-row.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { settleMarks } from './marks-anew.ts';
import type { RunPc, RunState } from './run-state.ts';
import { findRun, putRun } from './runs.ts';
import { settleAllMarks } from './to-rotate.ts';

/** A report as it is looked at. `heardAt`: when its run was heard before; `clock`: what its newest event says, null where a person carried it. */
export type Heard = {
  machine: ReportedMachine;
  run: string;
  heardAt: number | null;
  clock: { saidAt: number; skewMs: number | null } | null;
};

/**
 * Looks at a report for signs of a second PC, and flags the machine at the first. Answers whether it is flagged and this run is at work, so that
 * another one has not taken its place. Before the report is described and after its run is kept, in the transaction that stores it.
 */
export function lookForClones(storage: DurableObjectStorage, heard: Heard, now: number): { isAtWork: boolean } {
  const { sql } = storage;
  const { machine, run, heardAt, clock } = heard;
  const row = findRow(sql, machine.id);
  if (!row) throw new Error('a machine is enrolled before it is looked at');
  const said = realFacts(machine);
  const kept = findRun(sql, run);
  const before = kept?.pc ?? (kept === null || heardAt === null ? null : findRunPc(sql, run));
  const { sign: ofTwo, after } = saidBy(before, said);
  if (kept) keepRunPc(sql, kept, after);
  const sign = ofTwo ?? signOf(row, before, said);
  const at = clock && spokeAt({ ...clock, receivedAt: now });
  const takes = takesTurns(turnOf(row), { run, heardAt, spokeAt: at });
  // What was kept back from before another run spoke is late: nobody's turn.
  const speaks = at !== null && at > (row.speaker_since ?? -1);
  if (speaks && row.speaker !== run && row.cloned_at === null)
    changeRow(sql, row, { ...row, speaker: run, speaker_since: now });
  const found = takes ? 'turns' : sign;
  const isNew = found !== null && flag(storage, row, found, now);
  if (!isNew && isToldAnew(sql, row.id, { run, heardAt }, [before, after])) settleClone(storage, row.id, now);
  return { isAtWork: at !== null && (found !== null || row.cloned_at !== null) };
}

const turnOf = ({ speaker, speaker_since }: MachineRow): Turn | null =>
  speaker === null || speaker_since === null ? null : { run: speaker, since: speaker_since };

/** A run's first word about its PC is compared with the machine's. */
function signOf(row: MachineRow, before: RunPc | null, said: PcFacts): CloneSign | null {
  const isNew = {
    serial: before?.serial == null ? said.serial : null,
    model: before?.model == null ? said.model : null,
  };
  return otherPc(realFacts({ serial: row.serial ?? undefined, model: row.model ?? undefined }), isNew);
}

/**
 * One run is of one PC, and a board may be changed in the middle of it. A value that comes back means that two PCs
 * share one run.
 */
const CHANGES_OF_ONE_PC = 1;

/** What a run has said of its PC by now, and what shows that it is of two. Pure. */
function saidBy(before: RunPc | null, said: PcFacts): { sign: CloneSign | null; after: RunPc } {
  const facts = { serial: said.serial ?? before?.serial ?? null, model: said.model ?? before?.model ?? null };
  const other = before && otherPc(before, facts);
  const after = { ...facts, changes: (before?.changes ?? 0) + (other === null ? 0 : 1) };
  return { sign: after.changes > CHANGES_OF_ONE_PC ? other : null, after };
}

function keepRunPc(sql: SqlStorage, run: RunState, pc: RunPc): void {
  const { pc: was } = run;
  if (was?.serial !== pc.serial || was.model !== pc.model || was.changes !== pc.changes) putRun(sql, { ...run, pc });
}

/** How many of a secret's versions, those that came last, are looked through for one of a run that has just been heard of. */
const BROUGHT_LOOKED_AT = 20;

/** Whether a run has brought anything to these ids. Of what lies further back the marks stand until somebody seals again. */
const hasBrought = (sql: SqlStorage, pcIds: readonly string[], run: string): boolean =>
  pcIds.some(
    (id) =>
      first(
        sql,
        `SELECT 1 FROM (SELECT id, latest_version FROM secrets INDEXED BY secrets_standing WHERE machine_id = ? AND standing = 1 LIMIT ?) AS one
         CROSS JOIN secret_versions ON secret_id = one.id AND version > latest_version - ? WHERE run_id = ? LIMIT 1`,
        id,
        LOOKED_AT,
        BROUGHT_LOOKED_AT,
        run,
      ) !== null,
  );

/**
 * Whether what a run has brought is told from the others' by something else now that it has said this. Until its first report each version of it stood
 * by itself. Where runs took turns, what it says of its PC matters only where that is of two.
 */
function isToldAnew(
  sql: SqlStorage,
  machine: string,
  { run, heardAt }: Pick<Heard, 'run' | 'heardAt'>,
  said: [before: RunPc | null, after: RunPc],
): boolean {
  const pcIds = allIdsOf(sql, machine);
  const signs = signsOf(sql, pcIds);
  if (signs.length === 0) return false;
  if (heardAt === null) return hasBrought(sql, pcIds, run);
  const [was, is] = said.map((one) => saidKey(run, one));
  return signs.includes('turns') ? (was === null) !== (is === null) : was !== is;
}

/** Where runs take turns, what they say of their PCs does not tell them apart: that sign outweighs the others. Answers whether it is new. */
function flag(storage: DurableObjectStorage, row: MachineRow, by: CloneSign, now: number): boolean {
  if (row.cloned_at !== null && (by !== 'turns' || row.cloned_by === 'turns')) return false;
  changeRow(storage.sql, row, { ...row, cloned_at: row.cloned_at ?? now, cloned_by: by });
  settleClone(storage, row.id, now);
  return true;
}

/** How many of a PC's revealed secrets are looked at. */
const REVEALED_MAX = 200;
/** Of each id: what one token brings to the others pushes out nothing of this one. */
const LOOKED_AT = 1_000;

const revealedUnder = (sql: SqlStorage, id: string): Parameters<typeof settleMarks>[1][number][] =>
  all(
    sql,
    `SELECT id, machine_id AS machine, kind, ref FROM
       (SELECT * FROM secrets INDEXED BY secrets_standing WHERE machine_id = ? AND standing = 1 LIMIT ?)
     WHERE last_revealed_at IS NOT NULL LIMIT ?`,
    id,
    LOOKED_AT,
    REVEALED_MAX,
  );

/** What is current has changed: what was revealed and was superseded by another PC's is to be rotated again, and the other way round. In the caller's transaction. */
export function settleClone(storage: DurableObjectStorage, machine: string, now: number): void {
  const revealed = allIdsOf(storage.sql, machine).flatMap((id) => revealedUnder(storage.sql, id));
  settleMarks(storage, revealed.slice(0, REVEALED_MAX), now);
  settleAllMarks(storage, machine);
}
