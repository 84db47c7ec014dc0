// The audit: its pages, its head, its exports.
import type {
  AuditCounts,
  AuditExportRequest,
  AuditFilter,
  AuditPage,
  AuditQuery,
  ChainHead,
} from '../../schema/audit.ts';
import { type Refusal, type RefusalCode, refuse } from '../../schema/refusal.ts';
import * as audit from '../audit/audit.ts';
import { counts } from '../audit/counts.ts';
import * as auditPages from '../audit/pages.ts';
import type { Caller, Machine as MachinePrincipal, Person } from '../core/caller.ts';
import { readLimits } from '../limits/limits.ts';
import { SettingsCalls } from './settings.ts';

export abstract class AuditCalls extends SettingsCalls {
  /** Puts on record that the Worker turned a member away before the object was asked. */
  recordRefusal(caller: Caller<MachinePrincipal | Person>, code: RefusalCode, subject: string): void {
    this.gate.anybody(caller, subject, () => refuse(code, ''));
  }

  auditPage(caller: Caller<Person>, query: AuditQuery): AuditPage | Refusal {
    return this.gate.auditors(caller, 'audit', (now) => {
      const page = auditPages.page(this.sql, caller.tenant, query);
      this.exports.asked(caller.requestId, page.next, now);
      return page;
    });
  }

  auditCounts(caller: Caller<Person>, filter: AuditFilter): AuditCounts | Refusal {
    return this.gate.auditors(
      caller,
      'audit',
      this.gate.paced('personActs', caller, () => counts(this.sql, filter)),
    );
  }

  auditHead(caller: Caller<Person>): ChainHead | Refusal {
    return this.gate.auditors(caller, 'audit', () => audit.requireHead(this.sql));
  }

  /** Puts an export on record; its pages follow by `auditPage`. Answers the last entry it may hold. */
  exportAudit(caller: Caller<Person>, request: AuditExportRequest): ChainHead | Refusal {
    const begin = (now: number) => {
      const refusal = this.exports.refuses(readLimits(this.sql).exports, now);
      if (refusal) return refusal;
      const head = this.ctx.storage.transactionSync(() => auditPages.recordExport(this.sql, caller, request, now));
      this.exports.begin(caller.requestId, head.seq, now);
      return head;
    };
    return this.gate.auditors(caller, 'audit', this.gate.paced('personActs', caller, begin));
  }
}
