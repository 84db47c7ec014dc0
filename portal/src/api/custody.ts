// The API of what outlives people: grants, unlockers, leavers, and ciphertexts in bulk.
import type { BulkPage, BulkPageRequest, Verified, VerifiedAnswer } from '../../../schema/bulk.ts';
import type { GrantList, GrantRequest } from '../../../schema/grant.ts';
import type { KeyringWritten, UndoChange, UnlockerActed, UnlockerChanged } from '../../../schema/keyring.ts';
import type { PeopleList, PersonRemoved, RevealedReport } from '../../../schema/person.ts';
import { call } from './http.ts';

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

export const grants = (tenant: string): Promise<GrantList> => call(at(tenant, 'grants'));
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
export const noteDrill = (tenant: string, recovery: string): Promise<UnlockerActed> =>
  call(at(tenant, `recovery/${recovery}/drilled`), {});

export const people = (tenant: string): Promise<PeopleList> => call(at(tenant, 'people'));
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
