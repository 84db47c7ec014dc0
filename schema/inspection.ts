// An object's health for whoever operates the installation: numbers, states and instants. Nothing from a tenant's own
// data.
import * as z from 'zod';
import { Room } from './limits.ts';
import { FleetCounts } from './machine.ts';
import { TenantStatus } from './operator.ts';

const Count = z.int().min(0);
const At = z.int().nullable();

/** Instants are ms since the epoch; null: never, or none. */
export const Inspection = z.object({
  tenant: z.string(),
  status: TenantStatus,
  inspectedAt: z.int(),
  initializedAt: At,
  /** `ran`: the highest migration that has run in this object. `known`: the highest one that the deployed Worker has. */
  schema: z.object({ ran: Count, known: Count, lastRanAt: At }),
  storageBytes: Count,
  /** The share of its limit, and what is refused for lack of it. */
  room: Room,
  lastReportAt: At,
  /** How many days events are kept after the last report of their run; null: without limit. */
  eventsKeptDays: Count.nullable(),
  counts: FleetCounts.pick({ machines: true, archived: true, runs: true, secrets: true }).extend({
    people: Count,
    tokens: Count,
    webhooks: Count,
    pausedWebhooks: Count,
    auditEntries: Count,
  }),
  /**
   * The queues. `outbox`: rows that the index has yet to follow, and how often it was tried. `toReseal`: under an older
   * escrow key.
   */
  queues: z.object({
    outbox: Count,
    outboxTriesMax: Count,
    deliveries: Count,
    oldestDeliveryAt: At,
    failingWebhooks: Count,
    refusals: Count,
    grants: Count,
    toReseal: Count,
    toRotate: Count,
  }),
  /** The due table, earliest first. An alarm later than the first of these, or none at all, is a fault. */
  due: z.array(z.object({ what: z.string(), at: z.int() })),
  alarmAt: At,
  liveSockets: Count,
  keys: z.object({
    state: z.enum(['none', 'ready', 'rotating']),
    active: Count,
    retiring: Count,
    retired: Count,
    destroyed: Count,
  }),
  backup: z.object({
    on: z.boolean(),
    lastDoneAt: At,
    lastDoneBytes: Count.nullable(),
    lastFailedAt: At,
    lastFault: z.string().nullable(),
  }),
  restore: z.object({ running: z.boolean(), chunksDone: Count }),
});
export type Inspection = z.infer<typeof Inspection>;
