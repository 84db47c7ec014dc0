// Whether a recovery key is missing, by a table: no storage, no clock.
import { describe, expect, it } from 'vitest';
import { type KeyFacts, missesKey } from './secret-facts.ts';

const over = { status: 'succeeded', encrypted: false } as const;
const nothing: KeyFacts = { run: over, listed: null, everEncrypted: false, heldSince: () => false, wasMissing: false };

describe('a recovery key', () => {
  it.each<[string, Partial<KeyFacts>, boolean]>([
    ['is not missing of a PC that never reported', { run: null, everEncrypted: true }, false],
    ['is not missing of a PC that was never encrypted', {}, false],
    ['is missing where a run has turned encryption on', { run: { status: 'running', encrypted: true } }, true],
    ['is not missing once one is held', { run: { ...over, encrypted: true }, heldSince: () => true }, false],
    [
      'is missing after a run that says nothing of it, of a PC that was encrypted before',
      { everEncrypted: true },
      true,
    ],
    ['is missing after a failed one too', { run: { ...over, status: 'failed' }, everEncrypted: true }, true],
    ['is not missing while the run is under way', { run: { ...over, status: 'running' }, everEncrypted: true }, false],
    [
      'stays missing while the next run is under way',
      { run: { ...over, status: 'running' }, everEncrypted: true, wasMissing: true },
      true,
    ],
    ['is missing where none of those that the PC lists is held', { listed: { any: true, held: false } }, true],
    [
      'is not missing where one of them is, though it was sealed before the run',
      { everEncrypted: true, listed: { any: true, held: true } },
      false,
    ],
    ['is not missing where the PC lists none', { everEncrypted: true, listed: { any: false, held: false } }, false],
    [
      'is missing where encryption was turned on after the PC had listed none',
      { run: { ...over, encrypted: true }, listed: { any: false, held: false } },
      true,
    ],
  ])('%s', (_what, facts, missing) => {
    expect(missesKey({ ...nothing, ...facts })).toBe(missing);
  });
});
