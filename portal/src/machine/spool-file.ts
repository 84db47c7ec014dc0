// A spool file as the portal reads and sends it: checked line by line in the browser, sent in the bodies that its engine would have sent.
import '../../vault/jitless.ts';
import { isRecord } from '../../../schema/clean.ts';
import { readSealed } from '../../../schema/jwe.ts';
import { mendReport } from '../../../schema/mend-report.ts';
import type { Report } from '../../../schema/report.ts';
import type { EscrowRequest } from '../../../schema/secret.ts';
import { SPOOL_FILE_MAX_BYTES, SpoolLine } from '../../../schema/spool.ts';
import { readTextFile } from '../../../schema/text-file.ts';
import { ApiProblem } from '../api/http.ts';
import { uploadReport, uploadSecret } from '../api/secrets.ts';

/**
 * `lines` are in the order in which they are sent: secrets, which never wait for reports, first. `damaged`: lines that
 * are not ours, such as one cut off by a pulled stick. `garbled`: reports that are left out, because the file was saved
 * in another encoding, and with their letters broken they would take the place of the PC's own.
 */
export type SpoolFile = {
  lines: SpoolLine[];
  machines: { id: string; hostname: string | null }[];
  runs: number;
  events: number;
  secrets: number;
  damaged: number;
  garbled: number;
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function lineOf(json: unknown): SpoolLine | null {
  const isReport = isRecord(json) && 'report' in json;
  const line = SpoolLine.safeParse(isReport ? { ...json, report: mendReport(json.report, Date.now()) } : json);
  return line.success ? line.data : null;
}

/**
 * A secret whose file was saved in another encoding: the header has what it binds, in ASCII, where no letter can break.
 */
function secretOf(json: unknown): SpoolLine | null {
  const secret = isRecord(json) ? json.secret : null;
  if (!isRecord(secret) || typeof secret.sealed !== 'string') return null;
  const sealed = readSealed(secret.sealed);
  if (!sealed.ok) return lineOf(json);
  const { machine, run, kind, eid, ref } = sealed.header;
  return lineOf({ secret: { ...secret, machine, run, kind, eid, ref } });
}

/** Reads a file's bytes. Null: not one whole line in it is a spool file's. */
export function readSpool(bytes: Uint8Array): SpoolFile | null {
  const { text, exact } = readTextFile(bytes);
  const parsed = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parse(line)]));
  const isGarbled = (json: unknown): boolean => !exact && isRecord(json) && 'report' in json;
  const garbled = parsed.filter(isGarbled).length;
  const lines = parsed.flatMap((json) => (exact ? lineOf(json) : secretOf(json)) ?? []);
  if (lines.length + garbled === 0) return null;
  const machines = new Map<string, string | null>();
  const runs = new Set<string>();
  let [events, secrets] = [0, 0];
  for (const line of lines)
    if ('report' in line) {
      const { id, hostname } = line.report.machine;
      machines.set(id, hostname ?? machines.get(id) ?? null);
      runs.add(line.report.run.id);
      events += line.report.events.length;
    } else {
      machines.set(line.secret.machine, machines.get(line.secret.machine) ?? null);
      secrets += 1;
    }
  return {
    lines: [...lines.filter((line) => 'secret' in line), ...lines.filter((line) => 'report' in line)],
    events,
    secrets,
    garbled,
    runs: runs.size,
    damaged: parsed.length - lines.length - garbled,
    machines: [...machines].map(([id, hostname]) => ({ id, hostname })),
  };
}

/** Reads a chosen file; the answer is a sentence if nothing in it can be used. */
export async function readSpoolFile(file: File): Promise<SpoolFile | string> {
  if (file.size > SPOOL_FILE_MAX_BYTES)
    return 'This file is larger than any offline report: the limit is 64 MiB. Choose the file that the engine wrote.';
  const spool = readSpool(new Uint8Array(await file.arrayBuffer()));
  if (!spool) return 'This is not an offline report: no line of it is a report or a sealed secret of an engine.';
  if (spool.lines.length === 0)
    return 'This file was saved in another encoding, which has broken its letters. Have the engine write it again, and choose it as it is.';
  return spool;
}

export type Uploaded = {
  done: number;
  events: number;
  duplicates: number;
  rejected: number;
  secrets: number;
  refused: string[];
};

type UploadCalls = {
  report: (report: Report) => Promise<{ accepted: number; duplicates: number; rejected: unknown[] }>;
  secret: (secret: EscrowRequest) => Promise<unknown>;
};

/** The two calls of the API that an upload needs. */
export const uploadCalls = (tenant: string): UploadCalls => ({
  report: (report) => uploadReport(tenant, report),
  secret: (secret) => uploadSecret(tenant, secret),
});

/** Refusals that end an upload: nothing is wrong with the line, which may be sent again later. */
const STOPS = [
  'unreachable',
  'session_expired',
  'not_a_member',
  'role_forbids',
  'tenant_suspended',
  'tenant_restoring',
  'rate_limited',
  'machine_quota_exceeded',
  'storage_low',
  'storage_full',
  'upgrade_failed',
  'index_unreachable',
  'tenant_unreachable',
];

const NOTHING: Uploaded = { done: 0, events: 0, duplicates: 0, rejected: 0, secrets: 0, refused: [] };

/**
 * Sends line by line, from where an upload of the same file stopped before. A line that is refused is noted and the
 * rest goes on; a resend of lines already kept changes nothing.
 */
export async function upload(
  file: SpoolFile,
  calls: UploadCalls,
  onProgress: (so: Uploaded) => void,
  before: Uploaded = NOTHING,
): Promise<Uploaded> {
  let so = before;
  for (const line of file.lines.slice(before.done)) {
    try {
      if ('report' in line) {
        const { accepted, duplicates, rejected } = await calls.report(line.report);
        so = { ...so, events: so.events + accepted, duplicates: so.duplicates + duplicates };
        so = { ...so, rejected: so.rejected + rejected.length };
      } else {
        await calls.secret(line.secret);
        so = { ...so, secrets: so.secrets + 1 };
      }
    } catch (error) {
      if (!(error instanceof ApiProblem) || STOPS.includes(error.code)) throw error;
      const what = 'report' in line ? 'A report' : 'A secret';
      so = { ...so, refused: [...so.refused, `${what} was refused. ${error.message}`] };
    }
    so = { ...so, done: so.done + 1 };
    onProgress(so);
  }
  return so;
}
