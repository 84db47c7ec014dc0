// The audit in plain words: what was done, to what, and by whom.
import type { AuditAction, AuditEntry } from '../../../schema/audit.ts';
import { REFUSALS, type RefusalCode } from '../../../schema/refusal.ts';
import type { SecretKind } from '../../../schema/secret.ts';
import { KIND_WORDS, shortId } from '../ui/words.ts';

export const ACTION_WORDS: Record<AuditAction, string> = {
  'tenant.initialized': 'The tenant’s object began',
  'tenant.created': 'Created the tenant',
  'tenant.suspended': 'Suspended the tenant',
  'tenant.resumed': 'Resumed the tenant',
  'machine.enrolled': 'A machine reported for the first time',
  'machine.archived': 'Archived a machine',
  'machine.restored': 'Brought a machine back',
  'machine.merged': 'Merged two ids of one PC',
  'machine.unmerged': 'Undid a merge',
  'machine.acknowledged': 'Looked into a mark of a machine',
  'machine.split': 'Said that several PCs have one id',
  'spool.uploaded': 'Uploaded a report of a PC',
  'events.pruned': 'Removed old events',
  'secret.escrowed': 'Took a secret into escrow',
  'secret.revealed': 'Revealed a secret',
  'secret.confirmed': 'Confirmed which version the PC has',
  'secret.receipted': 'The PC’s engine got the receipt of what a person had brought',
  'secret.said_rotated': 'Said that a secret was rotated',
  'reveal.budget_exceeded': 'Asked for more reveals than allowed',
  'keyring.created': 'Did the first-time set-up',
  'keyring.updated': 'Changed the keyring',
  'keyring.opened': 'Opened every key of the changed keyring',
  'keyring.undone': 'Took back a change of the keyring',
  'keyring.line_taken': 'Took a keyring that does not follow on the one seen',
  'root.replaced': 'Replaced the root',
  'grant.requested': 'Asked for access',
  'grant.declined': 'Declined a request for access',
  'unlocker.added': 'Added a way to unlock',
  'unlocker.removed': 'Removed a way to unlock',
  'unlocker.kept': 'Kept a shared way to unlock when somebody left',
  'unlocker.changed': 'Changed their own way to unlock',
  'recovery.drilled': 'Proved the recovery set',
  'key.rotated': 'Began a new escrow key',
  'key.retired': 'Finished a rotation',
  'key.destroyed': 'Destroyed an escrow key',
  'secrets.read_in_bulk': 'Read ciphertexts in bulk',
  'secrets.resealed': 'Re-sealed secrets',
  'secret.marked_unopenable': 'Marked a secret as not openable',
  'secret.marked_openable': 'Found that a secret opens after all',
  'secret.restored': 'Put back what a secret was before it was re-sealed',
  'secrets.verified': 'Checked that secrets open',
  'secrets.put_back': 'Put back what secrets were before they were re-sealed',
  'person.added': 'Added a person',
  'person.role_changed': 'Changed a person’s role',
  'token.issued': 'Issued a machine token',
  'token.rotated': 'Rotated a machine token',
  'person.removed': 'Removed a person',
  'limits.changed': 'Changed the limits',
  'settings.changed': 'Changed the settings',
  'token.revoked': 'Revoked a machine token',
  'token.set_aside': 'Set aside what a token brought',
  'token.brought_back': 'Brought back what was set aside with a token',
  'webhook.added': 'Added a webhook',
  'webhook.changed': 'Changed a webhook',
  'webhook.removed': 'Removed a webhook',
  'webhook.paused': 'Paused a webhook',
  'webhook.resumed': 'Resumed a webhook',
  'webhook.tested': 'Sent a test notice',
  'backup.requested': 'Asked for a backup',
  'backup.made': 'Made a backup',
  'tenant.imported': 'Restored the tenant from a backup',
  'tenant.restore_aborted': 'Aborted a restore',
  'audit.exported': 'Exported the audit',
  'audit.rollback_noticed': 'The object was rolled back or forked',
  'access.refused': 'Was refused',
};

/** An action of a newer version of the server has no words here yet: its name stands for itself. */
export const actionWords = (action: AuditAction): string => ACTION_WORDS[action] ?? action;

export const PRINCIPAL_WORDS: Record<AuditEntry['principal']['kind'], string> = {
  machine: 'machine token',
  person: '',
  operator: 'operator',
  system: 'by itself',
};

/** The machine that an entry is about, if it is about one. */
export function machineOf({ action, subject, detail }: AuditEntry): string | null {
  if (typeof detail.machine === 'string') return detail.machine;
  return action.startsWith('machine.') ? subject : null;
}

/** What an entry is about. */
export function subjectWords(entry: AuditEntry): string {
  const { action, subject, detail, tenant } = entry;
  if (subject === tenant) return 'The tenant';
  if (typeof detail.kind === 'string' && detail.kind in KIND_WORDS)
    return `${KIND_WORDS[detail.kind as SecretKind]}${detail.version === undefined ? '' : `, version ${detail.version}`}`;
  if (typeof detail.email === 'string') return detail.email;
  if (typeof detail.hostname === 'string') return detail.hostname;
  if (action.startsWith('machine.')) return `Machine ${shortId(subject)}`;
  // Ids are cut short as everywhere; a refusal names a place in the API.
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(subject) ? shortId(subject) : subject;
}

/** A refusal's code in words. */
export const refusalWords = (code: unknown): string => REFUSALS[code as RefusalCode]?.[1] ?? 'Refused';

/** `indexHash` as "Index hash". */
export const detailWords = (name: string): string => {
  const words = name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};
