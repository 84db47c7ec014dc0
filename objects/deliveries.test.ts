// Deciding about deliveries, silences and expiries, by tables: no clock, no network.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { backOffMs, isRefused, outcomeOf, REFUSED_TRIES, signature } from './deliveries.ts';
import { decideExpiring, TOLD_BEFORE_MS } from './expiring-tokens.ts';
import { STALLED_AFTER_MS } from './silence.ts';
import { decideStalled, type RunningRun } from './stalled.ts';

const [SECOND, HOUR, DAY] = [1000, 3_600_000, 24 * 3_600_000];

describe('the back-off', () => {
  it.each([
    [1, 30 * SECOND],
    [2, 60 * SECOND],
    [3, 120 * SECOND],
    [8, 64 * 60 * SECOND],
    [10, 256 * 60 * SECOND],
    [11, 6 * HOUR],
    [50, 6 * HOUR],
    [5000, 6 * HOUR],
  ])('after %i failures in a row is %i ms, doubling from 30 s and never more than 6 h', (failures, ms) => {
    expect(backOffMs(failures)).toBe(ms);
  });
});

describe('a receiver’s answer', () => {
  it.each([
    ...[200, 204, 299].map((status) => [status, true, null] as const),
    ...[300, 301, 307, 399].map((status) => [status, false, 'redirected'] as const),
    ...[400, 401, 403, 404, 405, 410, 413, 422, 451, 499].map((status) => [status, false, 'turned_down'] as const),
    ...[408, 425, 429, 500, 502, 503, 504, 599].map((status) => [status, false, 'failed'] as const),
  ])('of %i counts as delivered: %s (%s), and more than that nobody is told', (status, delivered, fault) => {
    expect(outcomeOf(status)).toEqual({ delivered, fault });
  });
});

describe('a notice that its receiver answers', () => {
  it.each([
    ['turned_down', true] as const,
    ...(['failed', 'redirected', 'timed_out', 'unreachable', 'not_allowed', null] as const).map(
      (fault) => [fault, false] as const,
    ),
  ])(
    'with %s is given up after five tries: %s, because only a refusal for good is the notice’s own',
    (fault, refused) => {
      expect(isRefused(fault, REFUSED_TRIES)).toBe(refused);
      expect(isRefused(fault, REFUSED_TRIES - 1)).toBe(false);
      expect(isRefused(fault, 1000)).toBe(refused);
    },
  );
});

describe('the signature', () => {
  it('is HMAC-SHA256 over instant and body, so that neither can be exchanged', () => {
    const of = (text: string) => createHmac('sha256', 'key').update(text).digest('hex');
    expect(signature('key', '{"a":1}', 1234)).toBe(`t=1234,v1=${of('1234.{"a":1}')}`);
    expect(signature('key', '{"a":1}', 1235)).not.toContain(of('1234.{"a":1}'));
  });
});

describe('a silent run', () => {
  const now = 100 * DAY;
  type Of = 'this' | 'earlier' | null;
  const run = (silentMs: number, told: Of = null, marked: Of = told): RunningRun => {
    const heardAt = now - silentMs;
    const of = (which: Of) => (which === 'this' ? heardAt : which === 'earlier' ? heardAt - DAY : null);
    return { run: `${silentMs}`, machine: 'm', hostname: null, heardAt, toldOf: of(told), markedOf: of(marked) };
  };
  const [three, four] = [`${STALLED_AFTER_MS}`, `${4 * HOUR}`];
  it.each<[string, RunningRun[], string[], string[], number | null]>([
    ['nothing runs', [], [], [], null],
    ['it spoke just now', [run(0)], [], [], now + STALLED_AFTER_MS],
    ['it is quiet for less than three hours', [run(STALLED_AFTER_MS - 1)], [], [], now + 1],
    ['three hours are over', [run(STALLED_AFTER_MS)], [three], [three], null],
    ['it was told of and marked already', [run(STALLED_AFTER_MS, 'this')], [], [], null],
    ['it was told of and its row lost the mark', [run(STALLED_AFTER_MS, 'this', null)], [], [three], null],
    ['it was marked by another change of its row, and not told of', [run(4 * HOUR, null, 'this')], [four], [], null],
    ['it spoke since it was told of', [run(HOUR, 'earlier')], [], [], now + 2 * HOUR],
    ['it fell silent again', [run(4 * HOUR, 'earlier', null)], [four], [four], null],
    ['one is silent and two are not', [run(4 * HOUR), run(HOUR), run(2 * HOUR)], [four], [four], now + HOUR],
    ['the server’s own clock went back', [run(-HOUR)], [], [], now + HOUR + STALLED_AFTER_MS],
  ])('is found where %s', (_where, running, tell, mark, lookAgainAt) => {
    const decided = decideStalled(running, now);
    const names = (some: RunningRun[]) => some.map((one) => one.run);
    expect([names(decided.tell), names(decided.mark), decided.lookAgainAt]).toEqual([tell, mark, lookAgainAt]);
  });
});

describe('a token that expires', () => {
  const now = 100 * DAY;
  const [early, late] = TOLD_BEFORE_MS;
  const told = (beforeMs: number, expiresAt: number) => [{ token: 't', expiresAt, beforeMs }];
  it.each<[string, number, ReturnType<typeof told>, number[]]>([
    ['in a month is not told of', now + 30 * DAY, [], []],
    ['in two weeks is', now + early, [], [early]],
    ['in two weeks is told of once', now + early, told(early, now + early), []],
    ['in ten days, seen late, is told of', now + 10 * DAY, [], [early]],
    ['in two days is told of again', now + late, told(early, now + late), [late]],
    ['in two days, told of that, is not', now + late, told(late, now + late), []],
    ['in a day, never seen before, is told of once', now + DAY, [], [late]],
    ['already is not', now, [], []],
    ['later than it did, since its date was moved, is told of anew', now + early, told(early, now + 20 * DAY), [early]],
  ])('%s', (_when, expiresAt, known, warnings) => {
    expect(decideExpiring([{ id: 't', expiresAt }], known, now).map((one) => one.beforeMs)).toEqual(warnings);
  });
});
