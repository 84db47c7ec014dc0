import { afterEach, expect, it } from 'vitest';
import type { Leaver, PeopleList } from '../../../schema/person.ts';
import { isPast, type LeaverCard } from './leaver-card.ts';
import type { LeaverReplacements } from './leaver-replacements.ts';
import './leaver-card.ts';
import './leaver-replacements.ts';

const LEAVER: Leaver = {
  person: 'p1',
  email: 'ada@example.com',
  role: 'engineer',
  becomes: null,
  startedAt: Date.UTC(2026, 10, 28, 20),
  by: 'admin@example.com',
  couldFetch: { team: true, recovery: false },
  unlockersReplaced: true,
  escrowKeyReplaced: true,
  rootReplaced: true,
  remaining: 0,
  webhooks: [],
  tokens: [],
  moreTokens: 0,
};
const member = (id: string): PeopleList['people'][number] => ({
  id,
  email: LEAVER.email,
  role: 'engineer',
  removedAt: null,
  missing: false,
  lastSeenAt: null,
});
const past = (leaver: Leaver, people: PeopleList['people']) => isPast(leaver, { people, leavers: [leaver] });

afterEach(() => document.body.replaceChildren());

async function show(of: Partial<LeaverCard>) {
  const card = document.createElement('leaver-card') as LeaverCard;
  Object.assign(card, { leaver: LEAVER, tenant: 't1', admin: true }, of);
  document.body.append(card);
  await card.updateComplete;
  return card;
}

it('says of nobody that they have left once they are a member again, by their id or a new one', () => {
  expect([past(LEAVER, []), past(LEAVER, [member('p1')]), past(LEAVER, [member('p2')])]).toEqual([false, true, true]);
});

it('stays while anything of before is not replaced, and says that they are back', async () => {
  const open = { ...LEAVER, remaining: 3 };
  expect(past(open, [member('p2')])).toBe(false);
  const card = await show({ leaver: open, back: true });
  expect(card.renderRoot.querySelector('h2')?.textContent).toBe('ada@example.com is back, and may hold keys of before');
  expect(card.renderRoot.querySelector('li')?.textContent).toContain('a member again since');
});

it('has its button from the beginning, off until the new team passphrase is chosen, which it says', async () => {
  const form = document.createElement('leaver-replacements') as LeaverReplacements;
  form.shared = { team: true, recovery: true };
  document.body.append(form);
  await form.updateComplete;
  const size = form.renderRoot.querySelector('recovery-size');
  await size?.updateComplete;
  expect([size?.renderRoot.querySelector('button')?.disabled, form.renderRoot.textContent]).toEqual([
    true,
    expect.stringContaining('Choose the new team passphrase first.'),
  ]);
  const none = form.renderRoot.querySelectorAll<HTMLInputElement>('input[name=team]')[1];
  none?.click();
  await form.updateComplete;
  await size?.updateComplete;
  expect(size?.renderRoot.querySelector('button')?.disabled).toBe(false);
});
