import { expect, it } from 'vitest';
import { AuditEntry } from '../schema/audit.ts';
import vector from '../schema/vectors/audit.json';
import { hashEntry } from './audit.ts';
import { sha256 } from './rows.ts';

it('the checked-in chain verifies, because whoever kept an export must be able to check it for ever', () => {
  let previous = sha256(vector.tenant);
  for (const one of vector.entries) {
    const { hash, ...entry } = AuditEntry.parse(one);
    expect([entry.previousHash, hashEntry(entry)]).toEqual([previous, hash]);
    previous = hash;
  }
});
