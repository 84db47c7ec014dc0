// The API of what an admin administers: machine tokens, and people's coming and changing.
import type { AsideActed, Brought } from '../../../schema/aside.ts';
import type { Member, Role } from '../../../schema/person.ts';
import type { IssuedToken, TokenList, TokenRevoked, TokenRotate, TokenWrite } from '../../../schema/token.ts';
import { call } from './http.ts';
import { allPages } from './pages.ts';

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

/** All tokens; where there are more than ten pages of them, `next` is not null. */
export const tokens = (tenant: string): Promise<TokenList> =>
  allPages<TokenList>(
    (before) => call(at(tenant, before?.next ? `tokens?${new URLSearchParams({ after: before.next })}` : 'tokens')),
    ({ next }) => next !== null,
    (whole, page) => ({ tokens: [...whole.tokens, ...page.tokens], next: page.next }),
  );
/** The token is in this answer, once. */
export const issueToken = (tenant: string, wanted: TokenWrite): Promise<IssuedToken> =>
  call(at(tenant, 'tokens'), wanted);
export const rotateToken = (tenant: string, token: string, wanted: TokenRotate): Promise<IssuedToken> =>
  call(at(tenant, `tokens/${token}/rotate`), wanted);
export const revokeToken = (tenant: string, token: string): Promise<TokenRevoked> =>
  call(at(tenant, `tokens/${token}/revoke`), {});

/** The next slice of what it brought; `after` blank for the first. */
export const brought = (
  tenant: string,
  token: string,
  since: number | null,
  after: string,
  signal: AbortSignal,
): Promise<Brought> => {
  const query = new URLSearchParams({
    ...(since === null ? {} : { since: String(since) }),
    ...(after ? { after } : {}),
  });
  return call(at(tenant, `tokens/${token}/brought?${query}`), undefined, signal);
};
export const setAside = (tenant: string, token: string, since: number | null): Promise<AsideActed> =>
  call(at(tenant, `tokens/${token}/set-aside`), { since });
export const bringBack = (tenant: string, token: string): Promise<AsideActed> =>
  call(at(tenant, `tokens/${token}/bring-back`), {});

export const addPerson = (tenant: string, email: string, role: Role): Promise<Member> =>
  call(at(tenant, 'people'), { email, role });
export const changeRole = (tenant: string, person: string, role: Role): Promise<Member> =>
  call(at(tenant, `people/${person}/role`), { role });
