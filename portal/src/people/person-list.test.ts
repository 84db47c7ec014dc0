import { afterEach, expect, it } from 'vitest';
import type { ListedMember } from '../../../schema/person.ts';
import type { RelativeTime } from '../ui/relative-time.ts';
import type { PersonList } from './person-list.ts';
import './person-list.ts';

afterEach(() => document.body.replaceChildren());

const member = (email: string, lastSeenAt: number | null) =>
  ({ id: email, email, role: 'engineer', removedAt: null, missing: false, lastSeenAt }) as unknown as ListedMember;

it('says when somebody was last seen no more exactly than it is noted, and of whoever looks that it is now', async () => {
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
  const people = [
    member('me@example.com', minutesAgo(28)),
    member('a@example.com', minutesAgo(28)),
    member('b@example.com', minutesAgo(130)),
  ];
  const list = Object.assign(document.createElement('person-list') as PersonList, { people, me: 'me@example.com' });
  document.body.append(list);
  await list.updateComplete;
  const times = [...list.renderRoot.querySelectorAll<RelativeTime>('relative-time')];
  await Promise.all(times.map((one) => one.updateComplete));
  const said = (one: Element) => one.shadowRoot?.textContent?.trim() ?? '';
  expect(list.renderRoot.querySelector('tbody td.quiet')?.textContent).toBe('You, now');
  expect(times.map(said)).toEqual(['within the hour', expect.stringMatching(/^2 h/)]);
});
