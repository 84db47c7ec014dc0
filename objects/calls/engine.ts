// What an engine asks.
import type { PublicKeyAnswer } from '../../schema/keyring.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import type { EscrowRequest } from '../../schema/secret.ts';
import type { Caller, Machine as MachinePrincipal } from '../core/caller.ts';
import { type Submission, submitReport } from '../fleet/reports.ts';
import * as keyring from '../keyring/keyring.ts';
import { type Taken, takeSecret } from '../secrets/escrow.ts';
import { Door } from './door.ts';

export abstract class EngineCalls extends Door {
  publicKey(caller: Caller<MachinePrincipal>): PublicKeyAnswer | Refusal {
    return this.gate.anybody(caller, 'pubkey', () => keyring.publicKey(this.sql) ?? keyring.noTenantKey());
  }

  /** `submitted`: a `Submission` as JSON. A Worker of before, which an edge may still have for a moment after a deploy, hands it over as it is. */
  report(caller: Caller<MachinePrincipal>, submitted: string | Submission): ReportAnswer | Refusal {
    const submission: Submission = typeof submitted === 'string' ? JSON.parse(submitted) : submitted;
    return this.gate.anybody(caller, submission.machine.id, (now) =>
      submitReport(this.ctx.storage, caller, submission, now),
    );
  }

  escrow(caller: Caller<MachinePrincipal>, request: EscrowRequest): Taken | Refusal {
    return this.gate.anybody(caller, request.machine, (now) => takeSecret(this.ctx.storage, caller, request, now));
  }
}
