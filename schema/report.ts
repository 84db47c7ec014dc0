// What an engine submits to `POST /v1/report`: one machine, one run, 1..500 events of it.
import * as z from 'zod';
import type { AttributeChange } from './machine.ts';
import { Instant, Text, Uuid } from './text.ts';

export const REPORT_MAX_BYTES = 1024 * 1024;
export const EVENT_MAX_BYTES = 16 * 1024;
export const REPORT_MAX_EVENTS = 500;
/** A run of ten phases writes some hundreds of events; a counter beyond this is a runaway engine. */
export const SEQ_MAX = 1_000_000;
export const MESSAGE_MAX = 4096;
/** How long the attributes of a PC may be, in characters. What is said oddly of these is mended; of any other member it is left out whole. */
export const ATTRIBUTE_MAX = {
  hostname: 63,
  serial: 64,
  manufacturer: 64,
  model: 128,
  osVersion: 64,
  client: 128,
} satisfies Record<AttributeChange['attribute'], number>;
export const ENGINE_VERSION_MAX = 32;
export const PLAN_MAX = 32;

/** A phase's name, as in `bitlocker` or `local_admin`; the engine orders them, we do not fix the list. */
export const PhaseName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/, { error: 'must be a phase name: lower-case letters, digits and _' });

/** The PC as the engine sees it now. `id` is the SMBIOS UUID, or one the engine made and kept where that is unusable. */
export const ReportedMachine = z.object({
  id: Uuid,
  /** The engine can go on under an id of its own making: one that many PCs share is refused to it, and not only flagged. */
  takesOtherId: z.boolean().optional(),
  hostname: Text(ATTRIBUTE_MAX.hostname).optional(),
  serial: Text(ATTRIBUTE_MAX.serial).optional(),
  manufacturer: Text(ATTRIBUTE_MAX.manufacturer).optional(),
  model: Text(ATTRIBUTE_MAX.model).optional(),
  osVersion: Text(ATTRIBUTE_MAX.osVersion).optional(),
  client: Text(ATTRIBUTE_MAX.client).optional(),
});
export type ReportedMachine = z.infer<typeof ReportedMachine>;

/** One execution of the engine. `phases` is its plan, in order; empty if it has none. */
export const ReportedRun = z.object({
  id: Uuid,
  startedAt: Instant,
  engineVersion: Text(ENGINE_VERSION_MAX).optional(),
  phases: z.array(PhaseName).max(PLAN_MAX),
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
export type EventLevel = z.infer<typeof EventLevel>;

/** JSON that an event may carry beside its message: shallow, never a secret; the whole event is at most 16 KiB. */
const EventData = z.record(
  Text(64),
  z.union([Text(4096), z.literal(''), z.number(), z.boolean(), z.null(), z.array(Text(1024)).max(64)]),
);

/**
 * How an event differs from what was sent: cleaned, cut, or read as well as possible. `lost`: the engine says in its
 * place that the event is lost; if it turns up, it takes its place back.
 */
export const MENDED = ['at', 'level', 'phase', 'message', 'data', 'lost'] as const;
export type Mended = (typeof MENDED)[number];

export const Seq = z.int().min(1).max(SEQ_MAX);

/** One immutable line of a run; (run, seq) is its identity. `seq` counts from 1. */
export const RunEvent = z
  .object({
    seq: Seq,
    at: Instant,
    level: EventLevel.default('info'),
    type: EventType.default('message'),
    phase: PhaseName.optional(),
    message: Text(MESSAGE_MAX),
    data: EventData.optional(),
    mended: z.array(z.enum(MENDED)).max(MENDED.length).optional(),
  })
  .refine((event) => !event.type.startsWith('phase_') || event.phase !== undefined, {
    error: 'a phase event must name its phase',
    path: ['phase'],
  })
  .meta({
    if: { required: ['type'], properties: { type: { pattern: '^phase_' } } },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: { required: ['phase'], properties: { phase: { type: 'string' } } },
  });
export type RunEvent = z.infer<typeof RunEvent>;

/** A volume's key protectors that are recovery passwords, by their ids; an empty list: it has none, as where it is not encrypted. */
export const ReportedVolume = z.object({ volume: Text(64), protectors: z.array(Uuid).max(32) });

/**
 * The PC's own word about its volumes, as it read them at one moment: `readAt` by its clock. Nothing is said about a
 * volume that is not named.
 */
export const ReportedVolumes = z.object({ readAt: Instant, list: z.array(ReportedVolume).max(32) });
export type ReportedVolumes = z.infer<typeof ReportedVolumes>;

/** The media type of lines of JSON: a report's other form, and the audit's as a file. */
export const NDJSON = 'application/x-ndjson';

/**
 * The first line of an NDJSON report, and all of a JSON one except its events. `sentAt` is what the PC's clock says as
 * the report goes out; carried reports do not have it.
 */
export const ReportEnvelope = z.object({
  machine: ReportedMachine,
  run: ReportedRun,
  volumes: ReportedVolumes.optional(),
  sentAt: Instant.optional(),
});
export type ReportEnvelope = z.infer<typeof ReportEnvelope>;

/** The JSON form. Events are parsed one by one, so that a bad one never sinks its batch. */
export const Report = ReportEnvelope.extend({ events: z.array(z.unknown()).min(1).max(REPORT_MAX_EVENTS) });
export type Report = z.infer<typeof Report>;

/**
 * The same, as an engine should send it: a report that fits this is kept as it is. It is published, but nothing is
 * parsed with it.
 */
export const ReportAsSent = ReportEnvelope.extend({ events: z.array(RunEvent).min(1).max(REPORT_MAX_EVENTS) });

/**
 * An event that was not stored: where it stood in the batch, its seq if it had a usable one, and why. Older servers
 * said `event_too_large`.
 */
export const RejectedEvent = z.object({
  index: z.int(),
  seq: z.int().nullable(),
  code: z.enum(['invalid_event', 'event_too_large', 'malformed_json', 'seq_conflict', 'seq_rejected', 'run_full']),
  field: z.string().nullable(),
  message: z.string(),
});
export type RejectedEvent = z.infer<typeof RejectedEvent>;

/** `nextSeq` is the lowest seq neither stored nor rejected: the engine goes on from there. */
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
  /** As the PC's clock said. */
  at: z.int(),
  receivedAt: z.int(),
  /** Present where that clock was wrong: what the instant is taken for (schema/clock.ts). */
  takenAt: z.int().optional(),
  level: EventLevel,
  type: EventType,
  phase: z.string().nullable(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).nullable(),
  /** Present where it is not as it was sent: which members differ. */
  mended: z.array(z.enum(MENDED)).optional(),
});
export type StoredEvent = z.infer<typeof StoredEvent>;

/** Which of a run's events: those after a seq. */
export const EventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});

export const EventPage = z.object({ events: z.array(StoredEvent), next: z.int().nullable() });
export type EventPage = z.infer<typeof EventPage>;
