// Secrets and their versions: taken, revealed, confirmed, read in bulk.
import type { BulkPage, BulkPageRequest, VerifiedAnswer, VerifiedRequest } from '../../schema/bulk.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type {
  Confirmed,
  ConfirmRequest,
  EscrowRequest,
  HandSecret,
  MarkCleared,
  Revealed,
  RevealRequest,
  RotatedRequest,
  SecretList,
  SecretsQuery,
  VersionPage,
  VersionsQuery,
} from '../../schema/secret.ts';
import type { Caller, Person } from '../core/caller.ts';
import { withAliases } from '../fleet/aliases.ts';
import { machineExists } from '../fleet/machine-rows.ts';
import * as machines from '../fleet/machines.ts';
import * as bulk from '../secrets/bulk.ts';
import { takeByHand } from '../secrets/by-hand.ts';
import { confirm } from '../secrets/confirming.ts';
import { type Taken, takeSecret } from '../secrets/escrow.ts';
import * as reveals from '../secrets/reveals.ts';
import { sayRotated } from '../secrets/rotated.ts';
import * as secrets from '../secrets/secrets.ts';
import { FleetCalls } from './fleet.ts';

export abstract class SecretsCalls extends FleetCalls {
  secrets(caller: Caller<Person>, machine: string, query: SecretsQuery): SecretList | Refusal {
    return this.gate.anybody(caller, machine, () =>
      machineExists(this.sql, machine)
        ? (secrets.secretsOf(this.sql, withAliases(this.sql, machine), query) ??
          refuse('invalid_query', 'after: must be a cursor from an earlier answer.'))
        : machines.unknownMachine(),
    );
  }

  /** The versions of one secret, those its list leaves out included. */
  versions(caller: Caller<Person>, secret: string, query: VersionsQuery): VersionPage | Refusal {
    return this.gate.anybody(caller, secret, () =>
      secrets.findSecret(this.sql, secret)
        ? secrets.versionsOf(this.sql, secret, query)
        : refuse('unknown_secret', 'The tenant holds no secret with this id.'),
    );
  }

  /** Takes a secret that a person sealed in their browser. */
  addByHand(caller: Caller<Person>, machine: string, request: HandSecret): Taken | Refusal {
    return this.gate.engineers(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => takeByHand(this.ctx.storage, caller, machine, request, now)),
    );
  }

  /** A sealed secret out of a spool file. */
  uploadSecret(caller: Caller<Person>, request: EscrowRequest): Taken | Refusal {
    return this.gate.engineers(
      caller,
      request.machine,
      this.gate.paced('personActs', caller, (now) => takeSecret(this.ctx.storage, caller, request, now)),
    );
  }

  /** Hands out one ciphertext, with its audit entry or not at all. */
  reveal(caller: Caller<Person>, id: string, request: RevealRequest): Revealed | Refusal {
    return this.gate.engineers(caller, id, (now) => reveals.reveal(this.ctx.storage, caller, id, request, now));
  }

  /** Lets a version that a person brought count, on the word of an admin who has no part in it. */
  confirmSecret(caller: Caller<Person>, id: string, request: ConfirmRequest): Confirmed | Refusal {
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) => confirm(this.ctx.storage, caller, id, request, now)),
    );
  }

  /** Takes the mark off a secret, on an admin's word that what was revealed of it is on the PC no more. */
  sayRotated(caller: Caller<Person>, id: string, request: RotatedRequest): MarkCleared | Refusal {
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) => sayRotated(this.ctx.storage, caller, id, request, now)),
    );
  }

  /** A page of every ciphertext, for a health sweep or an export. */
  bulkPage(caller: Caller<Person>, request: BulkPageRequest): BulkPage | Refusal {
    return this.gate.bulkReaders(caller, request.purpose, (now) =>
      bulk.readPage(this.ctx.storage, caller, request, now),
    );
  }

  takeFindings(caller: Caller<Person>, request: VerifiedRequest): VerifiedAnswer | Refusal {
    return this.gate.admins(
      caller,
      'health',
      this.gate.pacedWork(caller, (now) => bulk.takeFindings(this.ctx.storage, caller, request, now)),
    );
  }
}
