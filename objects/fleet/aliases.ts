// Aliases: the ids of one PC, the machine that is kept and those merged into it. One level deep, so there is never a chain or a cycle.
import type { MergedMachine } from '../../schema/machine.ts';
import { all } from '../core/rows.ts';
import { ALIASES_MAX, factsOf } from './id-facts.ts';
import { findRow } from './machine-rows.ts';

/** The ids whose runs and secrets are shown with this one: itself first, then those merged into it. */
export const withAliases = (sql: SqlStorage, id: string): string[] => [id, ...factsOf(sql, id).aliases];

/** All ids of the PC that has this id, whichever of them it is. */
export const allIdsOf = (sql: SqlStorage, id: string): string[] => [
  ...new Set([...withAliases(sql, keptBy(sql, id) ?? id), id]),
];

/** The id that this one was merged into, or null. */
export const keptBy = (sql: SqlStorage, id: string): string | null => findRow(sql, id)?.merged_into ?? null;

export const mergedInto = (sql: SqlStorage, id: string): MergedMachine[] =>
  all<{ id: string; hostname: string; merged_at: number; merged_by: string }>(
    sql,
    'SELECT id, hostname, merged_at, merged_by FROM machines WHERE merged_into = ? ORDER BY id LIMIT ?',
    id,
    ALIASES_MAX,
  )
    .sort((a, b) => a.merged_at - b.merged_at || (a.id < b.id ? -1 : 1))
    .map((row) => ({
      id: row.id,
      hostname: row.hostname || null,
      mergedAt: row.merged_at,
      mergedBy: row.merged_by,
    }));
