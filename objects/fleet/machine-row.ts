// A machine's row as it is stored, and the part that lists show.
import type { MachineSummary, Shelf } from '../../schema/machine.ts';
import type { CloneSign } from '../../schema/same-pc.ts';
import type { MachineDay } from '../limits/machine-day.ts';
import { currentPhase, phasesDone, type Standing } from './run-state.ts';

export type MachineRow = {
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
  /** These four are of a run that is not at work: while it is, its own row has them. */
  run_phase: string | null;
  /** What the last failed phase of a failed run said. */
  run_error: string | null;
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
  merged_at: number | null;
  merged_by: string | null;
  silent_since: number | null;
  /** Its line in the search; null: nothing of it is searched yet. */
  place: number | null;
  /** The secrets of its own id, whatever is merged into it, and the recovery keys among them. */
  own_secrets: number;
  own_keys: number;
  /** It was ever known to be encrypted, and no list of its own has said since that it is not. */
  encrypted: number;
  /** When the latest of its own system volume's keys was sealed; 0: nobody can say. */
  system_key_at: number | null;
  /** The run of this id that was last heard live, and since when. */
  speaker: string | null;
  speaker_since: number | null;
  /**
   * When and by what several PCs under this id were noticed; null: they were not, or somebody has said that it is one.
   */
  cloned_at: number | null;
  cloned_by: CloneSign | null;
  /** When an admin said that it is several, and who; null: nobody has. */
  split_at: number | null;
  split_by: string | null;
  /**
   * The id under which a run of this one has gone on, and the name of the token or person that says so; null where
   * nobody knows.
   */
  other_id: string | null;
  other_id_by: string | null;
  /**
   * What was said of it when it was described first, as JSON (histories.ts); null: it was never described, or an
   * attribute has changed since, and the lines are rows.
   */
  first_said: string | null;
  /** What each mark is about (occurrences.ts), including those that were acknowledged. */
  occurrences: string;
  /** The run whose row counts what it brings on this day; null: none does. */
  day_run: string | null;
} & MachineDay;

/** `atWork`: where its run stands, if that is at work. */
export const summaryOf = (row: MachineRow, atWork: Standing | null): MachineSummary => ({
  id: row.id,
  hostname: row.hostname || null,
  serial: row.serial,
  manufacturer: row.manufacturer,
  model: row.model,
  osVersion: row.os_version,
  client: row.client,
  enrolledAt: row.enrolled_at,
  lastEventAt: atWork ? atWork.lastEventAt : row.last_event_at,
  secrets: row.secrets,
  toRotate: row.to_rotate,
  attention: JSON.parse(row.attention),
  silentSince: row.silent_since,
  shelf: row.shelf,
  mergedInto: row.merged_into,
  run:
    row.run_id === null || row.run_status === null
      ? null
      : {
          id: row.run_id,
          status: row.run_status,
          startedAt: row.started_at,
          phase: atWork ? currentPhase(atWork) : row.run_phase,
          phasesDone: atWork ? phasesDone(atWork) : row.phases_done,
          phasesTotal: atWork ? atWork.phases.length : row.phases_total,
          error: row.run_error,
        },
});
