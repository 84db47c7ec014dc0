// What an operator does to a tenant: counts, its creation, suspending and resuming it. The object decides and keeps, then the index follows.
import type { LimitsChange, OperatedLimits } from '../../schema/limits.ts';
import type { TenantCounts, TenantCreated, TenantStatus, TenantSuspension } from '../../schema/operator.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Caller, Operator } from '../core/caller.ts';
import { isRestoring } from '../core/restore-progress.ts';
import { usesOf } from '../limits/token-uses.ts';
import { census } from '../operator/census.ts';
import * as creation from '../operator/creation.ts';
import { changeLimits } from '../operator/limit-changes.ts';
import { operatedLimits } from '../operator/limit-uses.ts';
import * as suspension from '../operator/suspension.ts';
import { type IndexedTenant, indexedPeople, indexedTenant, indexedTokens } from '../outbox/index-rows.ts';
import * as outbox from '../outbox/outbox.ts';
import * as people from '../people/people.ts';
import * as tokens from '../tokens/tokens.ts';
import type { Gate } from './gate.ts';

export class Operation {
  readonly #storage: DurableObjectStorage;
  readonly #gate: Gate;
  readonly #index: () => D1Database;

  constructor(storage: DurableObjectStorage, gate: Gate, index: () => D1Database) {
    this.#storage = storage;
    this.#gate = gate;
    this.#index = index;
  }

  /** `row`: the tenant's row as the Worker read it. */
  async census(
    caller: Caller<Operator>,
    row: IndexedTenant,
  ): Promise<{ status: TenantStatus; counts: TenantCounts } | Refusal> {
    const { tenant } = caller;
    this.#gate.enter(tenant);
    const before = { people: people.known(this.#storage.sql), tokens: tokens.known(this.#storage.sql) };
    const [peopleRows, tokenRows] = await Promise.all([
      outbox.ask(() => indexedPeople(this.#index(), tenant)),
      outbox.ask(() => indexedTokens(this.#index(), tenant)),
    ]);
    return this.#whole(caller, (now) =>
      this.#storage.transactionSync(() => {
        const { sql } = this.#storage;
        suspension.adopt(sql, tenant, row, now);
        const counts = census(
          sql,
          tenant,
          { rows: peopleRows, before: before.people },
          { rows: tokenRows, before: before.tokens },
          now,
        );
        return { status: suspension.statusOf(sql), counts };
      }),
    );
  }

  async create(
    caller: Caller<Operator>,
    wanted: creation.TenantWanted,
  ): Promise<{ created: boolean; tenant: TenantCreated } | Refusal> {
    const inUse = await creation.isInUse(this.#index(), caller.tenant);
    const result = this.#whole(caller, (now) => creation.createTenant(this.#storage, caller, wanted, inUse, now));
    return this.#gate.followed(this.#index(), result);
  }

  async setSuspension(
    caller: Caller<Operator>,
    row: IndexedTenant,
    wanted: { status: TenantStatus; reason: string },
  ): Promise<TenantSuspension | Refusal> {
    const result = this.#whole(caller, (now) => suspension.setSuspension(this.#storage, caller, row, wanted, now));
    return this.#gate.followed(this.#index(), result);
  }

  /** How much the tenant may take, on its own record. */
  changeLimits(caller: Caller<Operator>, change: LimitsChange): OperatedLimits | Refusal {
    return this.#whole(caller, (now) => {
      changeLimits(this.#storage, caller, change, now);
      return operatedLimits(this.#storage.sql, usesOf(this.#storage.sql), now);
    });
  }

  /**
   * Takes over what SQL may have set meanwhile; where the index does not answer, the next caller who is turned away
   * asks again.
   */
  async look(): Promise<void> {
    const tenant = this.#gate.requireTenant();
    const row = await outbox.ask(() => indexedTenant(this.#index(), tenant));
    if (row && !isRestoring(this.#storage.sql))
      this.#storage.transactionSync(() => suspension.adopt(this.#storage.sql, tenant, row, Date.now()));
  }

  /** Not while a backup is on its way in: its rows are not to be mixed with ours. */
  #whole<T>(caller: Caller<Operator>, act: (now: number) => T | Refusal): T | Refusal {
    return this.#gate.operators(caller, caller.tenant, (now) =>
      isRestoring(this.#storage.sql)
        ? refuse('tenant_restoring', 'A backup is being put in; try again when it is finished.')
        : act(now),
    );
  }
}
