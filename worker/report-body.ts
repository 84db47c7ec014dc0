// A report's two forms, JSON and NDJSON, parsed event by event: each is mended where it can be, one that has no identity is set aside with its
// place and reason, and the rest goes on.
import type { Submission } from '../objects/fleet/reports.ts';
import { isRecord, itemsOf, listOf } from '../schema/clean.ts';
import { mendEvent } from '../schema/mend-event.ts';
import { mendEnvelope, mendReport } from '../schema/mend-report.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { MENDED, NDJSON, REPORT_MAX_EVENTS, Report, ReportEnvelope, type RunEvent } from '../schema/report.ts';
import { parseJson, parseWith } from './body.ts';

/**
 * Parses a report's text by its media type. Refuses what has no usable envelope; never because of a single bad event.
 * `exact` false: some of its letters were broken on the way, and the events concerned say so.
 */
export function parseReport(text: string, type: string, exact: boolean): Submission | Refusal {
  const parsed = type === NDJSON ? parseNdjson(text, Date.now()) : parseJsonReport(text, Date.now());
  if (exact || 'refused' in parsed) return parsed;
  return { ...parsed, events: parsed.events.map(({ index, event }) => ({ index, event: withBroken(event) })) };
}

function withBroken(event: RunEvent): RunEvent {
  const broken = (['message', 'data'] as const).filter((name) =>
    JSON.stringify(event[name] ?? null).includes('\ufffd'),
  );
  const names: readonly string[] = [...(event.mended ?? []), ...broken];
  return names.length > 0 ? { ...event, mended: MENDED.filter((one) => names.includes(one)) } : event;
}

function parseJsonReport(text: string, now: number): Submission | Refusal {
  const parsed = parseJson(text);
  if ('refused' in parsed) return parsed;
  const { json } = parsed;
  const events = isRecord(json) ? itemsOf(json.events) : null;
  if (events && events.length > REPORT_MAX_EVENTS) return tooMany();
  const fit = isRecord(json) ? Report.safeParse({ ...json, events: listOf(json.events) }) : null;
  const report = fit?.success ? { value: fit.data } : parseWith(Report, mendReport(json, now), 'invalid_body', 'body');
  if ('refused' in report) return report;
  const { events: values, ...envelope } = report.value;
  return collect(envelope, values, now);
}

function parseNdjson(text: string, now: number): Submission | Refusal {
  const [head = '', ...lines] = text.split('\n');
  const rest = lines.filter((line) => line.trim() !== '');
  if (rest.length > REPORT_MAX_EVENTS) return tooMany();
  const parsed = parseJson(head);
  if ('refused' in parsed) return refuse('malformed_json', 'Line 1 must be the envelope as one JSON object.');
  const envelope = parseWith(ReportEnvelope, mendEnvelope(parsed.json, now), 'invalid_body', 'envelope');
  if ('refused' in envelope) return envelope;
  if (rest.length === 0) return refuse('invalid_body', 'events: a report holds at least one event.');
  const values = rest.map((line) => {
    const event = parseJson(line);
    return 'json' in event ? event.json : undefined;
  });
  return collect(envelope.value, values, now);
}

const tooMany = () => refuse('too_many_events', `events: a report holds at most ${REPORT_MAX_EVENTS} events.`);

/** `undefined` stands for a line that is not JSON. */
function collect(envelope: ReportEnvelope, values: readonly unknown[], now: number): Submission {
  const submission: Submission = { ...envelope, events: [], rejected: [] };
  for (const [index, value] of values.entries()) {
    const mended = mendEvent(value, now);
    if ('event' in mended) submission.events.push({ index, event: mended.event });
    else if (value === undefined) {
      const message = 'the line must be one JSON object';
      submission.rejected.push({ index, seq: null, code: 'malformed_json', field: null, message });
    } else submission.rejected.push({ index, code: 'invalid_event', ...mended.refused });
  }
  return submission;
}
