// The one rule of what is current: a table of what happens in the field, and laws that hold in whatever order versions arrive.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_TOLERANCE_MS, instantOf, type Ordered, offeredOf, successions } from './order.ts';

type Named = Ordered & { name: string };
/** `sealedAt` in seconds. */
const version = (name: string, { sealedAt = null, ...more }: Partial<Ordered> = {}): Named => ({
  name,
  run: `run of ${name}`,
  order: null,
  counts: true,
  ...more,
  sealedAt: sealedAt === null ? null : sealedAt * 1000,
});
const namesOf = (versions: readonly Named[]): string[] => versions.map(({ name }) => name);

describe('what a PC may have', () => {
  it.each<[string, Named[], string[]]>([
    ['nothing, where nothing is held', [], []],
    ['the only one', [version('only')], ['only']],
    [
      'what was sealed today, though yesterday’s came after it',
      [version('today', { sealedAt: 200 }), version('yesterday', { sealedAt: 100 })],
      ['today'],
    ],
    [
      'the last of a run by the engine’s count, whatever the clock said',
      [
        version('tried', { run: 'r', order: 1, sealedAt: 200 }),
        version('applied', { run: 'r', order: 2, sealedAt: 100 }),
      ],
      ['applied'],
    ],
    [
      'the last of a run of which nobody knows when it was, beside another run’s',
      [
        version('last', { run: 'r', order: 2 }),
        version('first', { run: 'r', order: 1 }),
        version('other', { sealedAt: 5 }),
      ],
      ['other', 'last'],
    ],
    [
      'the last of a run of which nobody knows when it was, and not what an earlier run had: what it sealed before speaks for it',
      [
        version('last', { run: 'r', order: 2 }),
        version('first', { run: 'r', order: 1, sealedAt: 10 }),
        version('earlier', { sealedAt: 5 }),
      ],
      ['last'],
    ],
    [
      'all of which nobody can say when they were sealed',
      [version('a'), version('b'), version('c', { sealedAt: 1 })],
      ['c', 'a', 'b'],
    ],
    [
      'what a person brought beside what was there, until an admin confirms it',
      [version('there', { sealedAt: 100 }), version('brought', { sealedAt: 200, counts: false })],
      ['brought', 'there'],
    ],
    [
      'what was there, where a person brought what was sealed before',
      [version('there', { sealedAt: 200 }), version('brought', { sealedAt: 100, counts: false })],
      ['there'],
    ],
    [
      'what each of several PCs under one id has, by each one’s own order',
      [
        version('a before', { sealedAt: 100, pc: 'a' }),
        version('b', { sealedAt: 150, pc: 'b' }),
        version('a', { sealedAt: 200, pc: 'a' }),
        version('of no run', { sealedAt: 50, pc: '' }),
      ],
      ['a', 'b', 'of no run'],
    ],
    [
      'both of two that were sealed in the same second by engines that do not count',
      [version('a', { sealedAt: 100 }), version('b', { sealedAt: 100.3 })],
      ['b', 'a'],
    ],
    [
      'another run’s, sealed between the two of a run whose clock was set back',
      [
        version('ahead', { run: 'r', order: 1, sealedAt: 300 }),
        version('behind', { run: 'r', order: 2, sealedAt: 100 }),
        version('between', { sealedAt: 200 }),
      ],
      ['between'],
    ],
    [
      'what the engine counted last, though a person brought it and it is not confirmed, beside the one before',
      [
        version('one', { run: 'r', order: 1, sealedAt: 1 }),
        version('two', { run: 'r', order: 2, sealedAt: 2, counts: false }),
      ],
      ['two', 'one'],
    ],
  ])('is %s', (_what, versions, expected) => {
    expect(namesOf(offeredOf(versions))).toEqual(expected);
  });
});

