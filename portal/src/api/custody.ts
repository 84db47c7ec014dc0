// The API of what outlives people: grants, unlockers, leavers, and ciphertexts in bulk.
import type { BulkPage, BulkPageRequest, Verified, VerifiedAnswer } from '../../../schema/bulk.ts';
import type { GrantList, GrantRequest } from '../../../schema/grant.ts';
import type { KeyringWritten, UndoChange, UnlockerActed, UnlockerChanged } from '../../../schema/keyring.ts';
import type { PeopleList, PersonRemoved, RevealedReport } from '../../../schema/person.ts';
import { call } from './http.ts';
import { allPages } from './pages.ts';

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

/** All requests; where there are more than ten pages of them, `next` is not null. */
export const grants = (tenant: string): Promise<GrantList> =>
  allPages<GrantList>(
    (before) => call(at(tenant, before?.next ? `grants?${new URLSearchParams({ after: before.next })}` : 'grants')),
    ({ next }) => next !== null,
    (whole, page) => ({ grants: [...whole.grants, ...page.grants], next: page.next }),
  );
export const requestGrant = (tenant: string, request: GrantRequest): Promise<UnlockerActed> =>
  call(at(tenant, 'grants'), request);
export const declineGrant = (tenant: string, grant: string): Promise<UnlockerActed> =>
  call(at(tenant, `grants/${grant}/decline`), {});
export const changeUnlocker = (tenant: string, changed: UnlockerChanged): Promise<UnlockerActed> =>
  call(at(tenant, `unlockers/${changed.half.id}/change`), changed);
export const keyringOpened = (tenant: string, unlocker: string, opened: string): Promise<UnlockerActed> =>
  call(at(tenant, `unlockers/${unlocker}/opened`), { opened });
export const undoChange = (tenant: string, wanted: UndoChange): Promise<KeyringWritten> =>
  call(at(tenant, 'keyring/undo'), wanted);
export const noteDrill = (tenant: string, recovery: string, proof: string): Promise<UnlockerActed> =>
  call(at(tenant, `recovery/${recovery}/drilled`), { proof });

/** All people and leavers; where there are more than ten pages of either, its `…next` is not null. */
export const people = (tenant: string): Promise<PeopleList> =>
  allPages<PeopleList>(
    (before) => {
      const query = new URLSearchParams();
      // A list that is at its end begins anew, and is not taken again: see below.
      if (before?.next) query.set('after', before.next);
      if (before?.leaversNext) query.set('leaversAfter', String(before.leaversNext));
      return call(at(tenant, query.size > 0 ? `people?${query}` : 'people'));
    },
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
export const removePerson = (tenant: string, person: string): Promise<PersonRemoved> =>
  call(at(tenant, `people/${person}/remove`), {});

/** Everything one person has revealed, all pages of it. */
export async function revealedBy(tenant: string, person: string): Promise<RevealedReport> {
  const path = at(tenant, `people/${person}/revealed`);
  let page = await call<RevealedReport>(path);
  const revealed = [...page.revealed];
  while (page.next !== null) {
    page = await call<RevealedReport>(`${path}?after=${encodeURIComponent(page.next)}`);
    revealed.push(...page.revealed);
  }
  return { ...page, revealed };
}

/** Ciphertexts in bulk: on record, and off the person's budget. */
export const bulkPage = (tenant: string, request: BulkPageRequest): Promise<BulkPage> =>
  call(at(tenant, 'ciphertexts/page'), request);
export const keepFindings = (tenant: string, items: Verified[], sweep?: string): Promise<VerifiedAnswer> =>
  call(at(tenant, 'ciphertexts/findings'), { items, sweep });
