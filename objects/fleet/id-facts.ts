// What the tables say about one id of a PC besides its row: read in one statement, and remembered until one of them is
// written otherwise than by somebody who says what it changes here.
import type { Attention } from '../../schema/machine.ts';
import { STANDS } from '../core/aside.ts';
import { forget, recalled, remember, remembered } from '../core/memory.ts';
import { first } from '../core/rows.ts';

/** How many merged ids are shown with the one that is kept. A PC has a handful; what is beyond is shown under its own id and among the merged. */
export const ALIASES_MAX = 100;
/** The latest, and the latest but one: a run is compared with the latest other than itself. */
export const RUNS_KNOWN = 2;
/** At most this many of a machine's secrets are counted as to be rotated: somebody has to act on the first ones anyway. */
export const DUE_COUNTED_MAX = 1_000;

export type RunPlace = { id: string; startedAt: number };
/** `isUndated`: nobody knows when it was (undated.ts). */
export type LatestRun = RunPlace & { isUndated: boolean };
/** A list of a volume's protectors, as the PC told it. */
export type VolumeListed = { volume: string; protectors: string[]; readAt: number; run: string };

export type IdFacts = {
  /** The ids merged into it, in their order. */
  aliases: readonly string[];
  /** The latest of its runs that count, latest start first. */
  runs: readonly LatestRun[];
  /** None that a run which is set aside has listed. */
  volumes: readonly VolumeListed[];
  /** What was acknowledged of each mark last. */
  acknowledged: readonly (readonly [Attention, string])[];
  /** From when its secrets that somebody has revealed are to be rotated. */
  due: readonly number[];
  /** Whether such a date of any of them was put aside. */
  isParked: boolean;
};

const TABLES = ['machines', 'runs', 'volumes', 'acknowledged', 'secrets'] as const;
const nameOf = (id: string): string => `facts of ${id}`;
const NOTHING: IdFacts = { aliases: [], runs: [], volumes: [], acknowledged: [], due: [], isParked: false };

type FactsRow = { aliases: string; runs: string; volumes: string; acknowledged: string; due: string; parked: number };

/** About how many bytes they take in memory: a PC says how many volumes and protectors it has. */
const bytesOf = ({ aliases, volumes, acknowledged, due }: IdFacts): number =>
  500 +
  100 * (aliases.length + acknowledged.length) +
  16 * due.length +
  volumes.reduce((sum, { protectors }) => sum + 300 + 80 * protectors.length, 0);

/** Shared with everybody who asks: nobody may change it. */
export const factsOf = (sql: SqlStorage, id: string): IdFacts =>
  remembered(sql, nameOf(id), TABLES, () => read(sql, id), bytesOf);

function read(sql: SqlStorage, id: string): IdFacts {
  const row = first<FactsRow>(
    sql,
    `SELECT
         (SELECT json_group_array(id) FROM
           (SELECT id FROM machines WHERE merged_into = ?1 ORDER BY id LIMIT ${ALIASES_MAX})) AS aliases,
         (SELECT json_group_array(json_array(id, started_at, undated)) FROM
           (SELECT id, started_at, undated FROM runs INDEXED BY runs_by_machine WHERE machine_id = ?1 AND ${STANDS}
            ORDER BY started_at DESC, id DESC LIMIT ${RUNS_KNOWN})) AS runs,
         (SELECT json_group_array(json_array(volume, protectors, read_at, run_id)) FROM volumes WHERE machine_id = ?1
            AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = volumes.run_id AND runs.aside IS NOT NULL)) AS volumes,
         (SELECT json_group_array(json_array(mark, occurrence)) FROM acknowledged WHERE machine_id = ?1) AS acknowledged,
         (SELECT json_group_array(rotate_due_at) FROM
           (SELECT rotate_due_at FROM secrets INDEXED BY secrets_due WHERE machine_id = ?1 AND rotate_due_at IS NOT NULL
            ORDER BY rotate_due_at LIMIT ${DUE_COUNTED_MAX})) AS due,
         EXISTS (SELECT 1 FROM secrets INDEXED BY secrets_parked WHERE machine_id = ?1 AND parked_due_at IS NOT NULL) AS parked`,
    id,
  );
  if (!row) throw new Error('a row of counts is always there');
  const volumes: [string, string, number, string][] = JSON.parse(row.volumes);
  const runs: [string, number, number][] = JSON.parse(row.runs);
  return {
    aliases: JSON.parse(row.aliases),
    runs: runs.map(([run, startedAt, undated]) => ({ id: run, startedAt, isUndated: undated === 1 })).sort(latestFirst),
    volumes: volumes.map(([volume, protectors, readAt, run]) => ({
      volume,
      protectors: JSON.parse(protectors),
      readAt,
      run,
    })),
    acknowledged: JSON.parse(row.acknowledged),
    due: JSON.parse(row.due),
    isParked: row.parked === 1,
  };
}

/** The latest start first, and of the same start the greater id. */
export const latestFirst = (a: RunPlace, b: RunPlace): number => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1);

/** A machine that is only now enrolled: nothing is known of it. */
export const nothingOf = (sql: SqlStorage, id: string): void => remember(sql, nameOf(id), TABLES, NOTHING);

/** A run of it is there now, and counts. */
export function noteRun(sql: SqlStorage, id: string, run: LatestRun): void {
  const known = recalled<IdFacts>(sql, nameOf(id), TABLES);
  if (!known) return;
  const runs = [...known.runs, run].sort(latestFirst).slice(0, RUNS_KNOWN);
  const facts: IdFacts = { ...known, runs };
  remember(sql, nameOf(id), TABLES, facts, bytesOf(facts));
}

/** Something that only concerns this id was written. */
export const forgetFacts = (sql: SqlStorage, id: string): void => forget(sql, nameOf(id));
