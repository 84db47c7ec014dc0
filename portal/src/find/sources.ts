// From what is known to what is shown: pages, acts, people and PCs that fit what was typed. Pure but for the URL that it makes.
import type { Match, SearchResult } from '../../../schema/machine.ts';
import type { Member, Membership } from '../../../schema/person.ts';
import { foundAt } from '../../../schema/typed-text.ts';
import { statusAside } from '../fleet/status-aside.ts';
import type { MenuEntry } from '../shell/menu.ts';
import { laptopIcon, userRoundIcon } from '../ui/icons.ts';
import { ROLE_WORDS, shortId } from '../ui/words.ts';
import type { Act } from './acts.ts';
import type { Hit } from './hit.ts';

/** A word of it begins so: "re" finds Recovery and not "where". Longer texts are found anywhere. */
const WORD_ONLY_BELOW = 3;
const fits = (text: string, q: string): boolean => {
  if (q === '') return true;
  if (q.length >= WORD_ONLY_BELOW) return foundAt(text, q) !== null;
  return text.split(/[\s@.·-]+/).some((word) => foundAt(word, q)?.[0] === 0);
};

/** What begins so comes before what holds it. */
const bestFirst = (hits: Hit[], q: string): Hit[] =>
  hits.toSorted((a, b) => Number(foundAt(b.words, q)?.[0] === 0) - Number(foundAt(a.words, q)?.[0] === 0));

export const pageHits = (menu: readonly MenuEntry[], q: string): Hit[] =>
  menu
    .filter(({ words }) => fits(words, q))
    .map(({ href, words, icon, group }) => ({ id: `page-${href}`, icon, words, about: group || 'Page', to: href }));

export const actHits = (acts: readonly Act[], q: string): Hit[] =>
  bestFirst(
    acts
      .filter(({ words }) => fits(words, q))
      .map((act) => ({ id: `act-${act.words.replaceAll(/\W+/g, '-')}`, ...act })),
    q,
  );

export type PeopleOf = { membership: Membership; people: readonly Member[] };

/** People of every tenant whose list the person may read; `several`: a tenant has to be named. */
export const personHits = (known: readonly PeopleOf[], q: string, several: boolean): Hit[] =>
  known.flatMap(({ membership, people }) =>
    people
      .filter(({ email, removedAt }) => removedAt === null && fits(email, q))
      .map(({ id, email, role }) => ({
        id: `person-${membership.tenant}-${id}`,
        icon: userRoundIcon,
        words: email,
        about: [ROLE_WORDS[role], ...(several ? [membership.name] : [])].join(' · '),
        to: `/t/${membership.tenant}/people`,
      })),
  );

function machineHit({ machine, field, keyId }: Match, membership: Membership, several: boolean): Hit {
  const { id, hostname, client, serial } = machine;
  const to = `/t/${membership.tenant}/machines/${id}`;
  const key: Record<string, string> = field === 'recovery_key' && keyId ? { keyId } : {};
  return {
    id: `pc-${membership.tenant}-${id}`,
    icon: laptopIcon,
    words: hostname ?? shortId(id),
    about: [...(several ? [membership.name] : []), client ?? 'No client', serial ?? 'no serial number'].join(' · '),
    aside: statusAside(machine),
    to,
    ...key,
    ...(membership.role === 'auditor'
      ? {}
      : { reveal: `${to}?${new URLSearchParams({ reveal: 'recovery-key', ...key })}` }),
  };
}

export const machineHits = (
  found: readonly (readonly [Membership, SearchResult])[],
  several: boolean,
): { hits: Hit[]; all: number | null } => ({
  hits: found.flatMap(([membership, { matches }]) => matches.map((match) => machineHit(match, membership, several))),
  all: found.some(([, { further }]) => further === null)
    ? null
    : found.reduce((sum, [, { matches, further }]) => sum + matches.length + (further ?? 0), 0),
});
