import { expect, it } from 'vitest';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { coveredBy, sheetsOf } from './recovery-cover.ts';

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;
const way = (id: string, change: Partial<ManifestUnlocker> = {}) =>
  ({
    id,
    kind: 'passphrase',
    label: 'Passphrase',
    owner: 'a@example.com',
    rights: ['admin'],
    createdAt: 0,
    ...change,
  }) as ManifestUnlocker;
const set = (createdAt: number) => way('set', { kind: 'recovery', label: 'Any 2 of 3 sheets', owner: null, createdAt });

it('calls sheets that nobody has tested for a year no way back, because sheets get lost', () => {
  const of = (drills: Record<string, number>, madeAt: number) => {
    const unlockers = [way('one'), set(madeAt)];
    return coveredBy(unlockers, sheetsOf(unlockers, drills), NOW);
  };
  expect(of({}, NOW - 10 * DAY_MS)).toEqual({ forgotten: 'covered', allLost: 'covered' });
  expect(of({}, NOW - 400 * DAY_MS)).toEqual({ forgotten: 'covered', allLost: 'open' });
  expect(of({ set: NOW - DAY_MS }, 0)).toEqual({ forgotten: 'covered', allLost: 'covered' });
});

it('says that nothing leads back in where one admin has the one way and there are no sheets, whatever engineers have', () => {
  const alone = [way('one'), way('engineer', { rights: ['reveal'] }), way('team', { owner: null, rights: ['reveal'] })];
  expect([sheetsOf(alone, {}), coveredBy(alone, null, NOW)]).toEqual([null, { forgotten: 'open', allLost: 'open' }]);
  expect(coveredBy([...alone, way('second', { owner: 'b@example.com' })], null, NOW)).toEqual({
    forgotten: 'covered',
    allLost: 'open',
  });
});
