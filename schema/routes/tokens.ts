// Machine tokens, and what each of them brought.
import { AsideActed, Brought, BroughtQuery, SetAside } from '../aside.ts';
import { IssuedToken, TokenList, TokenRevoked, TokenRotate, TokensQuery, TokenWrite } from '../token.ts';
import { ADMINS, json, type Rows, SMALL_BODY_BYTES } from './row.ts';

export const tokens = {
  'GET /v1/tenants/:tenant/tokens': {
    who: 'member',
    summary: 'The tenant’s machine tokens: whose, until when, last used, pinned to which root',
    roles: ADMINS,
    audit: null,
    query: TokensQuery,
    answer: TokenList,
  },
  'POST /v1/tenants/:tenant/tokens': {
    who: 'member',
    summary: 'Issue a machine token; it is in this answer only',
    roles: ADMINS,
    audit: ['token.issued'],
    body: json(TokenWrite, SMALL_BODY_BYTES),
    answer: IssuedToken,
    status: 201,
    refuses: ['unknown_fingerprint', 'too_many_tokens', 'index_unreachable'],
  },
  'POST /v1/tenants/:tenant/tokens/:token/rotate': {
    who: 'member',
    summary: 'Issue a token’s successor; the earlier one works on for the overlap',
    roles: ADMINS,
    audit: ['token.issued', 'token.rotated'],
    body: json(TokenRotate, SMALL_BODY_BYTES),
    answer: IssuedToken,
    status: 201,
    refuses: ['unknown_token', 'token_not_live', 'unknown_fingerprint', 'too_many_tokens', 'index_unreachable'],
  },
  'POST /v1/tenants/:tenant/tokens/:token/revoke': {
    who: 'member',
    summary: 'Revoke a machine token at once',
    roles: ADMINS,
    audit: ['token.revoked'],
    answer: TokenRevoked,
    refuses: ['unknown_token'],
  },
  'GET /v1/tenants/:tenant/tokens/:token/brought': {
    who: 'member',
    summary: 'How much a token brought that is not set aside, counted a slice of the rows at a time',
    roles: ADMINS,
    audit: null,
    query: BroughtQuery,
    answer: Brought,
    refuses: ['unknown_token'],
  },
  'POST /v1/tenants/:tenant/tokens/:token/set-aside': {
    who: 'member',
    summary: 'Set aside what a revoked token brought: kept, listed apart, counted nowhere',
    roles: ADMINS,
    audit: ['token.set_aside'],
    body: json(SetAside, SMALL_BODY_BYTES),
    answer: AsideActed,
    refuses: ['unknown_token', 'token_not_revoked', 'rate_limited'],
  },
  'POST /v1/tenants/:tenant/tokens/:token/bring-back': {
    who: 'member',
    summary: 'Bring back what was set aside with a token',
    roles: ADMINS,
    audit: ['token.brought_back'],
    answer: AsideActed,
    refuses: ['unknown_token', 'rate_limited'],
  },
} as const satisfies Rows;
