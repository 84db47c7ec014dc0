// What an admin does to tokens and people: the index is asked what SQL has changed in it, the object decides and keeps, then the index
// follows. Where it does not answer, the object decides on what it knows; only what cannot be done safely so is refused.
import type { AsideActed, SetAside } from '../../schema/aside.ts';
import type {
  Member,
  PeopleList,
  PeopleQuery,
  PersonAdd,
  PersonRemoved,
  RevealedReport,
  Role,
} from '../../schema/person.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import type { IssuedToken, TokenList, TokenRevoked, TokenRotate, TokensQuery, TokenWrite } from '../../schema/token.ts';
import { setAside } from '../aside/set-aside.ts';
import { forgetDone } from '../core/acts.ts';
import type { Caller, Person } from '../core/caller.ts';
import { wasFull } from '../core/full.ts';
import { isRestoring } from '../core/restore-progress.ts';
import { pins } from '../keyring/keyring.ts';
import { lastSeen } from '../keyring/seen.ts';
import type { TokenUses } from '../limits/token-uses.ts';
import { indexedPeople, indexedTokens } from '../outbox/index-rows.ts';
import * as outbox from '../outbox/outbox.ts';
import { leavers } from '../people/leavers.ts';
import * as people from '../people/people.ts';
import * as reveals from '../secrets/reveals.ts';
import * as issuing from '../tokens/issuing.ts';
import * as tokens from '../tokens/tokens.ts';
import type { Gate } from './gate.ts';

export class Administration {
  readonly #storage: DurableObjectStorage;
  readonly #gate: Gate;
  readonly #uses: TokenUses;
  /** Asked for each time, so that a test can put faults around the real one. */
  readonly #index: () => D1Database;

  constructor(storage: DurableObjectStorage, gate: Gate, uses: TokenUses, index: () => D1Database) {
    this.#storage = storage;
    this.#gate = gate;
    this.#uses = uses;
    this.#index = index;
  }

