// The limits of a tenant, how much of them is used, and how an operator changes them. The numbers themselves are in
// limit-table.ts.
import * as z from 'zod';
import { LIMIT_NAMES, LIMITS, type LimitName as Name, ROOM_STATES } from './limit-table.ts';

export const LimitName = z.enum(LIMIT_NAMES);
export type LimitName = Name;

const shape = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, z.int().min(LIMITS[name].min).max(LIMITS[name].max)]),
) as Record<LimitName, z.ZodInt>;

/** The limits of a tenant. */
export const Limits = z.object(shape);
export type Limits = z.infer<typeof Limits>;

/** An absent limit stays as it is; null brings the default back. */
export const LimitsChange = z
  .strictObject(
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, shape[name].nullable().optional()])) as {
      [N in LimitName]: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
    },
  )
  .refine((change) => Object.keys(change).length > 0, { error: 'must change at least one limit' })
  .meta({ minProperties: 1 });
export type LimitsChange = z.infer<typeof LimitsChange>;

/**
 * How much room an object has left: `ample` below 80 % of its limit; from there on reports are refused (`low`); from 90
 * % on everything except acts that keep secrets in reach (`reserve`); from 98 % on secrets of known machines too
 * (`last`).
 */
export const RoomState = z.enum(ROOM_STATES);
export type RoomState = z.infer<typeof RoomState>;

export const Room = z.object({ bytes: z.int(), limit: z.int(), state: RoomState });
export type Room = z.infer<typeof Room>;

/**
 * A count that has come to 80 % of its limit or beyond. `id`: of the token, machine or webhook; blank if the count is
 * the tenant’s own.
 */
export const LimitNear = z.object({ limit: LimitName, id: z.string(), used: z.int(), value: z.int() });
export type LimitNear = z.infer<typeof LimitNear>;

/**
 * The limits of a tenant and how much of them is used. `tokens`: use of this UTC day, the most first, twenty at most.
 * `near`: likewise.
 */
export const LimitsAnswer = z.object({
  limits: Limits,
  room: Room,
  tokens: z.array(z.object({ id: z.string(), label: z.string(), bytes: z.int(), machines: z.int() })),
  near: z.array(LimitNear),
});
/**
 * The same for an operator, who is told nothing about a tenant's tokens and machines. `used`: the most that any one of
 * them has used today, for limits where that is known; for machines and runs, only from 80 % on.
 */
export const OperatedLimits = LimitsAnswer.pick({ limits: true, room: true }).extend({
  used: z.partialRecord(LimitName, z.int()),
});
export type OperatedLimits = z.infer<typeof OperatedLimits>;
export type LimitsAnswer = z.infer<typeof LimitsAnswer>;
