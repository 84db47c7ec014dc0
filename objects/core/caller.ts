// Who calls a tenant's object, as the Worker has proven it. Plain data: it crosses RPC.

import type { Role } from '../../schema/person.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';

/** What the index says about a token besides its id, label and hash: the object adopts one that it does not know. */
export type TokenFacts = {
  prefix: string;
  salt: string;
  createdAt: number;
  expiresAt: number | null;
  version: number;
};
/** `tokenHash` is the salted hash in the index: an id may be given to another token by SQL, its hash may not. */
export type Machine = { kind: 'machine'; id: string; name: string; tokenHash: string; facts: TokenFacts };
export type Person = { kind: 'person'; id: string; name: string; role: Role };
/** Named by configuration, not by a row: `id` takes the place of the email where no email is allowed, as in the log. */
export type Operator = { kind: 'operator'; id: string; name: string };
export type Principal = Machine | Person | Operator;

/** `tenant` is the id of the D1 row that the credential led to; the object refuses to serve another than its own. */
export type Caller<P extends Principal = Principal> = {
  tenant: string;
  principal: P;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
  /** When a person's sign-in ends, ms since the epoch: which of their sessions this is. */
  sessionEndsAt?: number;
  /** The name that the request gave to its act, where it has one: whatever bears it is done once. */
  act?: string | undefined;
  /** How long the body was, as it came; absent where there was none. */
  bodyBytes?: number;
};

/** Somebody's act: where it is kept, who does it, and when, ms since the epoch. */
export type Acting<P extends Principal = Principal> = {
  storage: DurableObjectStorage;
  caller: Caller<P>;
  now: number;
};

/** Who acts and by which request: enough for an audit entry. The system has no request. */
export type Actor = {
  principal: { kind: 'machine' | 'person' | 'operator' | 'system'; id: string; name: string };
  ip: string | null;
  userAgent: string | null;
};

export const SYSTEM: Actor = {
  principal: { kind: 'system', id: 'object', name: 'the tenant object' },
  ip: null,
  userAgent: null,
};

/** The object's own role check, behind the Worker's. Null: allowed. */
export const roleForbids = (person: Person, roles: readonly Role[]): Refusal | null =>
  roles.includes(person.role) ? null : refuse('role_forbids', `This needs the role ${roles.join(' or ')}.`);
