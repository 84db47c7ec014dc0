// Search by a part of a hostname, serial, client or recovery-key id, in whatever spelling (schema/typed-text.ts); by two characters, for what
// begins with them. What is merged is found as the machine that is kept.
import type { Match, SearchResult, Shelf } from '../../schema/machine.ts';
import { keyIdStart, searchFold, tidied } from '../../schema/typed-text.ts';
import { all } from '../core/rows.ts';
import type { MachineRow } from './machine-row.ts';
import { findRow } from './machine-rows.ts';
import { atWorkOn, shown } from './shown.ts';

const MATCHES_MAX = 50;
/**
 * How many rows a search reads, those of the machines included that it counts and does not show: beyond that it says that there are more. Each costs
 * two, and one that is shown while its run is at work another.
 */
export const ROWS_READ_MAX = 160;
/** So many machines are counted at most. */
const COUNTED_MAX = ROWS_READ_MAX / 2;
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

type Hit = Pick<Match, 'field' | 'keyId'> & { machine: string };

/** So short a text is no trigram: it finds what begins with it. */
const SHORT = 2;
/** How many beginnings of three characters are looked for: letters, digits and punctuation of one script are fewer. Of more it is said. */
const BEGINNINGS_MAX = 128;

/** At most fifty machines, in no order that means anything. */
export function search(sql: SqlStorage, q: string): SearchResult {
  const matches = new Map<string, Match>();
  const further = new Set<string>();
  let [looked, read] = [0, 0];
  const { hits, whole } = hitsOf(sql, q);
  for (const { machine, ...hit } of hits) {
    looked++;
    if (read >= ROWS_READ_MAX) break;
    const row = shownFor(sql, machine);
    if (matches.has(row.id) || further.has(row.id)) continue;
    const isShown = matches.size < MATCHES_MAX;
    read += isShown && atWorkOn(row) !== null ? 3 : 2;
    if (isShown) matches.set(row.id, { machine: shown(sql, row), ...hit });
    else further.add(row.id);
  }
  const isAll = whole && looked < LINES_MAX && read < ROWS_READ_MAX;
  return { matches: [...matches.values()], more: !isAll || further.size > 0, further: isAll ? further.size : null };
}

/** What there is to look at, one by one; `whole`: nothing that fits is left out of it. */
function hitsOf(sql: SqlStorage, q: string): { hits: Iterable<Hit>; whole: boolean } {
  const text = searchFold(tidied(q));
  const { length } = [...text];
  if (length > SHORT) return { hits: linesOf(sql, matchOf(q)), whole: true };
  // Marks alone, or one letter with its marks, are no beginning.
  if (length < SHORT) return { hits: [], whole: true };
  const terms = beginnings(sql, text);
  return { hits: beginningSo(sql, tidied(q), terms.slice(0, BEGINNINGS_MAX)), whole: terms.length <= BEGINNINGS_MAX };
}

function* beginningSo(sql: SqlStorage, text: string, terms: readonly string[]): Generator<Hit> {
  yield* calledSo(sql, text);
  if (terms.length > 0) yield* linesOf(sql, beginningWith(terms));
}

function* linesOf(sql: SqlStorage, match: string): Generator<Hit> {
  const lines = sql.exec<Line>(
    `SELECT machine, ${FIELDS.map((field, index) => `highlight(search, ${index + 1}, char(1), '') AS ${field}`).join(', ')}
     FROM search WHERE search MATCH ? LIMIT ?`,
    match,
    LINES_MAX,
  );
  for (const line of lines) yield { machine: line.machine, ...whatMatched(line) };
}

/** The trigrams that begin so, and one more than are looked for if there are more. */
const beginnings = (sql: SqlStorage, text: string): string[] =>
  all<{ term: string }>(
    sql,
    'SELECT term FROM search_terms WHERE term >= ? AND term < ? LIMIT ?',
    text,
    `${text}\u{10ffff}`,
    BEGINNINGS_MAX + 1,
  ).map(({ term }) => term);

/** The query for FTS5 after names, serials and clients that begin with one of them. */
const beginningWith = (terms: readonly string[]): string =>
  `{hostname serial client} : (${terms.map((term) => `^ ${quoted(term)}`).join(' OR ')})`;

const SHELVES = JSON.stringify(['fleet', 'archived', 'merged', 'aside'] satisfies Shelf[]);

/** Names and clients of just these characters have no trigram: two indexes have them. A client is found in the usual spellings alone. */
function* calledSo(sql: SqlStorage, text: string): Generator<Hit> {
  const [low, high] = [text.toLowerCase(), text.toUpperCase()];
  const spellings = new Set([text, low, high, high.slice(0, 1) + low.slice(1)]);
  const asked = [
    ['hostname', 'machines_by_hostname', [low]],
    ['client', 'machines_by_client_started', [...spellings]],
  ] as const;
  for (const [field, index, values] of asked) {
    const rows = sql.exec<{ id: string }>(
      `SELECT machines.id AS id FROM json_each(?) AS shelves CROSS JOIN json_each(?) AS names
         CROSS JOIN machines INDEXED BY ${index} ON machines.shelf = shelves.value AND machines.${field} = names.value LIMIT ?`,
      SHELVES,
      JSON.stringify(values),
      COUNTED_MAX,
    );
    for (const { id } of rows) yield { machine: id, field, keyId: null };
  }
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
