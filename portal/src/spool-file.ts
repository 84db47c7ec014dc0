// A spool file as the portal reads and sends it: checked line by line in the browser, sent in the bodies that its engine would have sent.
import '../vault/jitless.ts';
import type { Report } from '../../schema/report.ts';
import type { EscrowRequest } from '../../schema/secret.ts';
import { SPOOL_FILE_MAX_BYTES, SpoolLine } from '../../schema/spool.ts';
import { uploadReport, uploadSecret } from './api/by-hand.ts';
import { ApiProblem } from './api/http.ts';

/** `damaged`: lines that are none of ours, as one cut off by a pulled stick. */
export type SpoolFile = {
  lines: SpoolLine[];
  machines: { id: string; hostname: string | null }[];
  runs: number;
  events: number;
  secrets: number;
  damaged: number;
};

function parseLine(text: string): SpoolLine | null {
  try {
    const line = SpoolLine.safeParse(JSON.parse(text));
    return line.success ? line.data : null;
  } catch {
    return null;
  }
}

/** Reads a file's text. Null: not one whole line in it is a spool file's. */
export function readSpool(text: string): SpoolFile | null {
  const parsed = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parseLine(line)]));
  const lines = parsed.filter((line) => line !== null);
  if (lines.length === 0) return null;
  const machines = new Map<string, string | null>();
  const runs = new Set<string>();
  let [events, secrets] = [0, 0];
  for (const line of lines)
    if ('report' in line) {
      machines.set(line.report.machine.id, line.report.machine.hostname);
      runs.add(line.report.run.id);
      events += line.report.events.length;
    } else {
      machines.set(line.secret.machine, machines.get(line.secret.machine) ?? null);
      secrets += 1;
    }
  return {
    ...{ lines, events, secrets, runs: runs.size, damaged: parsed.length - lines.length },
    machines: [...machines].map(([id, hostname]) => ({ id, hostname })),
  };
}

/** Reads a chosen file; the answer is a sentence where it is none of ours. */
export async function readSpoolFile(file: File): Promise<SpoolFile | string> {
  if (file.size > SPOOL_FILE_MAX_BYTES)
    return 'This file is larger than any spool file: the limit is 64 MiB. Choose the file that the engine wrote.';
  return (
    readSpool(await file.text()) ??
    'This is not a spool file: no line of it is a report or a sealed secret of an engine.'
  );
}

export type Uploaded = {
  done: number;
  events: number;
  duplicates: number;
  rejected: number;
  secrets: number;
  refused: string[];
};

type Hands = {
  report: (report: Report) => Promise<{ accepted: number; duplicates: number; rejected: unknown[] }>;
  secret: (secret: EscrowRequest) => Promise<unknown>;
};

/** The two calls of the API that an upload needs. */
export const handsOf = (tenant: string): Hands => ({
  report: (report) => uploadReport(tenant, report),
  secret: (secret) => uploadSecret(tenant, secret),
});

/** What ends an upload: the line may be sent again later, nothing is wrong with it. */
const STOPS = ['unreachable', 'session_expired', 'internal_error'];

/** Sends line by line. A line that is refused is noted and the rest goes on; sent again, what was kept before changes nothing. */
export async function upload(file: SpoolFile, hands: Hands, onProgress: (so: Uploaded) => void): Promise<Uploaded> {
  let so: Uploaded = { done: 0, events: 0, duplicates: 0, rejected: 0, secrets: 0, refused: [] };
  for (const line of file.lines) {
    try {
      if ('report' in line) {
        const { accepted, duplicates, rejected } = await hands.report(line.report);
        so = { ...so, events: so.events + accepted, duplicates: so.duplicates + duplicates };
        so = { ...so, rejected: so.rejected + rejected.length };
      } else {
        await hands.secret(line.secret);
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
