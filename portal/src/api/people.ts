// The API of people: their coming, changing and going, and what they revealed. `tenant` is, here as everywhere, an id from the person's own memberships.
import type { PeopleList, RevealedReport, Role } from '../../../schema/person.ts';
import { call } from './call.ts';
import { allPages } from './pages.ts';

/** All people and leavers; where there are more than ten pages of either, its `…next` is not null. */
export const people = (tenant: string): Promise<PeopleList> =>
  allPages<PeopleList>(
    (before) =>
      call('GET /v1/tenants/:tenant/people', {
        params: { tenant },
        // A list that is at its end begins anew, but is not added again: see below.
        query: { after: before?.next ?? undefined, leaversAfter: before?.leaversNext ?? undefined },
      }),
    ({ next, leaversNext }) => next !== null || leaversNext !== null,
    (whole, page) => ({
      ...(whole.next === null
        ? { people: whole.people, next: null }
        : { people: [...whole.people, ...page.people], next: page.next }),
      ...(whole.leaversNext === null
        ? { leavers: whole.leavers, leaversNext: null }
        : { leavers: [...whole.leavers, ...page.leavers], leaversNext: page.leaversNext }),
    }),
  );

export const addPerson = (tenant: string, email: string, role: Role) =>
  call('POST /v1/tenants/:tenant/people', { params: { tenant }, body: { email, role } });
export const changeRole = (tenant: string, person: string, role: Role) =>
  call('POST /v1/tenants/:tenant/people/:person/role', { params: { tenant, person }, body: { role } });
export const removePerson = (tenant: string, person: string) =>
  call('POST /v1/tenants/:tenant/people/:person/remove', { params: { tenant, person } });

/** Everything one person has revealed, all pages of it. */
export async function revealedBy(tenant: string, person: string): Promise<RevealedReport> {
  const read = (after?: string) =>
    call('GET /v1/tenants/:tenant/people/:person/revealed', { params: { tenant, person }, query: { after } });
  let page = await read();
  const revealed = [...page.revealed];
  while (page.next !== null) {
    page = await read(page.next);
    revealed.push(...page.revealed);
  }
  return { ...page, revealed };
}
