// Handles a report about a PC of which a later run is known already: the PC was offline, or somebody carries a file.
// Attributes follow the latest run; the word of an earlier one is kept in their history, at its own time.
import type { ReportedMachine } from '../../schema/report.ts';
import { realFacts } from '../../schema/same-pc.ts';
import { first } from '../core/rows.ts';
import { readLimits } from '../limits/limits.ts';
import { machineDay } from '../limits/machine-day.ts';
import { unfold } from './histories.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { ATTRIBUTES, describe, isOtherSerial } from './machines.ts';

/** Whether the history says that an attribute was so at an instant, or that the next thing it was is this. */
const isSaid = (sql: SqlStorage, machine: string, attribute: string, at: number, value: string): boolean =>
  first(
    sql,
    `SELECT 1 FROM (
       SELECT * FROM (SELECT value FROM machine_attributes
         WHERE machine_id = ?1 AND attribute = ?2 AND since_at <= ?3 ORDER BY since_at DESC LIMIT 1)
       UNION ALL
       SELECT * FROM (SELECT value FROM machine_attributes
         WHERE machine_id = ?1 AND attribute = ?2 AND since_at > ?3 ORDER BY since_at LIMIT 1)
     ) WHERE value = ?4`,
    machine,
    attribute,
    at,
    value,
  ) !== null;

/**
 * Keeps what a report of an earlier run says of the PC; attributes that no run has mentioned since are taken over.
 * `startedAt`: when that run began. It counts against the day's changes like any other; beyond those nothing of it is
 * kept. In the caller's transaction.
 */
export function describeEarlier(sql: SqlStorage, reported: ReportedMachine, startedAt: number, now: number): void {
  const known = findRow(sql, reported.id);
  if (!known) throw new Error('a machine is enrolled before it is described');
  const said: ReportedMachine = { ...reported, serial: realFacts(reported).serial ?? undefined };
  if (ATTRIBUTES.every(([attribute, column]) => said[attribute] === undefined || said[attribute] === known[column]))
    return;
  const row = unfold(sql, known);
  const lacking: ReportedMachine = { id: reported.id };
  const isNewSerial =
    isOtherSerial(row.serial, said.serial) && !isSaid(sql, row.id, 'serial', startedAt, said.serial ?? '');
  const today = machineDay(row, now);
  const most = readLimits(sql).attributeChanges;
  for (const [attribute, column] of ATTRIBUTES) {
    const value = said[attribute];
    if (value === undefined || value === row[column]) continue;
    if (row[column] === null || row[column] === '') lacking[attribute] = value;
    else if (today.day_changes < most && !isSaid(sql, row.id, attribute, startedAt, value)) {
      const kept = sql.exec(
        'INSERT INTO machine_attributes (machine_id, attribute, since_at, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1',
        row.id,
        attribute,
        startedAt,
        value,
      );
      // One instant has one value: a change that is not kept does not count against the day.
      today.day_changes += kept.toArray().length;
    }
  }
  // Whichever came first: one id had two serials. What is said again of it was flagged when it was said first.
  const flag = isNewSerial ? { serial_changed: 1 } : {};
  changeRow(sql, row, { ...row, ...today, ...flag });
  describe(sql, lacking, now);
}