const drawn = fc.record({
  run: fc.constantFrom(null, 'r1', 'r2', 'r3'),
  order: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
  sealedAt: fc.option(
    fc.integer({ min: 0, max: 18 }).map((halves) => halves * 500),
    { nil: null },
  ),
  counts: fc.boolean(),
});
/** Each case has a name, and is repeated in another order of arrival. */
const arrivals = fc
  .array(drawn, { maxLength: 14 })
  .map((versions) => versions.map((one, index): Named => ({ ...one, name: String(index) })))
  .chain((versions) => fc.tuple(fc.constant(versions), fc.shuffledSubarray(versions, { minLength: versions.length })));

describe('in whatever order versions arrive', () => {
  it('the same ones are offered, because what is current is nothing that a network decides', () => {
    fc.assert(
      fc.property(arrivals, ([versions, arrived]) => {
        expect(namesOf(offeredOf(arrived)).sort()).toEqual(namesOf(offeredOf(versions)).sort());
      }),
    );
  });

  it('something is offered, and what counts is never hidden behind what does not', () => {
    fc.assert(
      fc.property(arrivals, ([versions]) => {
        expect(offeredOf(versions).length > 0).toBe(versions.length > 0);
        const successorOf = successions(versions);
        for (const one of versions) expect(successorOf(one)?.counts ?? true).toBe(true);
        if (versions.some(({ counts }) => counts)) expect(offeredOf(versions).some(({ counts }) => counts)).toBe(true);
      }),
    );
  });

  it('what takes another’s place was counted after it in its run, or sealed after it by our clock', () => {
    fc.assert(
      fc.property(arrivals, ([versions]) => {
        const successorOf = successions(versions);
        for (const one of versions) {
          const heir = successorOf(one);
          if (!heir) continue;
          const counted = one.run !== null && one.run === heir.run && one.order !== null && heir.order !== null;
          if (counted) expect(heir.order).toBeGreaterThan(one.order ?? 0);
          else expect((heir.sealedAt ?? 0) - (one.sealedAt ?? 10_000)).toBeGreaterThanOrEqual(1000);
        }
      }),
    );
  });

  it('what one more version of unknown order brings is that one more is offered, and nobody is hidden behind it', () => {
    fc.assert(
      fc.property(arrivals, fc.boolean(), ([versions], counts) => {
        const stray: Named = { name: 'stray', run: 'r9', order: 1, sealedAt: null, counts };
        expect(namesOf(offeredOf([...versions, stray])).sort()).toEqual(
          [...namesOf(offeredOf(versions)), 'stray'].sort(),
        );
      }),
    );
  });
});

describe('the instant of sealing', () => {
  const [receivedAt, notBefore] = [1_000_000_000, 500_000_000];
  it.each<[string, { saidAt: number; skewMs: number | null }, number | null]>([
    ['is what a clock says that nobody measured', { saidAt: 900_000_000, skewMs: null }, 900_000_000],
    ['is moved by what was measured', { saidAt: 100_000, skewMs: 899_900_000 }, 900_000_000],
    ['is unknown of a clock ten years behind, where nobody measured', { saidAt: 1_000, skewMs: null }, null],
    ['is unknown after its receipt', { saidAt: receivedAt + CLOCK_TOLERANCE_MS + 1, skewMs: null }, null],
    [
      'is forgiven a clock that is a little ahead',
      { saidAt: receivedAt + CLOCK_TOLERANCE_MS, skewMs: null },
      receivedAt + CLOCK_TOLERANCE_MS,
    ],
    ['is forgiven nothing once it was measured', { saidAt: receivedAt - 5, skewMs: 6 }, null],
    ['may be the second in which the key was made', { saidAt: notBefore - 999, skewMs: 0 }, notBefore - 999],
    ['is unknown before its key was there', { saidAt: notBefore - 1000, skewMs: 0 }, null],
  ])('%s', (_what, clock, expected) => {
    expect(instantOf({ ...clock, receivedAt, notBefore })).toBe(expected);
  });
});