  async people(caller: Caller<Person>, { after, leaversAfter = 0, limit }: PeopleQuery): Promise<PeopleList | Refusal> {
    const index = await this.#askPeople(caller);
    return this.#gate.auditors(caller, 'people', (now) =>
      this.#storage.transactionSync(() => {
        const known = people.members(this.#sql, caller.tenant, index, now);
        const from = after === undefined ? 0 : people.countBefore(known, after);
        if (from === null) return refuse('invalid_query', 'after: must be a cursor from an earlier answer.');
        const shown = known.slice(from, from + limit);
        const last = from + limit < known.length ? shown.at(-1) : undefined;
        const seen = lastSeen(
          this.#sql,
          shown.map((one) => one.id),
        );
        const acts = leavers(this.#sql, leaversAfter, limit, now);
        return {
          people: shown.map((one) => ({ ...one, lastSeenAt: seen.get(one.id) ?? null })),
          next: last ? people.cursorAt(last) : null,
          leavers: acts.leavers,
          leaversNext: acts.next,
        };
      }),
    );
  }

  /** The index has to be read first, to see whom it knows under that address already. */
  async addPerson(caller: Caller<Person>, wanted: PersonAdd): Promise<Member | Refusal> {
    const { rows, before } = await this.#askPeople(caller);
    const result = this.#gate.admins(
      caller,
      'people',
      this.#gate.paced('personActs', caller, (now) =>
        rows
          ? people.addPerson(this.#storage, caller, wanted, { rows, before }, now)
          : indexUnreachable('The person was not added.'),
      ),
    );
    return this.#gate.followed(this.#index(), result);
  }

  async changeRole(caller: Caller<Person>, id: string, role: Role): Promise<Member | Refusal> {
    const index = await this.#askPeople(caller);
    const result = this.#gate.admins(
      caller,
      id,
      this.#gate.paced('personActs', caller, (now) =>
        people.changeRole({ storage: this.#storage, caller, now }, index, id, role),
      ),
    );
    return this.#gate.followed(this.#index(), result);
  }

  async removePerson(caller: Caller<Person>, id: string): Promise<PersonRemoved | Refusal> {
    const index = await this.#askPeople(caller);
    const result = this.#gate.admins(caller, id, (now) => people.removePerson(this.#storage, caller, index, id, now));
    return this.#gate.followed(this.#index(), result);
  }

  async revealedBy(caller: Caller<Person>, id: string, after: string | undefined): Promise<RevealedReport | Refusal> {
    const index = await this.#askPeople(caller);
    return this.#gate.auditors(caller, id, (now) => {
      this.#storage.transactionSync(() => people.members(this.#sql, caller.tenant, index, now));
      return reveals.report(this.#sql, id, after);
    });
  }

  async tokens(caller: Caller<Person>, query: TokensQuery): Promise<TokenList | Refusal> {
    const { rows, before } = await this.#askTokens(caller);
    return this.#gate.admins(caller, 'tokens', () =>
      this.#storage.transactionSync(() => {
        if (rows) tokens.adopt(this.#sql, rows);
        return tokens.list(this.#sql, this.#uses, rows, before, query);
      }),
    );
  }

  /** A token is in the answer only once the index has confirmed it; else it is revoked, and nobody has seen it. */
  async issueToken(caller: Caller<Person>, wanted: TokenWrite): Promise<IssuedToken | Refusal> {
    const issued = this.#gate.admins(caller, 'tokens', (now) =>
      issuing.issue({ storage: this.#storage, caller, now }, wanted, pins(this.#sql)),
    );
    return isRefusal(issued) ? issued : this.#confirmed(caller, issued);
  }

  /** The earlier token ends after the overlap, decided only when its successor is known to work. */
  async rotateToken(caller: Caller<Person>, id: string, wanted: TokenRotate): Promise<IssuedToken | Refusal> {
    const { rows } = await this.#askTokens(caller);
    const issued = this.#gate.admins(caller, id, (now) => {
      if (rows) tokens.adopt(this.#sql, rows);
      const plan = issuing.planRotation(this.#sql, id, now);
      if (isRefusal(plan)) return plan;
      const { fingerprint } = wanted;
      return issuing.issue({ storage: this.#storage, caller, now }, { ...plan, fingerprint }, pins(this.#sql), id);
    });
    if (isRefusal(issued)) return issued;
    const confirmed = await this.#confirmed(caller, issued);
    if (isRefusal(confirmed)) return confirmed;
    const ended = this.#gate.admins(caller, id, (now) =>
      issuing.endAfter({ storage: this.#storage, caller, now }, id, issued.id, wanted.overlapMs),
    );
    // Somebody has revoked or rotated it meanwhile: its successor is nobody's.
    if (isRefusal(ended)) this.#takeBack(caller, issued.id);
    return this.#gate.followed(this.#index(), ended ?? issued);
  }

  async revokeToken(caller: Caller<Person>, id: string): Promise<TokenRevoked | Refusal> {
    const { rows } = await this.#askTokens(caller);
    const result = this.#gate.admins(caller, id, (now) => {
      if (rows) tokens.adopt(this.#sql, rows);
      return tokens.revoke(this.#storage, caller, id, now);
    });
    return this.#gate.followed(this.#index(), result);
  }

  /** A token that SQL has revoked is revoked, though the object has not heard of it yet. */
  async setAside(caller: Caller<Person>, id: string, wanted: SetAside): Promise<AsideActed | Refusal> {
    const { rows } = await this.#askTokens(caller);
    const begin = (now: number) => {
      if (rows) tokens.adopt(this.#sql, rows);
      return setAside(this.#storage, caller, id, wanted, now);
    };
    return this.#gate.admins(caller, id, this.#gate.paced('personActs', caller, begin));
  }

  get #sql(): SqlStorage {
    return this.#storage.sql;
  }

  async #askPeople({ tenant }: Caller<Person>): Promise<people.Index> {
    this.#gate.enter(tenant);
    const before = people.known(this.#sql);
    return { before, rows: this.#adoptable(await outbox.ask(() => indexedPeople(this.#index(), tenant))) };
  }

  async #askTokens({ tenant }: Caller<Person>) {
    this.#gate.enter(tenant);
    const before = tokens.known(this.#sql);
    return { before, rows: this.#adoptable(await outbox.ask(() => indexedTokens(this.#index(), tenant))) };
  }

  /**
   * When the disk is full, no row of the index can be taken over: a person who only reads is shown those that are
   * known.
   */
  #adoptable<R>(rows: R | null): R | null {
    return wasFull(this.#sql, Date.now()) ? null : rows;
  }

  /** Nobody has seen this token. Where a backup is on its way in, its row is gone already, and the rows there are none of ours. */
  #takeBack(caller: Caller<Person>, id: string, why: 'index_unreachable' | null = null): void {
    if (isRestoring(this.#sql)) return;
    tokens.revoke(this.#storage, caller, id, Date.now(), why);
    forgetDone(this.#sql, caller);
  }

  async #confirmed(caller: Caller<Person>, issued: IssuedToken): Promise<IssuedToken | Refusal> {
    if (await outbox.write(this.#storage, this.#index(), caller.tenant, { what: 'token', id: issued.id }))
      return issued;
    this.#takeBack(caller, issued.id, 'index_unreachable');
    return indexUnreachable('The token was not issued.');
  }
}

const indexUnreachable = (what: string) =>
  refuse('index_unreachable', `${what} The index of tenants does not answer; try again in a moment.`);
