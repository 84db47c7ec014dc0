// What a PC itself says about its volumes: the protectors of each, as its latest report listed them. Only lists that an
// engine sent are kept: one that a person carried could take marks away.

import { instantOf } from '../../schema/order.ts';
import type { ReportedVolumes } from '../../schema/report.ts';
import { isSystemVolume, volumeKey } from '../../schema/windows-names.ts';
import { writeRow } from '../core/memory.ts';
import { all } from '../core/rows.ts';
import { factsOf, forgetFacts } from './id-facts.ts';

/** A volume's protectors by their ids, when the PC read them, by our clock, and in which run. */
export type Listed = { protectors: string[]; readAt: number; run: string };

/** How many volumes of a machine are kept, those that were listed last: a report names no more. */
const KEPT_MAX = 32;

/** By volume (`volumeKey`), the latest list of any of these ids of the PC; none from a run that is set aside. */
export function volumesOf(sql: SqlStorage, pcIds: readonly string[]): Map<string, Listed> {
  const lists = pcIds.flatMap((id) => factsOf(sql, id).volumes).sort((a, b) => a.readAt - b.readAt);
  return new Map(lists.map(({ volume, protectors, readAt, run }) => [volume, { protectors, readAt, run }]));
}

/** The volumes that any of these ids of the PC ever listed, including those listed in a run that is set aside. */
export const everListed = (sql: SqlStorage, pcIds: readonly string[]): Set<string> =>
  new Set(
    all<{ volume: string }>(
      sql,
      'SELECT DISTINCT volume FROM json_each(?) CROSS JOIN volumes ON machine_id = value',
      JSON.stringify(pcIds),
    ).map(({ volume }) => volume),
  );

/**
 * Keeps lists that are newer than those kept, one row a volume. A list with an impossible instant says nothing. Answers
 * whether anything is new, and what it says about the system volume. In the transaction that stores the report.
 */
export function keepVolumes(
  sql: SqlStorage,
  of: { machine: string; run: string },
  { readAt: saidAt, list }: ReportedVolumes,
  skewMs: number | null,
  now: number,
): { changed: boolean; system: 'encrypted' | 'plain' | null } {
  const said = instantOf({ saidAt, skewMs, receivedAt: now, notBefore: 0 });
  if (said === null) return { changed: false, system: null };
  // By a clock that is a little ahead, it would cover protectors that came after it.
  const readAt = Math.min(said, now);
  const kept = list.filter(({ volume, protectors }) =>
    writeRow(
      sql,
      'volumes',
      () =>
        all(
          sql,
          `INSERT INTO volumes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET protectors = excluded.protectors,
             read_at = excluded.read_at, run_id = excluded.run_id WHERE excluded.read_at > read_at RETURNING volume`,
          of.machine,
          volumeKey(volume),
          JSON.stringify(protectors),
          readAt,
          of.run,
        ).length > 0,
    ),
  );
  if (kept.length > 0) {
    writeRow(sql, 'volumes', () =>
      sql.exec(
        `DELETE FROM volumes WHERE machine_id = ?1 AND volume NOT IN
           (SELECT volume FROM volumes WHERE machine_id = ?1 ORDER BY read_at DESC, volume LIMIT ${KEPT_MAX})`,
        of.machine,
      ),
    );
    forgetFacts(sql, of.machine);
  }
  const system = kept.find(({ volume }) => isSystemVolume(volume));
  return {
    changed: kept.length > 0,
    system: system === undefined ? null : system.protectors.length > 0 ? 'encrypted' : 'plain',
  };
}
