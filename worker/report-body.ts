// A report's two forms, JSON and NDJSON, parsed event by event: a bad event is set aside with its place and reason, and
// the rest goes on.
import type { Submission } from '../objects/reports.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import {
  EVENT_MAX_BYTES,
  REPORT_MAX_EVENTS,
  type RejectedEvent,
  Report,
  ReportEnvelope,
  RunEvent,
  SEQ_MAX,
} from '../schema/report.ts';
import { fieldErrors, parseJson, parseWith } from './body.ts';

export const NDJSON = 'application/x-ndjson';

/** Parses a report's text by its media type. Refuses what has no usable envelope; never a single bad event. */
export function parseReport(text: string, type: string): Submission | Refusal {
  return type === NDJSON ? parseNdjson(text) : parseJsonReport(text);
}

function parseJsonReport(text: string): Submission | Refusal {
  const parsed = parseJson(text);
  if ('refused' in parsed) return parsed;
  const { json } = parsed;
  const events = typeof json === 'object' && json !== null && 'events' in json ? json.events : undefined;
  if (Array.isArray(events) && events.length > REPORT_MAX_EVENTS) return tooMany();
  const report = parseWith(Report, json, 'invalid_body', 'body');
  if ('refused' in report) return report;
  const { events: raw, ...envelope } = report.value;
  return collect(
    envelope,
    raw.map((value) => ({ value, bytes: byteLength(JSON.stringify(value)) })),
  );
}

function parseNdjson(text: string): Submission | Refusal {
  const lines = text.split('\n');
  if (lines.at(-1)?.trim() === '') lines.pop();
  const [head = '', ...rest] = lines;
  if (rest.length > REPORT_MAX_EVENTS) return tooMany();
  const parsed = parseJson(head);
  if ('refused' in parsed) return refuse('malformed_json', 'Line 1 must be the envelope as one JSON object.');
  const envelope = parseWith(ReportEnvelope, parsed.json, 'invalid_body', 'envelope');
  if ('refused' in envelope) return envelope;
  if (rest.length === 0) return refuse('invalid_body', 'events: a report holds at least one event.');
  return collect(
    envelope.value,
    rest.map((line) => {
      const event = parseJson(line);
      return { value: 'json' in event ? event.json : undefined, bytes: byteLength(line) };
    }),
  );
}

const tooMany = () => refuse('too_many_events', `events: a report holds at most ${REPORT_MAX_EVENTS} events.`);
const byteLength = (text: string): number => new TextEncoder().encode(text).length;

function collect(envelope: ReportEnvelope, raw: readonly { value: unknown; bytes: number }[]): Submission {
  const submission: Submission = { ...envelope, events: [], rejected: [] };
  for (const [index, { value, bytes }] of raw.entries()) {
    const reject = (code: RejectedEvent['code'], field: string | null, message: string) =>
      submission.rejected.push({ index, seq: seqOf(value), code, field, message });
    if (value === undefined) reject('malformed_json', null, 'the line must be one JSON object');
    else if (bytes > EVENT_MAX_BYTES) reject('event_too_large', null, `an event is at most ${EVENT_MAX_BYTES} bytes`);
    else {
      const event = RunEvent.safeParse(value);
      if (event.success) submission.events.push({ index, event: event.data });
      else {
        const [first] = fieldErrors(event.error, 'event');
        reject('invalid_event', first?.field ?? null, first?.message ?? 'is not an event');
      }
    }
  }
  return submission;
}

/** The seq of an event that is otherwise refused, where it is usable: it gets a tombstone, so that the run can go on. */
function seqOf(value: unknown): number | null {
  const seq = typeof value === 'object' && value !== null && 'seq' in value ? value.seq : null;
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 1 && seq <= SEQ_MAX ? seq : null;
}
