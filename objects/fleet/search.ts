// Search by a part of a hostname, serial, client or recovery-key id, in whatever spelling (schema/typed-text.ts). What is merged is found as the machine that
// is kept.
import type { Match, SearchResult } from '../../schema/machine.ts';
import { keyIdStart, searchFold, tidied } from '../../schema/typed-text.ts';
import type { MachineRow } from './machine-row.ts';
import { findRow } from './machine-rows.ts';
import { atWorkOn, shown } from './shown.ts';

const MATCHES_MAX = 50;
/**
 * How many rows a search reads, those of the machines included that it counts and does not show: beyond that it says that there are more. Each costs
 * two, and one that is shown while its run is at work another.
 */
export const ROWS_READ_MAX = 160;
/** Lines that a search looks at: many may be of one machine, by its keys or by what was merged into it. */
const LINES_MAX = 500;
/** Fewer digits of a key id would match too many of them. */
const KEY_ID_FROM = 3;

/** A text as one FTS5 string, in which punctuation means nothing. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * The query for FTS5, folded as its lines are. A key id is read off a screen, with its dashes and braces or without:
 * they are put where they belong.
 */
export function matchOf(q: string): string {
  const text = searchFold(tidied(q));
  const keyId = keyIdStart(q);
  return keyId === null || keyId.length < KEY_ID_FROM ? quoted(text) : `${quoted(text)} OR keys : ${quoted(keyId)}`;
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
    LINES_MAX,
  );
  const matches = new Map<string, Match>();
  const further = new Set<string>();
  let [looked, read] = [0, 0];
  for (const line of lines) {
    looked++;
    if (read >= ROWS_READ_MAX) break;
    const row = shownFor(sql, line.machine);
    if (matches.has(row.id) || further.has(row.id)) continue;
    const isShown = matches.size < MATCHES_MAX;
    read += isShown && atWorkOn(row) !== null ? 3 : 2;
    if (isShown) matches.set(row.id, { machine: shown(sql, row), ...whatMatched(line) });
    else further.add(row.id);
  }
  const all = looked < LINES_MAX && read < ROWS_READ_MAX;
  return { matches: [...matches.values()], more: !all || further.size > 0, further: all ? further.size : null };
}

/** The row that a machine is shown as: its own, or that of the machine it was merged into. */
function shownFor(sql: SqlStorage, id: string): MachineRow {
  const row = findRow(sql, id);
  const kept = row?.merged_into != null ? findRow(sql, row.merged_into) : row;
  if (!kept) throw new Error('a machine is never deleted');
  return kept;
}

function whatMatched(line: Line): Pick<Match, 'field' | 'keyId'> {
  const field = FIELDS.find((one) => line[one]?.includes(MARK));
  if (!field) throw new Error('what FTS5 finds matches in one of the fields');
  return { field, keyId: field === 'recovery_key' ? (line.recovery_key?.replaceAll(MARK, '') ?? null) : null };
}
