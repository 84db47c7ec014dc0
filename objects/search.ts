// Search by a part of a hostname, serial, client or recovery-key id; letters of either case. What is merged is found as the machine that
// is kept.
import type { Match, SearchResult } from '../schema/machine.ts';
import { findRow, type MachineRow, summaryOf } from './machines.ts';

const MATCHES_MAX = 50;
/** How many lines a search looks at: one machine may have a great many recovery keys that match. */
const SCAN_MAX = 500;

/** A text as one FTS5 string, in which punctuation means nothing. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** What is asked of FTS5. A key id is read off a screen, with its dashes and braces or without: they are put where they belong. */
export function matchOf(q: string): string {
  const text = q.trim();
  const digits = text.replace(/[{}\s-]/g, '');
  if (!/^[0-9a-f]{3,32}$/i.test(digits)) return quoted(text);
  const groups = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ].map(([from, to]) => digits.slice(from, to));
  return `${quoted(text)} OR keys : ${quoted(groups.filter((group) => group !== '').join('-'))}`;
}

const FIELDS = ['hostname', 'serial', 'client', 'recovery_key'] as const;
/** Put by FTS5 before what matched. */
const MARK = '\u0001';

type Line = { machine: string } & Record<(typeof FIELDS)[number], string | null>;

/** At most fifty machines, in no order that means anything. */
export function search(sql: SqlStorage, q: string): SearchResult {
  const lines = sql.exec<Line>(
    `SELECT machine, ${FIELDS.map((field, index) => `highlight(search, ${index + 1}, char(1), '') AS ${field}`).join(', ')}
     FROM search WHERE search MATCH ? LIMIT ?`,
    matchOf(q),
    SCAN_MAX,
  );
  const matches = new Map<string, Match>();
  let looked = 0;
  for (const line of lines) {
    looked++;
    const row = shownFor(sql, line.machine);
    if (matches.has(row.id)) continue;
    if (matches.size === MATCHES_MAX) return { matches: [...matches.values()], more: true };
    matches.set(row.id, { machine: summaryOf(row), ...whatMatched(line) });
  }
  return { matches: [...matches.values()], more: looked === SCAN_MAX };
}

/** The row that a machine is shown as: its own, or that of the machine it was merged into. */
function shownFor(sql: SqlStorage, id: string): MachineRow {
  const row = findRow(sql, id);
  const shown = row?.merged_into != null ? findRow(sql, row.merged_into) : row;
  if (!shown) throw new Error('a machine is never deleted');
  return shown;
}

function whatMatched(line: Line): Pick<Match, 'field' | 'keyId'> {
  const field = FIELDS.find((one) => line[one]?.includes(MARK));
  if (!field) throw new Error('what FTS5 finds matches in one of the fields');
  return { field, keyId: field === 'recovery_key' ? (line.recovery_key?.replaceAll(MARK, '') ?? null) : null };
}
