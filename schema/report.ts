// What an engine submits to `POST /v1/report`: one machine, one run, 1..500 events of it.
import { z } from 'zod';
import { Instant, Text, Uuid } from './text.ts';

export const REPORT_MAX_BYTES = 1024 * 1024;
export const EVENT_MAX_BYTES = 16 * 1024;
export const REPORT_MAX_EVENTS = 500;
/** A run of ten phases writes some hundreds of events; a counter beyond this is a runaway engine. */
export const SEQ_MAX = 1_000_000;

/** A phase's name, as in `bitlocker` or `local_admin`; the engine orders them, we do not fix the list. */
export const PhaseName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/, { error: 'must be a phase name: lower-case letters, digits and _' });

/** The PC as the engine sees it now. `id` is the SMBIOS UUID, or one the engine made and kept where that is unusable. */
export const ReportedMachine = z.object({
  id: Uuid,
  /** The engine can go on under an id of its own making: one that many PCs share is refused to it, and not only flagged. */
  takesOtherId: z.boolean().optional(),
  hostname: Text(63),
  serial: Text(64).optional(),
  manufacturer: Text(64).optional(),
  model: Text(128).optional(),
  osVersion: Text(64).optional(),
  client: Text(128).optional(),
});
export type ReportedMachine = z.infer<typeof ReportedMachine>;

/** One execution of the engine. `phases` is its plan, in order. */
export const ReportedRun = z.object({
  id: Uuid,
  startedAt: Instant,
  engineVersion: Text(32).optional(),
  phases: z.array(PhaseName).min(1).max(32),
});
export type ReportedRun = z.infer<typeof ReportedRun>;

export const EventType = z.enum([
  'run_started',
  'phase_started',
  'phase_succeeded',
  'phase_failed',
  'phase_skipped',
  'reboot',
  'message',
  'run_succeeded',
  'run_failed',
]);
export type EventType = z.infer<typeof EventType>;

export const EventLevel = z.enum(['debug', 'info', 'warning', 'error']);

/** JSON that an event may carry beside its message: shallow, never a secret; the whole event is at most 16 KiB. */
const EventData = z.record(
  Text(64),
  z.union([Text(4096), z.literal(''), z.number(), z.boolean(), z.null(), z.array(Text(1024)).max(64)]),
);

/** One immutable line of a run; (run, seq) is its identity. `seq` counts from 1. */
export const RunEvent = z
  .object({
    seq: z.int().min(1).max(SEQ_MAX),
    at: Instant,
    level: EventLevel.default('info'),
    type: EventType.default('message'),
    phase: PhaseName.optional(),
    message: Text(4096),
    data: EventData.optional(),
  })
  .refine((event) => !event.type.startsWith('phase_') || event.phase !== undefined, {
    error: 'a phase event must name its phase',
    path: ['phase'],
  });
export type RunEvent = z.infer<typeof RunEvent>;

/** The first line of an NDJSON report, and all of a JSON one but its events. */
export const ReportEnvelope = z.object({ machine: ReportedMachine, run: ReportedRun });
export type ReportEnvelope = z.infer<typeof ReportEnvelope>;

/** The JSON form. Events are parsed one by one, so that a bad one never sinks its batch. */
export const Report = ReportEnvelope.extend({ events: z.array(z.unknown()).min(1).max(REPORT_MAX_EVENTS) });
export type Report = z.infer<typeof Report>;

/** An event that was not stored: where it stood in the batch, its seq where it had a usable one, and why. */
export const RejectedEvent = z.object({
  index: z.int(),
  seq: z.int().nullable(),
  code: z.enum(['invalid_event', 'event_too_large', 'malformed_json', 'seq_conflict', 'seq_rejected', 'run_full']),
  field: z.string().nullable(),
  message: z.string(),
});
export type RejectedEvent = z.infer<typeof RejectedEvent>;

/** `nextSeq` is the lowest seq neither stored nor rejected: where the engine goes on. */
export const ReportAnswer = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(RejectedEvent),
  nextSeq: z.int(),
});
export type ReportAnswer = z.infer<typeof ReportAnswer>;

/** A stored event as a person reads it. */
export const StoredEvent = z.object({
  seq: z.int(),
  at: z.int(),
  receivedAt: z.int(),
  level: EventLevel,
  type: EventType,
  phase: z.string().nullable(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type StoredEvent = z.infer<typeof StoredEvent>;

/** Which of a run's events: those after a seq. */
export const EventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});

export const EventPage = z.object({ events: z.array(StoredEvent), next: z.int().nullable() });
export type EventPage = z.infer<typeof EventPage>;
