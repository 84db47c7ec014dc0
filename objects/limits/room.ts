// How much room the object has left, and who still gets some of it. Everything put on record passes here, and so does
// every report: a new act cannot forget to ask. Reads do not ask.
import type { AuditAction } from '../../schema/audit.ts';
import type { Room, RoomState } from '../../schema/limits.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';

/**
 * What room is wanted for. `reserve`: acts that keep secrets in reach and let people put an end to something, or make
 * room.
 */
export type Need = 'report' | 'ordinary' | 'secret' | 'reserve';

const SHARES = [
  [0.98, 'last'],
  [0.9, 'reserve'],
  [0.8, 'low'],
] as const;
const REFUSED: Record<RoomState, readonly Need[]> = {
  ample: [],
  low: ['report'],
  reserve: ['report', 'ordinary'],
  last: ['report', 'ordinary', 'secret'],
};

/** Pure. `bytes`: the size of the object's tables without free pages. */
export const roomOf = (bytes: number, limit: number): Room => ({
  bytes,
  limit,
  state: SHARES.find(([share]) => bytes >= share * limit)?.[1] ?? 'ample',
});

/** Whether there is still room for it. Pure. Null: there is. */
export const decideRoom = ({ state }: Room, need: Need): Refusal | null =>
  REFUSED[state].includes(need)
    ? refuse('storage_low', 'The tenant’s storage is nearly full; keep what is unsent and try again later.')
    : null;

/** The room that each act on record needs. Exhaustive, so that a new action has to say. */
export const NEED_OF: Record<AuditAction, Need> = {
  'tenant.initialized': 'reserve',
  'tenant.created': 'reserve',
  'tenant.suspended': 'reserve',
  'tenant.resumed': 'reserve',
  'machine.enrolled': 'ordinary',
  'machine.archived': 'ordinary',
  // A secret of a machine that was archived brings it back.
  'machine.restored': 'secret',
  'machine.merged': 'ordinary',
  'machine.unmerged': 'ordinary',
  'machine.acknowledged': 'ordinary',
  'machine.split': 'ordinary',
  'spool.uploaded': 'report',
  // It is what makes room.
  'events.pruned': 'reserve',
  'secret.escrowed': 'secret',
  'secret.revealed': 'reserve',
  'secret.confirmed': 'ordinary',
  // A resend gets its receipt, whatever else is refused.
  'secret.receipted': 'reserve',
  'secret.said_rotated': 'ordinary',
  'reveal.budget_exceeded': 'reserve',
  'keyring.created': 'ordinary',
  // A leaver's act and an end of a key are versions of the keyring; the re-sealing after it doubles what is kept, and
  // can wait.
  'keyring.updated': 'reserve',
  // What a change replaced goes, or comes back; and a person who would unlock on another line puts that on record
  // first.
  'keyring.opened': 'reserve',
  'keyring.undone': 'reserve',
  'keyring.line_taken': 'reserve',
  'root.replaced': 'reserve',
  'grant.requested': 'ordinary',
  'grant.declined': 'reserve',
  'unlocker.added': 'reserve',
  'unlocker.removed': 'reserve',
  'unlocker.kept': 'reserve',
  'unlocker.changed': 'reserve',
  'recovery.drilled': 'ordinary',
  'recovery.used': 'reserve',
  'key.rotated': 'reserve',
  'key.retired': 'reserve',
  'key.destroyed': 'reserve',
  'secrets.read_in_bulk': 'reserve',
  'secrets.resealed': 'ordinary',
  'secret.marked_unopenable': 'ordinary',
  'secret.marked_openable': 'ordinary',
  'secret.restored': 'ordinary',
  'secrets.verified': 'ordinary',
  // The versions that a change of the keyring had re-sealed before it was taken back.
  'secrets.put_back': 'reserve',
  'person.added': 'ordinary',
  'person.role_changed': 'reserve',
  'person.removed': 'reserve',
  'settings.changed': 'reserve',
  'limits.changed': 'reserve',
  'token.issued': 'ordinary',
  'token.rotated': 'ordinary',
  'token.revoked': 'reserve',
  // It updates existing rows, and adds no more than one row a token.
  'token.set_aside': 'reserve',
  'token.brought_back': 'reserve',
  'audit.exported': 'reserve',
  'audit.rollback_noticed': 'reserve',
  'webhook.added': 'ordinary',
  'webhook.changed': 'ordinary',
  'webhook.removed': 'reserve',
  'webhook.paused': 'reserve',
  'webhook.resumed': 'ordinary',
  'webhook.tested': 'ordinary',
  'backup.requested': 'reserve',
  'backup.made': 'reserve',
  'tenant.imported': 'reserve',
  'tenant.restore_aborted': 'reserve',
  'access.refused': 'reserve',
};

/** Thrown where there is no room, so that the transaction it stands in is undone whole. The gate makes it the refusal it carries. */
export class NoRoom extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}
