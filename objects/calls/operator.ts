// What an operator asks.
import type { Inspection } from '../../schema/inspection.ts';
import type { LimitsChange, OperatedLimits } from '../../schema/limits.ts';
import type { TenantStatus, TenantSuspension } from '../../schema/operator.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { Caller, Operator } from '../core/caller.ts';
import type { TenantWanted } from '../operator/creation.ts';
import { inspect } from '../operator/inspection.ts';
import { operatedLimits } from '../operator/limit-uses.ts';
import type { IndexedTenant } from '../outbox/index-rows.ts';
import { BackupCalls } from './backup.ts';
import type { Operation } from './operation.ts';

export abstract class OperatorCalls extends BackupCalls {
  census(caller: Caller<Operator>, row: IndexedTenant): ReturnType<Operation['census']> {
    return this.operation.census(caller, row);
  }

  /** The creation of this tenant with its first admin; the tenant's row stands in the index already. */
  create(caller: Caller<Operator>, wanted: TenantWanted): ReturnType<Operation['create']> {
    return this.operation.create(caller, wanted);
  }

  /** Suspends or resumes the tenant: here at once, in the index as soon as it answers. */
  setSuspension(
    caller: Caller<Operator>,
    row: IndexedTenant,
    wanted: { status: TenantStatus; reason: string },
  ): Promise<TenantSuspension | Refusal> {
    return this.operation.setSuspension(caller, row, wanted);
  }

  operatedLimits(caller: Caller<Operator>): OperatedLimits | Refusal {
    return this.gate.operators(caller, 'limits', (now) => operatedLimits(this.sql, this.uses, now));
  }

  changeLimits(caller: Caller<Operator>, change: LimitsChange): OperatedLimits | Refusal {
    return this.operation.changeLimits(caller, change);
  }

  /** The object's health: numbers and states, while the tenant is suspended or a backup is on its way in, too. */
  async inspect(caller: Caller<Operator>): Promise<Inspection | Refusal> {
    // What is due is scheduled by the first call of all: this may be it.
    this.gate.enter(caller.tenant);
    const around = {
      tenant: caller.tenant,
      alarmAt: await this.ctx.storage.getAlarm(),
      liveSockets: this.ctx.getWebSockets().length,
      backupOn: this.env.BACKUP !== undefined,
    };
    return this.gate.operators(caller, 'inspect', (now) => inspect(this.sql, around, now));
  }
}
