// Limits as one table of data: what is counted, for whom, how much of it is allowed. Every number is a default that an operator may
// change for a tenant; docs/limits.md and decision 0070 say why each is what it is.
import { z } from 'zod';
import type { RefusalCode } from './refusal.ts';

const MB = 1_000_000;

/**
 * `per`: for whom it is counted. `within`: over which time; `life`: for ever; `now`: at this moment. `refuses`: what whoever goes beyond is
 * told; null: nobody is refused. Where each count is kept stands in docs/storage.md: on rows that are written anyway, or in memory.
 */
export type LimitRule = {
  default: number;
  min: number;
  max: number;
  per: 'tenant' | 'token' | 'machine' | 'run' | 'secret' | 'person';
  within: '10 s' | 'minute' | 'day' | 'life' | 'now';
  refuses: RefusalCode | null;
};

/** The largest object that the platform keeps. */
export const OBJECT_MAX_BYTES = 10_000 * MB;

export const LIMITS = {
  storageBytes: {
    default: OBJECT_MAX_BYTES,
    min: MB / 10,
    max: OBJECT_MAX_BYTES,
    per: 'tenant',
    within: 'now',
    refuses: 'storage_low',
  },
  tokenRequests: {
    default: 1_000,
    min: 10,
    max: 10_000,
    per: 'token',
    within: '10 s',
    refuses: 'rate_limited',
  },
  tokenBytes: {
    default: 500 * MB,
    min: MB,
    max: OBJECT_MAX_BYTES,
    per: 'token',
    within: 'day',
    refuses: 'token_quota_exceeded',
  },
  tokenMachinesTold: {
    default: 500,
    min: 1,
    max: 100_000,
    per: 'token',
    within: 'day',
    refuses: null,
  },
  tokenMachines: {
    default: 20_000,
    min: 1,
    max: 100_000,
    per: 'token',
    within: 'day',
    refuses: 'token_quota_exceeded',
  },
  machineBytes: {
    default: 20 * MB,
    min: MB / 10,
    max: 1_000 * MB,
    per: 'machine',
    within: 'day',
    refuses: 'machine_quota_exceeded',
  },
  machineRuns: {
    default: 50,
    min: 1,
    max: 1_000,
    per: 'machine',
    within: 'day',
    refuses: 'machine_quota_exceeded',
  },
  runEvents: {
    default: 20_000,
    min: 100,
    max: 1_000_000,
    per: 'run',
    within: 'life',
    refuses: null,
  },
  attributeChanges: {
    default: 20,
    min: 1,
    max: 1_000,
    per: 'machine',
    within: 'day',
    refuses: null,
  },
  secretVersions: {
    default: 50,
    min: 1,
    max: 1_000,
    per: 'secret',
    within: 'day',
    refuses: 'secret_quota_exceeded',
  },
  machineSecrets: {
    default: 200,
    min: 1,
    max: 2_000,
    per: 'machine',
    within: 'life',
    refuses: 'secret_quota_exceeded',
  },
  family: {
    default: 20,
    min: 2,
    max: 100,
    per: 'machine',
    within: 'life',
    refuses: 'merge_conflict',
  },
  queuedNotices: {
    default: 10_000,
    min: 10,
    max: 100_000,
    per: 'tenant',
    within: 'now',
    refuses: null,
  },
  tokens: {
    default: 500,
    min: 1,
    max: 5_000,
    per: 'tenant',
    within: 'now',
    refuses: 'too_many_tokens',
  },
  personActs: {
    default: 600,
    min: 10,
    max: 6_000,
    per: 'person',
    within: 'minute',
    refuses: 'rate_limited',
  },
  webhookTests: {
    default: 6,
    min: 1,
    max: 60,
    per: 'person',
    within: 'minute',
    refuses: 'rate_limited',
  },
  personSockets: {
    default: 40,
    min: 4,
    max: 400,
    per: 'person',
    within: 'minute',
    refuses: 'too_many_sockets',
  },
  exports: {
    default: 1,
    min: 1,
    max: 10,
    per: 'tenant',
    within: 'now',
    refuses: 'export_running',
  },
} as const satisfies Record<string, LimitRule>;

export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
export const LimitName = z.enum(LIMIT_NAMES);

const shape = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, z.int().min(LIMITS[name].min).max(LIMITS[name].max)]),
) as Record<LimitName, z.ZodInt>;

/** What counts for a tenant. */
export const Limits = z.object(shape);
export type Limits = z.infer<typeof Limits>;

export const DEFAULT_LIMITS = Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMITS[name].default])) as Limits;

/** What is absent stays as it is; null brings the default back. */
export const LimitsChange = z
  .strictObject(
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, shape[name].nullable().optional()])) as {
      [N in LimitName]: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
    },
  )
  .refine((change) => Object.keys(change).length > 0, { error: 'must change at least one limit' });
export type LimitsChange = z.infer<typeof LimitsChange>;

/**
 * How much room an object has left: below 80 % of its limit `ample`; from there on reports are refused (`low`); from 90 % on all but what
 * keeps secrets in reach (`reserve`); from 98 % on secrets of known machines too (`last`).
 */
export const RoomState = z.enum(['ample', 'low', 'reserve', 'last']);
export type RoomState = z.infer<typeof RoomState>;

export const Room = z.object({ bytes: z.int(), limit: z.int(), state: RoomState });
export type Room = z.infer<typeof Room>;

/** A count that has come to 80 % of its limit or beyond. `id`: of the token or machine. */
export const LimitNear = z.object({ limit: LimitName, id: z.string(), used: z.int(), value: z.int() });
export type LimitNear = z.infer<typeof LimitNear>;

/** What counts for a tenant and what of it is used. `tokens`: use of this UTC day, the most first, twenty at most. `near`: likewise. */
export const LimitsAnswer = z.object({
  limits: Limits,
  room: Room,
  tokens: z.array(z.object({ id: z.string(), label: z.string(), bytes: z.int(), machines: z.int() })),
  near: z.array(LimitNear),
});
/** The same for an operator, who is told nothing of a tenant's tokens and machines. */
export const OperatedLimits = LimitsAnswer.pick({ limits: true, room: true });
export type OperatedLimits = z.infer<typeof OperatedLimits>;
export type LimitsAnswer = z.infer<typeof LimitsAnswer>;
