// A tenant's limits as they stand, and the one decision over a count. Pure but for the reading and the writing of the one row.
import { DAY_MS } from '../../schema/facts/days.ts';
import { DEFAULT_LIMITS, LIMITS, type LimitName, type LimitRule } from '../../schema/limit-table.ts';
import type { Limits } from '../../schema/limits.ts';
import { type Refusal, type RefusalCode, refuse } from '../../schema/refusal.ts';
import { remembered } from '../core/memory.ts';
import { first } from '../core/rows.ts';

/** A limit is reported from this share on, before it bites. */
export const NEAR = 0.8;

const WINDOW_MS: Partial<Record<LimitRule['within'], number>> = { '10 s': 10_000, minute: 60_000, day: DAY_MS };

/** How long a limit's window is; windows are whole ones since the epoch. */
export const windowOf = (name: LimitName): number => WINDOW_MS[LIMITS[name].within] ?? DAY_MS;

/** The UTC day of an instant, and when it ends. */
export const dayOf = (now: number): number => Math.floor(now / DAY_MS);

export type Decision = 'ok' | 'near' | { refused: RefusalCode | null; retryAfterSeconds: number | null };

/**
 * Decides on one more: pure. `used`: the count so far in the window that `now` is in; windows are whole ones since the
 * epoch, so a caller who is asked to wait knows until when. `limit` is included. `refused` null: the limit folds or
 * cuts, and refuses nobody.
 */
export function decideCount(name: LimitName, limit: number, used: number, adding: number, now: number): Decision {
  const rule: LimitRule = LIMITS[name];
  if (used + adding > limit) {
    const window = WINDOW_MS[rule.within];
    return {
      refused: rule.refuses,
      retryAfterSeconds: window === undefined ? null : Math.max(1, Math.ceil((window - (now % window)) / 1000)),
    };
  }
  return used + adding >= limit * NEAR ? 'near' : 'ok';
}

const WORDS: Record<LimitRule['within'], string> = {
  '10 s': ' in ten seconds',
  minute: ' a minute',
  day: ' a day',
  life: '',
  now: ' at a time',
};
const WHAT: Record<LimitName, string> = {
  storageBytes: 'bytes',
  tokenRequests: 'requests of one token',
  tokenBytes: 'bytes by one token',
  tokenMachinesTold: 'new machines by one token',
  tokenMachines: 'new machines by one token',
  machineBytes: 'bytes of one machine',
  machineRuns: 'runs of one machine',
  runEvents: 'events of one run',
  attributeChanges: 'changes of one machine’s attributes',
  secretVersions: 'versions of one secret by one token',
  machineSecrets: 'secrets of one machine by one token',
  family: 'ids of one PC',
  queuedNotices: 'notices waiting',
  tokens: 'machine tokens',
  tokensIssued: 'new machine tokens',
  personBytes: 'bytes by one person',
  keyringBytes: 'bytes that changes of the keyring by one person replaced',
  personActs: 'such acts of one person',
  webhookTests: 'test notices',
  personSockets: 'live connections of one person',
  exports: 'exports',
};

/** The refusal of a decision; null where there is none. */
export function refusalFor(name: LimitName, limit: number, decision: Decision): Refusal | null {
  if (typeof decision === 'string' || decision.refused === null) return null;
  const detail = `At most ${limit} ${WHAT[name]}${WORDS[LIMITS[name].within]} are taken here.`;
  const refusal = refuse(decision.refused, detail);
  return decision.retryAfterSeconds === null ? refusal : { ...refusal, retryAfterSeconds: decision.retryAfterSeconds };
}

export type StoredLimits = Partial<Record<LimitName, number>>;

/** Whole numbers and nothing else: a limit stands in the text of a statement, and a restore puts into the row what a bucket holds. */
export const storedLimits = (sql: SqlStorage): StoredLimits => {
  const row = first<{ value: string }>(sql, "SELECT value FROM settings WHERE name = 'limits'");
  return Object.fromEntries(
    Object.entries(row ? JSON.parse(row.value) : {}).filter(([, value]) => Number.isSafeInteger(value)),
  );
};

/** The limits of this tenant now: the operator's, or else the default. */
export const readLimits = (sql: SqlStorage): Readonly<Limits> =>
  remembered(sql, 'limits', ['settings'], () => ({ ...DEFAULT_LIMITS, ...storedLimits(sql) }));
