// How much of a tenant's limits is used: in full for its admins, as bare numbers for an operator. It only reads.
import type { LimitName, LimitNear, Limits, LimitsAnswer, OperatedLimits, Room } from '../../schema/limits.ts';
import { wasFull } from '../core/full.ts';
import { bytesOfTables } from '../core/memory.ts';
import { sentBy } from '../fleet/run-day.ts';
import { NEAR, readLimits } from '../limits/limits.ts';
import { nearsOf } from '../limits/nears.ts';
import { roomOf } from '../limits/room.ts';
import type { TokenUses } from '../limits/token-uses.ts';
import { liveTokens } from '../tokens/tokens.ts';

const TOKENS_SHOWN = 20;
/** Twice as many as a tenant may have, unless an operator lets it have more. */
const TOKENS_LOOKED_AT = 1_000;

export const readRoom = (sql: SqlStorage): Room => roomOf(bytesOfTables(sql), readLimits(sql).storageBytes);

/** Whether there is room to spare for what is noted by the way, and may as well not be. `now`: ms since the epoch. */
export const isRoomAmple = (sql: SqlStorage, now: number): boolean =>
  !wasFull(sql, now) && readRoom(sql).state === 'ample';

type Used = { limits: Limits; room: Room; live: number; tokens: LimitsAnswer['tokens']; near: LimitNear[] };

/** `now`: ms since the epoch. Counts of the last minute that are not written yet are included. */
function usedNow(sql: SqlStorage, uses: TokenUses, now: number): Used {
  const limits = readLimits(sql);
  const live = liveTokens(sql, now, TOKENS_LOOKED_AT);
  const near = nearsOf(sql, (machine) => sentBy(sql, machine, now), now);
  if (live.length >= limits.tokens * NEAR)
    near.push({ limit: 'tokens', id: '', used: live.length, value: limits.tokens });
  return {
    limits,
    room: readRoom(sql),
    live: live.length,
    tokens: live
      .map(({ id, label }) => ({ id, label, ...uses.today(id, now) }))
      .filter(({ bytes, machines }) => bytes > 0 || machines > 0)
      .sort((a, b) => b.bytes - a.bytes),
    near,
  };
}

export function limitsAnswer(sql: SqlStorage, uses: TokenUses, now: number): LimitsAnswer {
  const { limits, room, tokens, near } = usedNow(sql, uses, now);
  return { limits, room, tokens: tokens.slice(0, TOKENS_SHOWN), near };
}

/** The most that any one has used of each limit, as far as it is known without looking at all machines: numbers, and nobody's name. */
export function operatedLimits(sql: SqlStorage, uses: TokenUses, now: number): OperatedLimits {
  const { limits, room, live, tokens, near } = usedNow(sql, uses, now);
  const most = (of: 'bytes' | 'machines'): number => tokens.reduce((max, token) => Math.max(max, token[of]), 0);
  const used: Partial<Record<LimitName, number>> = {
    storageBytes: room.bytes,
    tokens: live,
    tokenBytes: most('bytes'),
    tokenMachinesTold: most('machines'),
    tokenMachines: most('machines'),
  };
  for (const one of near) used[one.limit] = Math.max(used[one.limit] ?? 0, one.used);
  return { limits, room, used };
}
