// An audit export as a file: pages are pulled from the object as the client takes them, so that no more than one is ever held.
import type { Caller, Person } from '../../objects/core/caller.ts';
import type { AuditEntry, AuditExportRequest } from '../../schema/audit.ts';
import { CSV, CSV_START, csvLine } from '../../schema/csv.ts';
import { isRefusal } from '../../schema/refusal.ts';
import { NDJSON } from '../../schema/report.ts';
import { visible } from '../../schema/shown-text.ts';
import type { TenantObject } from '../core/forward.ts';
import { logFault } from '../core/log.ts';
import type { Streamed } from '../core/route.ts';

const PAGE_ENTRIES = 500;

const COLUMNS: Record<string, (entry: AuditEntry) => string | number | null> = {
  seq: (entry) => entry.seq,
  at: (entry) => new Date(entry.at).toISOString(),
  principalKind: (entry) => entry.principal.kind,
  principalId: (entry) => entry.principal.id,
  principalName: (entry) => entry.principal.name,
  action: (entry) => entry.action,
  subject: (entry) => entry.subject,
  outcome: (entry) => entry.outcome,
  detail: (entry) => JSON.stringify(entry.detail),
  ip: (entry) => entry.ip,
  userAgent: (entry) => entry.userAgent,
  previousHash: (entry) => entry.previousHash,
  hash: (entry) => entry.hash,
};

/** In a table for people no text may steer its line; the NDJSON is the form that can be verified. */
const shown = (cell: string | number | null) => (typeof cell === 'string' ? visible(cell) : cell);

type Format = { type: string; head: string; line: (entry: AuditEntry) => string };
const FORMATS: Record<AuditExportRequest['format'], Format> = {
  // The entries exactly: these lines can be verified (schema/chain.ts).
  ndjson: { type: NDJSON, head: '', line: (entry) => `${JSON.stringify(entry)}\n` },
  csv: {
    type: `${CSV}; charset=utf-8`,
    head: CSV_START + csvLine(Object.keys(COLUMNS)),
    line: (entry) => csvLine(Object.values(COLUMNS).map((read) => shown(read(entry)))),
  },
};

/**
 * Everything that fits the filters, oldest first, up to and including the entry `upTo`. A fault on the way breaks the
 * file off, so that it is not taken for whole.
 */
export function exportFile(
  object: TenantObject,
  caller: Caller<Person>,
  { format, ...filter }: AuditExportRequest,
  upTo: number,
): Streamed {
  const { type, head, line } = FORMATS[format];
  const encoder = new TextEncoder();
  let after: number | null = 0;
  let begun = false;
  const next = async (): Promise<string> => {
    const page = await object.auditPage(caller, { ...filter, order: 'oldest', after: after ?? 0, limit: PAGE_ENTRIES });
    if (isRefusal(page)) throw new Error(`an export was refused on the way: ${page.refused}`);
    after = page.next !== null && page.next < upTo ? page.next : null;
    return page.entries
      .filter((entry) => entry.seq <= upTo)
      .map(line)
      .join('');
  };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          let text = begun ? '' : head;
          begun = true;
          // A page of a filtered chain may be empty, and a pull has to bring something.
          do text += await next();
          while (text === '' && after !== null);
          if (text !== '') controller.enqueue(encoder.encode(text));
          if (after === null) controller.close();
        } catch (error) {
          logFault(caller, error);
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  return { type, fileName: `audit-${caller.tenant}-${upTo}.${format}`, body };
}
