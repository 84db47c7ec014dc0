// An audit export judged offline, line by line, against what others hold of the chain. It needs no server and no key.
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ChainHead } from '../schema/audit.ts';
import { type BadChain, beyond, verifyChain, type Witness } from '../schema/chain.ts';
import { Receipt } from '../schema/secret.ts';

/** Lines judged at a time: a chain of years need not fit into memory. */
const PIECE_LINES = 1_000;

/** `incomplete`: a chain in itself, which does not end as a whole export does, so that its end was cut off, or a filter left it out. */
type Incomplete = Omit<BadChain, 'fault'> & { fault: 'incomplete' };
export type ExportVerdict = ({ ok: true; head: ChainHead } | BadChain | Incomplete) & { tenant: string };

/** Verifies an NDJSON export. Answers the head, or the first bad entry. Throws where the file cannot be read. */
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

/** As the CSV begins that worker/audit-export.ts writes. */
const CSV_COLUMNS = 'seq,at,principalKind';

/** Whether the first line is no JSON but has the columns that our CSV begins with. */
async function isCsv(file: string): Promise<boolean> {
  const lines = createInterface({ input: createReadStream(file, 'utf8') });
  // A spreadsheet that saves it again puts a mark before it and quotes around each.
  for await (const line of lines)
    return line
      .replace(/^\uFEFF/, '')
      .replaceAll('"', '')
      .startsWith(CSV_COLUMNS);
  return false;
}

/** Null where the last entry is that of a whole NDJSON export: the server records an export before it makes it, as its last entry. */
function incomplete(last: unknown, { seq }: ChainHead): Incomplete | null {
  const detail = memberOf(last, 'detail');
  const whole = memberOf(detail, 'format') === 'ndjson' && Object.keys(detail as object).length === 1;
  if (memberOf(last, 'action') === 'audit.exported' && whole) return null;
  const says = `The file ends with entry ${seq}, which is not the audit.exported that every whole export ends with: its end is cut off.`;
  return { ok: false, seq: seq + 1, fault: 'incomplete', says };
}

/** The lines as JSON; what is none is null, and judged so in its place. */
async function* piecesOf(file: string): AsyncGenerator<unknown[]> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let piece: unknown[] = [];
  for await (const line of lines) {
    if (line !== '') piece.push(parsed(line));
    if (piece.length < PIECE_LINES) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** An entry is not missing where it comes later in the file: the rest is looked through for it. */
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

/** Receipts that engines hold, as witnesses: a folder of them (a spool's `receipts`), or a file with one a line. Throws one sentence. */
export function readReceipts(place: string): Witness[] {
  const texts = statSync(place).isDirectory()
    ? readdirSync(place)
        .filter((name) => name.endsWith('.json'))
        .map((name) => readFileSync(path.join(place, name), 'utf8'))
    : readFileSync(place, 'utf8').split('\n').filter(Boolean);
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
