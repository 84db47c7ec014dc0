import { afterEach, expect, it } from 'vitest';
import type { Custody, Overview } from '../../../schema/machine.ts';
import type { CustodyNote } from './custody-note.ts';
import './custody-note.ts';

afterEach(() => document.body.replaceChildren());

async function said(custody: Partial<Custody>, role = 'admin'): Promise<string[]> {
  const overview = {
    custody: {
      unlockers: 3,
      adminUnlockers: 2,
      recoveryProvenAt: Date.now(),
      grantsWaiting: 0,
      notOpening: 0,
      ...custody,
    },
    room: { state: 'ample', bytes: 0, limit: 1 },
    budgetExceeded: [],
    tokensExpiring: [],
    rollbackNoticed: null,
  } as unknown as Overview;
  const membership = { tenant: 'acme', name: 'Acme', role, status: 'active' };
  const element = Object.assign(document.createElement('custody-note') as CustodyNote, { overview, membership });
  document.body.append(element);
  await element.updateComplete;
  return [...element.renderRoot.querySelectorAll('.note > span')].map(
    (one) => one.textContent?.replace(/\s+/g, ' ') ?? '',
  );
}

it('tells every admin who unlocked with the recovery sheets, and what is to be done after it', async () => {
  const recoveryUsed = { at: Date.now(), by: 'noor@example.com' };
  const [words] = await said({ recoveryUsed });
  expect(words).toMatch(
    /^noor@example\.com unlocked with the recovery sheets, .+ Set a new passphrase .+ make a new set/,
  );
  expect(await said({ recoveryUsed }, 'auditor')).toEqual([]);
});

it('says nothing of sheets that nobody has used, nor where the server does not know', async () => {
  expect([await said({ recoveryUsed: null }), await said({})]).toEqual([[], []]);
});

it('names who asks to unlock, and says how many more do', async () => {
  const firstWaiting = 'eng@example.com';
  expect((await said({ grantsWaiting: 1, firstWaiting }))[0]).toMatch(/^eng@example\.com asks to unlock\./);
  expect((await said({ grantsWaiting: 3, firstWaiting }))[0]).toMatch(/^eng@example\.com and 2 more ask to unlock\./);
});
