// Which facts are of one PC and which are not, by tables and laws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOther, isSamePc, otherPc, type PcFacts, pcKey, realFacts, spokeAt, takesTurns } from './same-pc.ts';

const facts = (serial: string | null, model: string | null = null): PcFacts => ({ serial, model });

describe('what an engine says of its PC', () => {
  it('is nothing where firmware has left a placeholder in', () => {
    expect(realFacts({ serial: 'To be filled by O.E.M.', model: 'System Product Name' })).toEqual(facts(null));
    expect(realFacts({ serial: 'Default string', model: 'Not specified' })).toEqual(facts(null));
    expect(realFacts({})).toEqual(facts(null));
    expect(realFacts({ serial: '5CD1234XYZ', model: 'EliteBook 840' })).toEqual(facts('5CD1234XYZ', 'EliteBook 840'));
  });

  it.each([
    ['5CD1234XYZ', '5cd1234xyz', false],
    ['EliteBook 840', ' EliteBook  840 ', false],
    ['5CD1234XYZ', null, false],
    [null, null, false],
    ['5CD1234XYZ', '5CD1234XYA', true],
  ])('%o and %o: another? %o', (a, b, other) => {
    expect(isOther(a, b)).toBe(other);
    expect(isOther(b, a)).toBe(other);
  });

  it('has one key for what is not another, and two for what is, where both are known', () => {
    const text = fc.oneof(fc.constantFrom('A', 'a', ' A ', 'B', 'a  b', 'A B'), fc.string({ minLength: 1 }));
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const [one, two] = [facts(a, b), facts(c, d)];
        expect(pcKey(one) === pcKey(two)).toBe(otherPc(one, two) === null);
      }),
    );
    expect(pcKey(facts(null))).toBeNull();
  });
});

describe('a turn', () => {
  const turn = { run: 'b', since: 1_000 };
  it.each<[string, Parameters<typeof takesTurns>, boolean]>([
    ['the first that is heard', [null, { run: 'a', heardAt: null, spokeAt: 2_000 }], false],
    ['a new run', [turn, { run: 'c', heardAt: null, spokeAt: 2_000 }], false],
    ['the run that was heard last', [turn, { run: 'b', heardAt: 1_500, spokeAt: 2_000 }], false],
    ['the one before it, goes on', [turn, { run: 'a', heardAt: 500, spokeAt: 2_000 }], true],
    ['the one before it, tells of before', [turn, { run: 'a', heardAt: 500, spokeAt: 900 }], false],
    ['the one before it, late', [turn, { run: 'a', heardAt: 500, spokeAt: null }], false],
  ])('%s', (_which, given, is) => {
    expect(takesTurns(...given)).toBe(is);
  });

  it.each<[string, Parameters<typeof spokeAt>[0], number | null]>([
    ['measured, a day behind', { saidAt: -86_400_000, skewMs: 86_400_500, receivedAt: 1_000 }, 500],
    ['measured, kept back for an hour', { saidAt: 0, skewMs: 0, receivedAt: 3_600_000 }, null],
    ['not measured, about right', { saidAt: 950_000, skewMs: null, receivedAt: 1_000_000 }, 1_000_000],
    ['not measured, ten minutes off', { saidAt: 400_000, skewMs: null, receivedAt: 1_000_000 }, null],
    ['measured, and after its receipt', { saidAt: 9_000, skewMs: 0, receivedAt: 1_000 }, null],
  ])('by a clock that is %s', (_which, clock, at) => {
    expect(spokeAt(clock)).toBe(at);
  });
});

describe('a run under another id', () => {
  const id = '01020304-0506-0708-090a-0b0c0d0e0f11';
  const [turned, other] = ['04030201-0605-0807-090a-0b0c0d0e0f11', '99999999-0506-0708-090a-0b0c0d0e0f11'];
  it.each<[string, PcFacts & { id: string }, PcFacts & { id: string }, boolean]>([
    ['with its serial number', { id, ...facts('S') }, { id: other, ...facts('s') }, true],
    ['with another', { id, ...facts('S') }, { id: other, ...facts('T') }, false],
    ['without one', { id, ...facts(null) }, { id: other, ...facts(null) }, false],
    ['with one only now', { id, ...facts(null) }, { id: other, ...facts('S') }, false],
    ['with another model', { id, ...facts('S', 'M') }, { id: other, ...facts('S', 'N') }, false],
    ['in the other byte order', { id, ...facts(null) }, { id: turned, ...facts(null) }, true],
    ['in the other byte order, with another serial', { id, ...facts('S') }, { id: turned, ...facts('T') }, false],
  ])('%s', (_which, before, said, same) => {
    expect(isSamePc(before, said)).toBe(same);
  });
});
