// Which refusals a route may answer with: those of its kind, its query and its body, and its own. Derived from the
// table alone.

import type { RefusalCode } from '../../schema/refusal.ts';
import { Role } from '../../schema/role.ts';
import type { Listed } from '../../schema/routes/row.ts';
import { fromPortalOnly, mayBeNamed } from '../core/route.ts';

const MACHINE = [
  'missing_token',
  'invalid_token',
  'token_expired',
  'token_revoked',
  'too_many_guesses',
  'rate_limited',
  'tenant_suspended',
  'tenant_restoring',
] as const;
const SIGN_IN = [
  'wrong_host' as const,
  ...(['not_signed_in', 'invalid_session', 'session_expired', 'not_a_person'] as const),
  ...(['access_not_configured', 'access_unreachable'] as const),
];
/** What asking a tenant's object can end in. */
const OF_OBJECT = ['storage_full', 'upgrade_failed', 'tenant_unreachable'] as const;
const BODY = ['malformed_json', 'body_too_large', 'unsupported_media_type', 'invalid_body'] as const;

/** Every code that a client may meet on a route, each once; a fault (`internal_error`) is always possible. */
export function refusalsOf(route: Listed): readonly RefusalCode[] {
  const codes = new Set<RefusalCode>([...ofKind(route), ...(route.refuses ?? []), 'internal_error']);
  // Who asks is looked up in the index.
  if (route.who !== 'anyone') codes.add('index_unreachable');
  if (route.who !== 'anyone' && route.who !== 'person') for (const code of OF_OBJECT) codes.add(code);
  // A read asks for no room.
  if (route.method === 'POST') codes.add('storage_low');
  if (route.path.includes(':')) codes.add('not_found');
  if (mayBeNamed(route)) codes.add('done_already');
  if (('query' in route && route.query) || mayBeNamed(route)) codes.add('invalid_query');
  if ('upgrades' in route.answer) codes.add('upgrade_required');
  if ('body' in route && route.body) for (const code of BODY) codes.add(code);
  return [...codes];
}

function ofKind(route: Listed): readonly RefusalCode[] {
  const fromPortal = fromPortalOnly(route) ? (['wrong_origin'] as const) : [];
  switch (route.who) {
    case 'anyone':
      return [];
    case 'machine':
      return MACHINE;
    case 'person':
      return SIGN_IN;
    case 'member': {
      const some = Role.options.some((role) => !route.roles.includes(role));
      const forbidden = some ? (['role_forbids'] as const) : [];
      return [...SIGN_IN, 'not_a_member', 'tenant_suspended', 'tenant_restoring', ...fromPortal, ...forbidden];
    }
    case 'operator':
      return [...SIGN_IN, 'not_an_operator', ...fromPortal];
    default:
      return route satisfies never;
  }
}
