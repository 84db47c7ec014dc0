// Who may use a route, once the caller is known. Pure: no I/O, no clock.
import { createHash } from 'node:crypto';
import type { Operator, Person } from '../objects/core/caller.ts';
import type { Role } from '../schema/person.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import type { MemberRow } from './core/index-db.ts';

/**
 * Finds the asked tenant among a person's own memberships: an id from the URL selects, it never reaches further.
 * A tenant that does not exist and one that is somebody else's get the same answer.
 */
export function authorizeMember(
  memberships: readonly MemberRow[],
  tenant: string | undefined,
  email: string,
): { member: MemberRow; principal: Person } | Refusal {
  const member = memberships.find((row) => row.tenant === tenant);
  if (!member) return refuse('not_a_member', 'Ask an admin of the tenant to add your address.');
  if (member.tenantStatus !== 'active') return refuse('tenant_suspended', 'The tenant is suspended; ask its operator.');
  return { member, principal: { kind: 'person', id: member.id, name: email, role: member.role } };
}

/**
 * An operator is a person whom the configuration names. `id` is the start of the address's SHA-256: the log holds no
 * address.
 */
export function authorizeOperator(operators: ReadonlySet<string>, email: string): Operator | Refusal {
  if (!operators.has(email)) return refuse('not_an_operator', 'Only the operators of this installation may do that.');
  return { kind: 'operator', id: createHash('sha256').update(email, 'utf8').digest('hex').slice(0, 16), name: email };
}

export const authorizeRole = (role: Role, allowed: readonly Role[]): Refusal | null =>
  allowed.includes(role) ? null : refuse('role_forbids', `This needs the role ${allowed.join(' or ')}.`);

/**
 * People are answered only where Access can stand before the Worker: a genuine application token taken to the engines' address
 * would walk round revoked sessions and device rules. No `workers.dev` host can be protected; where `apiOrigin` is named, it is the only one.
 */
export function authorizeHost(url: URL, apiOrigin: string | null): Refusal | null {
  const bare = (one: URL) => one.host.replace(/\.+(?=:|$)/, '');
  const unguarded = /(^|\.)workers\.dev(:|$)/.test(bare(url));
  return unguarded || (apiOrigin !== null && bare(url) !== bare(new URL(apiOrigin)))
    ? refuse('wrong_host', 'People are answered at the API’s own address, behind Access; this one is for engines.')
    : null;
}

/** Effects come from the portal only, whatever cookie a browser sends along: the header cannot be set by a page's script. */
export const authorizeOrigin = (origin: string | null, portalOrigin: string): Refusal | null =>
  origin === portalOrigin ? null : refuse('wrong_origin', 'The Origin header must be the portal’s.');
