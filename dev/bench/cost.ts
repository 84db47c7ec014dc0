// What something costs by the price list, from what was counted. Pure: no clock, no I/O.
import { METERS, type Meter, PLAN_DOLLARS_A_MONTH, PRICES } from './prices.ts';

/** How much of each meter is used; what is not named is none. */
export type Usage = Partial<Record<Meter, number>>;

const MONTHS_A_YEAR = 12;

/** Dollars for this use, nothing being free. */
export const dollars = (usage: Usage): number =>
  METERS.reduce((sum, meter) => sum + dollarsFor(meter, usage[meter] ?? 0), 0);

export const dollarsFor = (meter: Meter, used: number): number => (used / PRICES[meter].per) * PRICES[meter].dollars;

/**
 * Dollars for a year's use that is spread evenly over its months, after what is free in each, with the plan that it takes. For
 * an account that has nothing else on it.
 */
export function dollarsAYear(usage: Usage): number {
  const beyond = METERS.map(
    (meter) =>
      [meter, Math.max(0, (usage[meter] ?? 0) / MONTHS_A_YEAR - PRICES[meter].includedAMonth) * MONTHS_A_YEAR] as const,
  );
  return MONTHS_A_YEAR * PLAN_DOLLARS_A_MONTH + dollars(Object.fromEntries(beyond));
}

/** What is none is left out. */
const usageOf = (amount: (meter: Meter) => number): Usage =>
  Object.fromEntries(METERS.map((meter) => [meter, amount(meter)] as const).filter(([, used]) => used !== 0));

export const times = (usage: Usage, count: number): Usage => usageOf((meter) => (usage[meter] ?? 0) * count);

export const plus = (...usages: readonly Usage[]): Usage =>
  usageOf((meter) => usages.reduce((sum, usage) => sum + (usage[meter] ?? 0), 0));
