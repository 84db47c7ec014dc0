// Who calls: the token's own answers, the account that it is for, and the person behind it.
import type { Account } from './account.ts';
import { ok, paged } from './answer.ts';
import type { Answers } from './asked.ts';

const USER = { id: '7c5dae5552338874e5053f2534d2767a', email: 'you@yourmsp.com' };

export function answersOfWho(account: Account): Answers {
  const { id } = account;
  const own = { id, name: 'Stand-in', settings: { enforce_twofactor: false }, created_on: '2026-01-01T00:00:00Z' };
  const membership = {
    id: '4536bcfad5faccb111b47003c79917fa',
    status: 'accepted',
    account: own,
    user: USER,
    roles: ['Administrator'],
    permissions: {},
  };
  return {
    'GET /user/tokens/verify': () => ok({ id: 'ed17574386854bf78a67040be0a770b0', status: 'active' }),
    'GET /user': () => ok(USER),
    'GET /accounts': ({ query }) => paged([own], query),
    'GET /memberships': ({ query }) => paged([membership], query),
  };
}
