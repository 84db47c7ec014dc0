// The arithmetic of docs/cost.md, and that the page says what it comes to.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { root } from '../lib/run.ts';
import { dashboard, firstYear, firstYearOf, PCS, provisioning } from './bill.ts';
import { dollars, dollarsAYear, dollarsFor, plus, times, type Usage } from './cost.ts';
import { costPage } from './cost-page.ts';
import counted from './counted.json' with { type: 'json' };
import type { Design } from './design.ts';
import { METERS, PLAN_DOLLARS_A_MONTH, PRICES } from './prices.ts';

const design = (more: Partial<Design> = {}): Design => ({
  pc: { workerRequests: 16, objectRequests: 16, rowsWritten: 70 },
  opened: { workerRequests: 5 },
  again: { workerRequests: 2 },
  minute: { objectRequests: 1 },
  pruned: { rowsWritten: 5 },
  bytes: 10_000,
  ...more,
});

const usage = fc.record(Object.fromEntries(METERS.map((meter) => [meter, fc.integer({ min: 0, max: 1e9 })])));

describe('a price', () => {
  it('is that of the list: a million rows written are a dollar, a GB kept for a year in an object two dollars and forty cents', () => {
    expect(dollars({ rowsWritten: 1e6 })).toBeCloseTo(1);
    expect(dollars({ objectGbMonths: 12 })).toBeCloseTo(2.4);
    expect(dollars({ workerRequests: 2e6, rowsRead: 3e6 })).toBeCloseTo(0.6 + 0.003);
  });

  it('of two uses together is the sum of both, so that a day is as much as its PCs', () => {
    fc.assert(
      fc.property(usage, usage, fc.integer({ min: 1, max: 1_000 }), (one, other, count) => {
        expect(dollars(plus(one, other))).toBeCloseTo(dollars(one) + dollars(other), 4);
        expect(dollars(times(one, count)) / count).toBeCloseTo(dollars(one), 4);
      }),
    );
  });
});

describe('a year', () => {
  it('costs the plan alone as long as each month stays within what it includes', () => {
    const included: Usage = Object.fromEntries(METERS.map((meter) => [meter, PRICES[meter].includedAMonth * 12]));
    expect(dollarsAYear(included)).toBeCloseTo(12 * PLAN_DOLLARS_A_MONTH);
  });

  it('costs what goes beyond, and never less than the plan', () => {
    const beyond = { rowsWritten: PRICES.rowsWritten.includedAMonth * 12 + 1e6 };
    expect(dollarsAYear(beyond)).toBeCloseTo(12 * PLAN_DOLLARS_A_MONTH + 1);
    fc.assert(
      fc.property(usage, (used) => {
        expect(dollarsAYear(used)).toBeGreaterThanOrEqual(12 * PLAN_DOLLARS_A_MONTH);
        expect(dollarsAYear(used)).toBeLessThanOrEqual(12 * PLAN_DOLLARS_A_MONTH + dollars(used) + 1e-6);
      }),
    );
  });
});

describe('a day of provisioning', () => {
  it('is its PCs, their deletion, its minutes and one open page', () => {
    const day = provisioning(design(), 100, 1);
    expect(day.rowsWritten).toBe(100 * 75);
    expect(day.workerRequests).toBe(1600 + 5 + 2 * 240);
    expect(day.objectRequests).toBe(1600 + 60);
  });

  it('has its object awake for all its hours at most, however many calls there are', () => {
    expect(provisioning(design(), 1e6, 8).objectGbSeconds).toBeCloseTo(8 * 3600 * 0.128);
    expect(provisioning(design(), 10, 8).objectGbSeconds ?? 0).toBeLessThan(8 * 3600 * 0.128);
  });

  it('of a design without objects has no duration and keeps its bytes in D1', () => {
    const indexed = design({ pc: { workerRequests: 16, indexRowsWritten: 80 }, minute: {} });
    expect(provisioning(indexed).objectGbSeconds).toBeUndefined();
    expect(firstYear(indexed)).toEqual({ indexGbMonths: expect.closeTo(1.2) });
    expect(firstYear(design())).toEqual({ objectGbMonths: expect.closeTo(1.2) });
  });

  it('reads its page again as often as the page does', () => {
    expect(dashboard(design(), 8).workerRequests).toBe(5 + 2 * 8 * 240);
  });
});

it('lets storage grow over an MSP’s first year: half of it on average', () => {
  expect(firstYearOf(design(), PCS).objectGbMonths).toBeCloseTo((firstYear(design()).objectGbMonths ?? 0) / 2);
  expect(dollarsFor('objectGbMonths', 5)).toBeCloseTo(1);
});

it('docs/cost.md says what the prices and the counts come to (`npm run bench` writes it)', () => {
  const page = readFileSync(path.join(root, 'docs/cost.md'), 'utf8');
  expect(page).toBe(costPage(page, counted));
});
