// The API of machine tokens, and of what each of them brought.
import type { TokenList, TokenRotate, TokenWrite } from '../../../schema/token.ts';
import { call } from './call.ts';
import { allPages } from './pages.ts';

/** All tokens; where there are more than ten pages of them, `next` is not null. */
export const tokens = (tenant: string): Promise<TokenList> =>
  allPages<TokenList>(
    (before) =>
      call('GET /v1/tenants/:tenant/tokens', { params: { tenant }, query: { after: before?.next ?? undefined } }),
    ({ next }) => next !== null,
    (whole, page) => ({ tokens: [...whole.tokens, ...page.tokens], next: page.next }),
  );
/** The token is in this answer, once. */
export const issueToken = (tenant: string, body: TokenWrite) =>
  call('POST /v1/tenants/:tenant/tokens', { params: { tenant }, body, what: body.label });
export const rotateToken = (tenant: string, token: string, body: TokenRotate) =>
  call('POST /v1/tenants/:tenant/tokens/:token/rotate', { params: { tenant, token }, body });
export const revokeToken = (tenant: string, token: string) =>
  call('POST /v1/tenants/:tenant/tokens/:token/revoke', { params: { tenant, token } });

/** The next slice of what it brought; `after` blank for the first. */
export const brought = (tenant: string, token: string, since: number | null, after: string, signal: AbortSignal) =>
  call('GET /v1/tenants/:tenant/tokens/:token/brought', {
    params: { tenant, token },
    query: { since: since ?? undefined, after: after || undefined },
    signal,
  });
export const setAside = (tenant: string, token: string, since: number | null) =>
  call('POST /v1/tenants/:tenant/tokens/:token/set-aside', { params: { tenant, token }, body: { since } });
export const bringBack = (tenant: string, token: string) =>
  call('POST /v1/tenants/:tenant/tokens/:token/bring-back', { params: { tenant, token } });
