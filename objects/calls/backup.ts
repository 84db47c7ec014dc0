// Backup and restore.
import type {
  BackupRequested,
  BackupState,
  RestoreAborted,
  RestoreAnswer,
  RestoreRequest,
} from '../../schema/backup.ts';
import { isRefusal, type Refusal } from '../../schema/refusal.ts';
import * as backup from '../backup/backup.ts';
import * as restore from '../backup/restore.ts';
import type { Caller, Operator, Person } from '../core/caller.ts';
import { indexedHead } from '../outbox/index-rows.ts';
import * as outbox from '../outbox/outbox.ts';
import { NoticesCalls } from './notices.ts';

export abstract class BackupCalls extends NoticesCalls {
  backupState(caller: Caller<Person>): BackupState | Refusal {
    return this.gate.admins(caller, 'backup', () => backup.backupState(this.sql, this.env.BACKUP !== undefined));
  }

  requestBackup(caller: Caller<Person>): BackupRequested | Refusal {
    const on = this.env.BACKUP !== undefined;
    return this.gate.admins(
      caller,
      'backup',
      this.gate.paced('personActs', caller, (now) => backup.requestBackup(this.ctx.storage, caller, on, now)),
    );
  }

  /** Puts a backup into this object, which must be empty. Asked again, it goes on where it stopped. */
  async restore(caller: Caller<Operator>, { at, firstAdmin }: RestoreRequest): Promise<RestoreAnswer | Refusal> {
    const { BACKUP: bucket, INDEX_DB } = this.env;
    const found = bucket ? await restore.findBackup(bucket, caller.tenant, at) : backup.backupOff();
    const word = isRefusal(found) ? found : await restore.askIndex(INDEX_DB, caller.tenant, found);
    // When the index does not answer, the notices of this chain still tell.
    const indexed = await outbox.ask(() => indexedHead(INDEX_DB, caller.tenant));
    const begun = this.gate.operatorsFirst(caller, 'restore', () =>
      isRefusal(found) ? found : isRefusal(word) ? word : restore.beginRestore(this.ctx.storage, found, indexed),
    );
    if (!bucket || isRefusal(begun) || isRefusal(found) || isRefusal(word)) return begun as Refusal;
    const answer = await restore.goOn(this.ctx.storage, bucket, caller, found, { word, firstAdmin });
    const ended = this.gate.operators(caller, 'restore', () => answer);
    // The Worker lets in whom the index names: it is told before the operator is, and by the alarm where it does not answer.
    return isRefusal(ended) || !ended.finished ? ended : this.gate.followed(INDEX_DB, ended);
  }

  /** Ends a restore that is on its way; leaves the object empty. */
  abortRestore(caller: Caller<Operator>): RestoreAborted | Refusal {
    return this.gate.operators(caller, 'restore', (now) => restore.abort(this.ctx.storage, caller, now));
  }
}
