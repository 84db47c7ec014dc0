// The gate of a tenant's object: every call from outside passes here. The object knows whose it is, a person's role or a token's
// revocation is checked again behind the Worker, and a refusal goes on record.

import { ROLE_RANK } from '../../schema/facts/roles.ts';
import type { RoomState } from '../../schema/limits.ts';
import type { Role } from '../../schema/person.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import * as audit from '../audit/audit.ts';
import { compareSoon, followHead } from '../audit/head.ts';
import { doneAlready, noteDone } from '../core/acts.ts';
import { type Caller, type Machine, type Operator, type Person, roleForbids, SYSTEM } from '../core/caller.ts';
import { wasFull } from '../core/full.ts';
import { migrate } from '../core/migrations.ts';
import { isRestoring } from '../core/restore-progress.ts';
import { first } from '../core/rows.ts';
import { noteSeen } from '../keyring/seen.ts';
import { readLimits } from '../limits/limits.ts';
import { Pace } from '../limits/pace.ts';
import { NoRoom } from '../limits/room.ts';
import type { TokenUses } from '../limits/token-uses.ts';
import { isRoomAmple, readRoom } from '../operator/limit-uses.ts';
import { isSuspended, lookAgain } from '../operator/suspension.ts';
import { drain } from '../outbox/outbox.ts';
import { tellRoom } from '../outbox/room-told.ts';
import { findMember } from '../people/people.ts';
import { refusalOf } from '../tokens/tokens.ts';

/** What is done once the gate is passed; `now` is ms since the epoch. */
type Act<T> = (now: number) => T | Refusal;

/** How many times as often as a person's own acts. */
const WORK_TIMES = 10;

/** Does it, or refuses for lack of room: everything it began was undone on the way here. */
function withinRoom<T>(act: () => T | Refusal): T | Refusal {
  try {
    return act();
  } catch (error) {
    if (error instanceof NoRoom) return error.refusal;
    throw error;
  }
}

export class Gate {
  readonly #storage: DurableObjectStorage;
  readonly #uses: TokenUses;
  readonly #after: (now: number) => void;
  /** How much room there was at the last look, so that a change is reported once. */
  #roomSeen: RoomState | null = null;
  readonly #pace = new Pace();
  #tenant: string | null = null;
  /** The last seq that the index has been told of, or is about to be. */
  #followed: number | null = null;

  /** `after` runs in the turn of every call that was served, so that the work it left for later gets its alarm. */
  constructor(storage: DurableObjectStorage, uses: TokenUses, after: (now: number) => void) {
    this.#storage = storage;
    this.#uses = uses;
    this.#after = after;
  }

  /** For every caller whom the Worker let through: a machine, or a person of any role. */
  anybody<T>(caller: Caller<Machine | Person>, subject: string, act: Act<T>): T | Refusal {
    return this.#serve(caller, subject, ['admin', 'engineer', 'auditor'], act);
  }

  admins<T>(caller: Caller<Person>, subject: string, act: Act<T>): T | Refusal {
    return this.#serve(caller, subject, ['admin'], act);
  }

  /** The same, for what only looks before the act: no name is noted by it. */
  adminsFirst<T>(caller: Caller<Person>, subject: string, look: Act<T>): T | Refusal {
    return this.#serve(caller, subject, ['admin'], look, false);
  }

  /** Reading ciphertexts in bulk is a permission of its own: today it is the admins'. */
  bulkReaders<T>(caller: Caller<Person>, subject: string, act: Act<T>): T | Refusal {
    return this.#serve(caller, subject, ['admin'], act);
  }

  engineers<T>(caller: Caller<Person>, subject: string, act: Act<T>): T | Refusal {
    return this.#serve(caller, subject, ['admin', 'engineer'], act);
  }

  auditors<T>(caller: Caller<Person>, subject: string, act: Act<T>): T | Refusal {
    return this.#serve(caller, subject, ['admin', 'auditor'], act);
  }

  /**
   * An operator's act on the tenant as a whole: also while it is suspended or a backup is on its way in. The Worker holds an operator
   * against its configuration; there is no row to look at.
   */
  operators<T>(caller: Caller<Operator>, subject: string, act: Act<T>): T | Refusal {
    return this.#serve(caller, subject, [], act);
  }

  /** The same, for what only begins an act that a later call ends: no name is noted by it. */
  operatorsFirst<T>(caller: Caller<Operator>, subject: string, begin: Act<T>): T | Refusal {
    return this.#serve(caller, subject, [], begin, false);
  }

  /**
   * The same act, no more often than one person may. It runs inside the gate, so that a caller who may not do it at all
   * is told that instead.
   */
  paced<T>(name: 'personActs' | 'webhookTests' | 'personSockets', { principal }: Caller<Person>, act: Act<T>): Act<T> {
    return (now) => this.#pace.spend(name, principal.id, readLimits(this.#storage.sql)[name], now) ?? act(now);
  }

