// Re-sealing under another escrow key.
import type { Refusal } from '../../schema/refusal.ts';
import type {
  Marked,
  MarkUnopenable,
  ResealAnswer,
  ResealRequest,
  Restored,
  RestoreReplaced,
  Rotation,
  RotationPage,
  RotationPageRequest,
} from '../../schema/rotation.ts';
import type { Caller, Person } from '../core/caller.ts';
import * as keyring from '../keyring/keyring.ts';
import * as rotation from '../secrets/rotation.ts';
import { SecretsCalls } from './secrets.ts';

export abstract class RotationCalls extends SecretsCalls {
  rotation(caller: Caller<Person>): Rotation | Refusal {
    return this.gate.anybody(caller, 'rotation', () => {
      const keys = keyring.outline(this.sql);
      if (!keys) return keyring.noTenantKey();
      return { keys: keyring.keyHistory(this.sql), ...rotation.progress(this.sql, keys.activeKid) };
    });
  }

  rotationPage(caller: Caller<Person>, request: RotationPageRequest): RotationPage | Refusal {
    return this.gate.bulkReaders(caller, 'rotation', (now) =>
      rotation.readPage(this.ctx.storage, caller, request, now),
    );
  }

  reseal(caller: Caller<Person>, request: ResealRequest): ResealAnswer | Refusal {
    return this.gate.admins(
      caller,
      'rotation',
      this.gate.pacedWork(caller, (now) => rotation.takePage(this.ctx.storage, caller, request, now)),
    );
  }

  markUnopenable(caller: Caller<Person>, request: MarkUnopenable): Marked | Refusal {
    return this.gate.admins(
      caller,
      request.secret,
      this.gate.paced('personActs', caller, (now) => rotation.giveUp(this.ctx.storage, caller, request, now)),
    );
  }

  restoreReplaced(caller: Caller<Person>, request: RestoreReplaced): Restored | Refusal {
    return this.gate.admins(
      caller,
      request.secret,
      this.gate.paced('personActs', caller, (now) => rotation.restore(this.ctx.storage, caller, request, now)),
    );
  }
}
