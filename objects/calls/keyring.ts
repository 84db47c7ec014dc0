// Keys, ways to unlock, requests for access, changes and their undoing.
import type { GrantList, GrantRequest, GrantsQuery } from '../../schema/grant.ts';
import type {
  DrillProven,
  Keyring,
  KeyringWrite,
  KeyringWritten,
  LineTaken,
  ManifestPage,
  OpenedWord,
  SuccessionPage,
  UndoChange,
  UnlockerActed,
  UnlockerChanged,
} from '../../schema/keyring.ts';
import { isRefusal, type Refusal } from '../../schema/refusal.ts';
import type { Caller, Person } from '../core/caller.ts';
import * as grants from '../keyring/grants.ts';
import * as keyring from '../keyring/keyring.ts';
import * as manifests from '../keyring/manifests.ts';
import { writeKeyring } from '../keyring/store.ts';
import { lookAt } from '../keyring/sweeps.ts';
import * as unlockers from '../keyring/unlockers.ts';
import { verifyWrite } from '../keyring/verifying.ts';
import { undoChange } from '../secrets/keyring-undo.ts';
import { RotationCalls } from './rotation.ts';

export abstract class KeyringCalls extends RotationCalls {
  keyring(caller: Caller<Person>): Keyring | Refusal {
    return this.gate.anybody(
      caller,
      'keyring',
      (now) => keyring.readKeyring(this.sql, caller, now) ?? keyring.noTenantKey(),
    );
  }

  /**
   * Writes the keyring: signatures are verified first, without state, and the versions that may be lost with a key that
   * it destroys are looked at a slice at a time; then it is decided and kept in one turn.
   */
  async writeKeyring(caller: Caller<Person>, write: KeyringWrite): Promise<KeyringWritten | Refusal> {
    const verified = await verifyWrite(caller.tenant, write);
    const destroys = this.gate.admins(caller, 'keyring', () =>
      isRefusal(verified) ? verified : keyring.kidsDestroyed(this.sql, verified.manifest),
    );
    if (isRefusal(verified) || isRefusal(destroys)) return destroys as Refusal;
    const looked = await lookAt(this.sql, destroys, caller.principal, write.sweep);
    return this.gate.admins(
      caller,
      'keyring',
      this.gate.paced('personActs', caller, (now) => writeKeyring(this.ctx.storage, caller, verified, looked, now)),
    );
  }

  /** What waits for an admin's signature: all of it for an admin, their own for anybody else. */
  grants(caller: Caller<Person>, query: GrantsQuery): GrantList | Refusal {
    return this.gate.engineers(caller, 'grants', () => grants.listGrants(this.sql, caller.principal, query));
  }

  requestGrant(caller: Caller<Person>, request: GrantRequest): UnlockerActed | Refusal {
    return this.gate.engineers(
      caller,
      request.unlocker.id,
      this.gate.paced('personActs', caller, (now) => grants.requestGrant(this.ctx.storage, caller, request, now)),
    );
  }

  declineGrant(caller: Caller<Person>, id: string): UnlockerActed | Refusal {
    return this.gate.engineers(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) => grants.declineGrant(this.ctx.storage, caller, id, now)),
    );
  }

  /** Another sealed half for an unlocker, by its owner: a new passphrase, or a new pin in it. */
  async changeUnlocker(caller: Caller<Person>, id: string, changed: UnlockerChanged): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyChange(caller.tenant, id, changed);
    return this.gate.engineers(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) =>
        isRefusal(verified) ? verified : unlockers.changeUnlocker(this.ctx.storage, caller, verified, now),
      ),
    );
  }

  /** The manifests from a version on: a browser walks from the one it has seen. */
  manifests(caller: Caller<Person>, from: number): ManifestPage | Refusal {
    return this.gate.anybody(caller, 'keyring', () => manifests.manifestsFrom(this.sql, from));
  }

  /** The successions of roots before a place. */
  successions(caller: Caller<Person>, before: number): SuccessionPage | Refusal {
    return this.gate.anybody(caller, 'keyring', () => manifests.successionsBefore(this.sql, before));
  }

  /** Somebody's browser took a keyring that does not follow on what it had seen. */
  noteLineTaken(caller: Caller<Person>, line: LineTaken): KeyringWritten | Refusal {
    return this.gate.engineers(
      caller,
      'keyring',
      this.gate.paced('personActs', caller, (now) => keyring.noteLineTaken(this.ctx.storage, caller, line, now)),
    );
  }

  /** An unlocker's word that it opened every key: what changes of the keyring replaced and kept until then goes. */
  async takeOpened(caller: Caller<Person>, id: string, opened: OpenedWord): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyOpened(caller.tenant, id, opened);
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) =>
        isRefusal(verified) ? verified : unlockers.takeOpened(this.ctx.storage, caller, verified, now),
      ),
    );
  }

  /** Takes back a change of the keyring, and all after it. */
  undoChange(caller: Caller<Person>, wanted: UndoChange): KeyringWritten | Refusal {
    return this.gate.admins(
      caller,
      'keyring',
      this.gate.paced('personActs', caller, (now) => undoChange(this.ctx.storage, caller, wanted, now)),
    );
  }

  async noteDrill(caller: Caller<Person>, id: string, proven: DrillProven): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyProof(caller.tenant, id, proven);
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) =>
        isRefusal(verified) ? verified : unlockers.noteDrill(this.ctx.storage, caller, id, verified, now),
      ),
    );
  }
}
