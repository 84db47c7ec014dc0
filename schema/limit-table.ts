// Limits as one table of data: what is counted, for whom, and how much of it is allowed. Every number is a default that
// an operator may change for a tenant; docs/limits.md and decision 0070 say why each is what it is. Apart from
// limits.ts, so that the portal has it without zod.
import type { RefusalCode } from './refusal.ts';

const MB = 1_000_000;

/**
 * `per`: for whom it is counted. `within`: over which time; `life`: for ever; `now`: at this moment. `refuses`: the
 * refusal of a caller who goes beyond it; null: nobody is refused. docs/storage.md says where each count is kept: on
 * rows that are written anyway, or in memory.
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
  tokensIssued: {
    default: 1_000,
    min: 1,
    max: 20_000,
    per: 'tenant',
    within: 'day',
    refuses: 'too_many_tokens',
  },
  personBytes: {
    default: 500 * MB,
    min: MB,
    max: OBJECT_MAX_BYTES,
    per: 'person',
    within: 'day',
    refuses: 'rate_limited',
  },
  keyringBytes: {
    default: 50 * MB,
    min: MB,
    max: 200 * MB,
    per: 'person',
    within: 'now',
    refuses: 'rate_limited',
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
export const DEFAULT_LIMITS = Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMITS[name].default])) as Record<
  LimitName,
  number
>;

/** How much room an object has left, the most first: `RoomState` says what each means. */
export const ROOM_STATES = ['ample', 'low', 'reserve', 'last'] as const;
