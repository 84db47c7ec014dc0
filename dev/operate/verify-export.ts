// An audit export judged offline, line by line, against what others know of the chain. It needs no server and no key.
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ChainHead } from '../../schema/audit.ts';
import { type BadChain, beyond, verifyChain, type Witness } from '../../schema/chain.ts';
import { Receipt } from '../../schema/secret.ts';
import { encodingOf, readTextFile } from '../../schema/text-file.ts';

/** Lines judged at a time: a chain of years need not fit into memory. */
const PIECE_LINES = 1_000;

/**
 * `incomplete`: consistent in itself, but without the end of a whole export, so either it was cut off or a filter left
 * it out.
 */
type Incomplete = Omit<BadChain, 'fault'> & { fault: 'incomplete' };
export type ExportVerdict = ({ ok: true; head: ChainHead } | BadChain | Incomplete) & { tenant: string };

/** Verifies an NDJSON export. Answers the head, or the first bad entry. Throws if the file cannot be read. */
export async function verifyExport(file: string, witnesses: readonly Witness[]): Promise<ExportVerdict> {
  let tenant = '';
  let head: ChainHead | undefined;
  let last: unknown;
  if (await isCsv(file)) throw new Error(CSV);
  const pieces = piecesOf(file);
  for await (const piece of pieces) {
    if (!head) tenant = tenantOf(piece[0]);
    const verdict = verifyChain(piece, { tenant, after: head, witnesses });
    if (!verdict.ok) return { ...(await orLater(verdict, pieces)), tenant };
    head = verdict.head;
    last = piece.at(-1);
  }
  if (!head) return { ok: false, seq: 1, fault: 'truncated', says: 'The file holds no entry.', tenant };
  return { ...(beyond(head, witnesses) ?? incomplete(last, head) ?? { ok: true, head }), tenant };
}

const CSV =
  'This is the CSV export, which is for reading: only the NDJSON export is a chain. Export NDJSON and verify that.';

/** The beginning of the CSV that worker/answers/audit-export.ts writes. */
const CSV_COLUMNS = 'seq,at,principalKind';

/** Whether the first line is not JSON but has the columns at the beginning of our CSV. */
async function isCsv(file: string): Promise<boolean> {
  // A spreadsheet that saves it again puts quotes around each.
  for await (const line of linesOf(file)) return line.replaceAll('"', '').startsWith(CSV_COLUMNS);
  return false;
}

const NO_TEXT =
  'The file is neither UTF-8 nor UTF-16: it was saved again in another encoding. Export it again, and verify the file as it came.';

/**
 * A file's lines, a piece at a time. An editor, or the shell that saved it, may have turned it into UTF-16, or changed
 * its line ends: it is the same text.
 */
async function* linesOf(file: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let rest = '';
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true, ignoreBOM: false });
    const lines = (rest + decoded(decoder, chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map(plain);
  }
  if (rest !== '') yield plain(rest);
}

function decoded(decoder: TextDecoder, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new Error(NO_TEXT);
  }
}

const plain = (line: string): string => line.replace(/^\ufeff/, '').replace(/\r$/, '');

/** Null where the last entry is that of a whole NDJSON export: the server records an export before it makes it, as its last entry. */
function incomplete(last: unknown, { seq }: ChainHead): Incomplete | null {
  const detail = memberOf(last, 'detail');
  const whole = memberOf(detail, 'format') === 'ndjson' && Object.keys(detail as object).length === 1;
  if (memberOf(last, 'action') === 'audit.exported' && whole) return null;
  const says = `The file ends with entry ${seq}, which is not the audit.exported that every whole export ends with: its end is cut off.`;
  return { ok: false, seq: seq + 1, fault: 'incomplete', says };
}

/** The lines as JSON; anything else is null, and judged as such in its place. */
async function* piecesOf(file: string): AsyncGenerator<unknown[]> {
  let piece: unknown[] = [];
  for await (const line of linesOf(file)) {
    if (line.trim() !== '') piece.push(parsed(line));
    if (piece.length < PIECE_LINES) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** An entry is not missing if it comes later in the file: the rest is searched for it. */
async function orLater(found: BadChain, rest: AsyncIterable<unknown[]>): Promise<BadChain> {
  if (found.fault !== 'missing') return found;
  for await (const piece of rest)
    if (piece.some((entry) => memberOf(entry, 'seq') === found.seq))
      return { ...found, fault: 'reordered', says: `Entry ${found.seq} comes only after later ones.` };
  return found;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const memberOf = (entry: unknown, name: string): unknown =>
  typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)[name] : undefined;
const tenantOf = (entry: unknown): string => String(memberOf(entry, 'tenant') ?? '');

const textOf = (file: string): string => readTextFile(readFileSync(file)).text;

/** Receipts that engines hold, as witnesses: a folder of them (a spool's `receipts`), or a file with one a line. Throws one sentence. */
export function readReceipts(place: string): Witness[] {
  const texts = statSync(place).isDirectory()
    ? readdirSync(place)
        .filter((name) => name.endsWith('.json'))
        .map((name) => textOf(path.join(place, name)))
    : textOf(place)
        .split('\n')
        .filter((line) => line.trim() !== '');
  return texts.map((text, index) => {
    const receipt = Receipt.safeParse(parsed(text));
    if (!receipt.success) throw new Error(`${place}: receipt ${index + 1} cannot be read.`);
    const { auditSeq, auditHash, secretId, version } = receipt.data;
    return { seq: auditSeq, hash: auditHash, holder: `the receipt for version ${version} of secret ${secretId}` };
  });
}

/** `seq:hash`, as `audit head` of the API and this command's own answer name it. Throws one sentence. */
export function readHead(text: string): Witness {
  const match = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text);
  if (!match) throw new Error('--head must be SEQ:HASH, the hash as 64 lower-case hex digits.');
  return { seq: Number(match[1]), hash: match[2] ?? '', holder: 'the head you gave' };
}
