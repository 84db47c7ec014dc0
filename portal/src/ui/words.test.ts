import { expect, it } from 'vitest';
import { phaseWords } from './words.ts';

it('a phase is called as its engine calls it, also by a name that every object has', () => {
  expect(['bitlocker', 'local_admin', 'constructor', 'to_string', 'valueof'].map(phaseWords)).toEqual([
    'BitLocker',
    'Local admin',
    'Constructor',
    'To string',
    'Valueof',
  ]);
});
