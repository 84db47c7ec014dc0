// An audit export as a file: pages are pulled from the object as the client takes them, so that no more than one is ever held.
import type { Caller, Person } from '../../objects/core/caller.ts';
import type { AuditEntry, AuditExportRequest, AuditPage, AuditSecret } from '../../schema/audit.ts';
import { CSV, CSV_START, csvLine } from '../../schema/csv.ts';
import { isRefusal } from '../../schema/refusal.ts';
import { NDJSON } from '../../schema/report.ts';
import { visible } from '../../schema/shown-text.ts';
import type { TenantObject } from '../core/forward.ts';
import { logFault } from '../core/log.ts';
import type { Streamed } from '../core/route.ts';

const PAGE_ENTRIES = 500;

type Named = Pick<AuditPage, 'pcs' | 'secrets'>;
type Cell = string | number | boolean | null | undefined;

/** The machine that an entry is about: the id that it names. */
const aboutOf = ({ detail, subject }: AuditEntry): string => String(detail.machine ?? subject);

/** `…Now`: what the PC is called at the time of the export, beside the ids, which stay. */
const COLUMNS: Record<string, (entry: AuditEntry, named: Named) => Cell> = {
  seq: (entry) => entry.seq,
  at: (entry) => new Date(entry.at).toISOString(),
  principalKind: (entry) => entry.principal.kind,
  principalId: (entry) => entry.principal.id,
  principalName: (entry) => entry.principal.name,
  action: (entry) => entry.action,
  subject: (entry) => entry.subject,
  outcome: (entry) => entry.outcome,
  reason: (entry) => entry.detail.reason,
  hostnameNow: (entry, { pcs }) => pcs[aboutOf(entry)]?.hostname,
  clientNow: (entry, { pcs }) => pcs[aboutOf(entry)]?.client,
  serialNow: (entry, { pcs }) => pcs[aboutOf(entry)]?.serial,
  machine: (entry, { pcs }) => entry.detail.machine ?? (aboutOf(entry) in pcs ? aboutOf(entry) : null),
  kind: (entry, { secrets }) => entry.detail.kind ?? secrets[entry.subject]?.kind,
  name: (entry, { secrets }) => nameOf(secrets[entry.subject]),
  version: (entry) => entry.detail.version,
  code: (entry) => entry.detail.code,
  detail: (entry) => JSON.stringify(entry.detail),
  ip: (entry) => entry.ip,
  userAgent: (entry) => entry.userAgent,
  previousHash: (entry) => entry.previousHash,
  hash: (entry) => entry.hash,
};

/** A secret's name within its kind: a volume with its key's id, an account, a label. */
function nameOf(secret: AuditSecret | undefined): string | null {
  if (!secret) return null;
  const { ref } = secret;
  if ('protectorId' in ref) return `${ref.volume} ${ref.protectorId}`;
  return 'account' in ref ? ref.account : ref.label;
}

/** In a table for people no text may steer its line; the NDJSON is the form that can be verified. */
const shown = (cell: Cell): string | number | null => {
  if (typeof cell === 'string') return visible(cell);
  return typeof cell === 'number' ? cell : cell == null ? null : String(cell);
};

type Format = { type: string; head: string; line: (entry: AuditEntry, named: Named) => string };
const FORMATS: Record<AuditExportRequest['format'], Format> = {
  // The entries exactly: these lines can be verified (schema/chain.ts).
  ndjson: { type: NDJSON, head: '', line: (entry) => `${JSON.stringify(entry)}\n` },
  csv: {
    type: `${CSV}; charset=utf-8`,
    head: CSV_START + csvLine(Object.keys(COLUMNS)),
    line: (entry, named) => csvLine(Object.values(COLUMNS).map((read) => shown(read(entry, named)))),
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
      .map((entry) => line(entry, page))
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
