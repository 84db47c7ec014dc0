// What of a tenant's limits is used: for its admins, and the bare numbers for an operator. It only reads.
import type { LimitNear, LimitsAnswer, OperatedLimits, Room } from '../schema/limits.ts';
import { dayOf, readLimits } from './limits.ts';
import { roomOf } from './room.ts';
import type { TokenUses } from './token-uses.ts';
import { liveTokens } from './tokens.ts';

const TOKENS_SHOWN = 20;
/** Twice as many as a tenant may have, unless an operator lets it have more. */
const TOKENS_LOOKED_AT = 1_000;

export const readRoom = (sql: SqlStorage): Room => roomOf(sql.databaseSize, readLimits(sql).storageBytes);

export const operatedLimits = (sql: SqlStorage): OperatedLimits => ({ limits: readLimits(sql), room: readRoom(sql) });

/** `now`: ms since the epoch. What was counted within the last minute and is not written yet is in it. */
export function limitsAnswer(sql: SqlStorage, uses: TokenUses, now: number): LimitsAnswer {
  const tokens = liveTokens(sql, now, TOKENS_LOOKED_AT)
    .map(({ id, label }) => ({ id, label, ...uses.today(id, now) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, TOKENS_SHOWN);
  return { ...operatedLimits(sql), tokens, near: nearOf(sql, dayOf(now)) };
}

const NEAR_MAX = 20;
type Noted = { day: number; counts: Map<string, LimitNear> };
const noted = new WeakMap<SqlStorage, Noted>();

/** Keeps in mind, for the rest of the day or until the object is evicted, that a count comes near its limit. */
export function noteNear(sql: SqlStorage, day: number, near: LimitNear): void {
  const known = noted.get(sql);
  const counts = known?.day === day ? known.counts : new Map<string, LimitNear>();
  const key = `${near.limit} ${near.id}`;
  if (counts.size < NEAR_MAX || counts.has(key)) counts.set(key, near);
  noted.set(sql, { day, counts });
}

const nearOf = (sql: SqlStorage, day: number): LimitNear[] => {
  const known = noted.get(sql);
  return known?.day === day ? [...known.counts.values()] : [];
};