  /** What a person's browser does by itself for as long as it takes, page after page: ten times as often, and counted apart from what they do by hand. */
  pacedWork<T>({ principal }: Caller<Person>, act: Act<T>): Act<T> {
    return (now) => {
      const { personActs } = readLimits(this.#storage.sql);
      return this.#pace.spend('personActs', `${principal.id} work`, WORK_TIMES * personActs, now) ?? act(now);
    };
  }

  /** `isWhole`: once it is done, the act is done that the request names. */
  #serve<T>(caller: Caller, subject: string, roles: readonly Role[], act: Act<T>, isWhole = true): T | Refusal {
    this.enter(caller.tenant);
    const now = Date.now();
    // Neither answered nor recorded: the chain itself is on its way in.
    const restoring = isRestoring(this.#storage.sql);
    if (caller.principal.kind !== 'operator' && restoring)
      return refuse('tenant_restoring', 'A backup is being put in; try again in a while.');
    const done = restoring ? null : doneAlready(this.#storage.sql, caller);
    const result = this.#forbids(caller, roles, now) ?? done ?? withinRoom(() => act(now));
    // Names are written as long as there is room to spare, as who was seen is: nobody fills the object by acts that change nothing.
    if (isWhole && !isRefusal(result) && !restoring && isRoomAmple(this.#storage.sql, now))
      noteDone(this.#storage.sql, caller, now);
    if (isRefusal(result) && !restoring)
      this.#storage.transactionSync(() => {
        audit.recordRefusal(this.#storage, {
          tenant: caller.tenant,
          actor: caller,
          at: now,
          code: result.refused,
          subject,
        });
        if (result.refused === 'tenant_suspended') lookAgain(this.#storage, now);
      });
    this.follow(now);
    if (!wasFull(this.#storage.sql, now)) {
      if (!restoring) this.#watchRoom(now);
      this.#after(now);
    }
    return result;
  }

  #watchRoom(now: number): void {
    const room = readRoom(this.#storage.sql);
    if (room.state === this.#roomSeen) return;
    this.#roomSeen = room.state;
    this.#storage.transactionSync(() => tellRoom(this.#storage.sql, this.requireTenant(), room, now));
  }

  /** The index is told of everything recorded since, in the same turn, so that both are kept or neither. */
  follow(now: number): void {
    if (isRestoring(this.#storage.sql) || wasFull(this.#storage.sql, now)) return;
    const seq = audit.head(this.#storage.sql)?.seq ?? null;
    if (seq === this.#followed) return;
    this.#followed = seq;
    followHead(this.#storage, now);
  }

  /** The index knows this seq; what was recorded while it was told is still to follow. */
  told(seq: number): void {
    this.#followed = seq;
  }

  #forbids({ principal, ip, bodyBytes }: Caller, roles: readonly Role[], now: number): Refusal | null {
    const { sql } = this.#storage;
    switch (principal.kind) {
      case 'operator':
        return null;
      case 'person': {
        const known = findMember(sql, principal.id);
        // A person who was removed is out here at once, whatever the index still says.
        if (known && known.removedAt !== null)
          return refuse('not_a_member', 'You are no longer a member of this tenant.');
        // The same holds for a role that was changed, here or in the index, whichever has yet to follow: only what both
        // roles allow is done, as the lower of them. An auditor's role is no part of an engineer's.
        const said = [principal.role, known?.role ?? principal.role];
        if (known && ROLE_RANK[known.role] < ROLE_RANK[principal.role]) principal.role = known.role;
        if (isRoomAmple(sql, now)) noteSeen(sql, principal.id, now);
        return (
          this.#suspended('The tenant is suspended; ask its operator.') ??
          said.map((role) => roleForbids({ ...principal, role }, roles)).find((refusal) => refusal !== null) ??
          null
        );
      }
      case 'machine': {
        const refusal =
          refusalOf(sql, principal, now) ??
          this.#suspended('The tenant is suspended; keep what is unsent and try again later.');
        if (refusal) return refusal;
        if (!wasFull(sql, now)) this.#uses.note(principal.id, ip, now, bodyBytes ?? 0);
        return this.#pace.spend('tokenRequests', principal.id, readLimits(sql).tokenRequests, now);
      }
      default:
        return principal satisfies never;
    }
  }

  #suspended(detail: string): Refusal | null {
    return isSuspended(this.#storage.sql) ? refuse('tenant_suspended', detail) : null;
  }

  /** The first call makes the object its tenant's, for good; it never serves another. */
  enter(tenant: string): void {
    if (this.#tenant === null) {
      const now = Date.now();
      const { sql } = this.#storage;
      this.#tenant = this.#storage.transactionSync(() => {
        migrate(sql, now);
        // A caller who only reads is answered even when the disk is full.
        if (!wasFull(sql, now)) compareSoon(this.#storage, now);
        const known = first<{ tenant: string }>(sql, 'SELECT tenant FROM identity');
        if (known) return known.tenant;
        sql.exec('INSERT INTO identity VALUES (?, ?)', tenant, now);
        audit.record(sql, tenant, SYSTEM, now, { action: 'tenant.initialized', subject: tenant });
        return tenant;
      });
    }
    if (this.#tenant !== tenant) throw new Error('a tenant object was asked to serve another tenant');
  }

  /** The index follows what was decided; where it does not answer now, the alarm tries again. */
  async followed<T>(index: D1Database, result: T | Refusal): Promise<T | Refusal> {
    if (!isRefusal(result)) await drain(this.#storage, index, this.requireTenant());
    return result;
  }

  /** The tenant whose object this is, for work that no call started. */
  requireTenant(): string {
    const known = this.#tenant ?? first<{ tenant: string }>(this.#storage.sql, 'SELECT tenant FROM identity')?.tenant;
    if (!known) throw new Error('an alarm is set only by an object that knows its tenant');
    this.enter(known);
    return known;
  }
}
