// The audit in plain words: what was done, to what, and by whom.
import type { AuditAction, AuditEntry, AuditGroup, AuditPage, AuditSecret } from '../../../schema/audit.ts';
import type { SecretKind } from '../../../schema/secret.ts';
import { kindInSentence } from '../ui/words.ts';
import { ACT_WORDS, refusalWords, soughtWords } from './act-words.ts';

export const ACTION_WORDS: Record<AuditAction, string> = {
  'tenant.initialized': 'The tenant began',
  'tenant.created': 'Created the tenant',
  'tenant.suspended': 'Suspended the tenant',
  'tenant.resumed': 'Resumed the tenant',
  'machine.enrolled': 'A PC reported for the first time',
  'machine.archived': 'Archived a PC',
  'machine.restored': 'Brought a PC back',
  'machine.merged': 'Merged two ids of one PC',
  'machine.unmerged': 'Undid a merge',
  'machine.acknowledged': 'Looked into a mark of a PC',
  'machine.split': 'Said that several PCs have one id',
  'spool.uploaded': 'Uploaded a report of a PC',
  'events.pruned': 'Removed old events',
  'secret.escrowed': 'Sealed a secret',
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
  'root.replaced': 'Replaced the trust root',
  'grant.requested': 'Asked to unlock',
  'grant.declined': 'Declined a request to unlock',
  'unlocker.added': 'Added an unlock method',
  'unlocker.removed': 'Removed an unlock method',
  'unlocker.kept': 'Kept a shared unlock method when somebody left',
  'unlocker.changed': 'Changed their own unlock method',
  'recovery.drilled': 'Tested the recovery sheets',
  'recovery.used': 'Unlocked with the recovery sheets',
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
  'token.issued': 'Issued an engine token',
  'token.rotated': 'Rotated an engine token',
  'person.removed': 'Removed a person',
  'limits.changed': 'Changed the limits',
  'settings.changed': 'Changed the settings',
  'token.revoked': 'Revoked an engine token',
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
  machine: 'engine token',
  person: '',
  operator: 'operator',
  system: 'by itself',
};

/** Which question a group of actions answers. */
export const GROUP_WORDS: Record<AuditGroup, string> = {
  access: 'Access changes',
  keys: 'Keys and settings',
  refusals: 'Refused',
};

/** The id of the PC that an entry is about, if it is about one. */
export function aboutOf({ action, subject, detail }: AuditEntry): string | null {
  if (typeof detail.machine === 'string') return detail.machine;
  return action.startsWith('machine.') ? subject : null;
}

/** "BitLocker key, C:", "Admin password, Administrator": a secret as a list names it. */
export function secretWords({ kind, ref }: AuditSecret): string {
  const name = 'account' in ref ? ref.account : 'protectorId' in ref ? ref.volume : ref.label;
  return `${SHORT_KIND_WORDS[kind]}, ${name}`;
}

const SHORT_KIND_WORDS: Record<SecretKind, string> = {
  local_admin_password: 'Admin password',
  bitlocker_recovery_key: 'BitLocker key',
  bios_password: 'BIOS password',
  other: 'Secret',
};

/** What was done, in a cell. `bare`: in a list of nothing but reveals, what was revealed is enough. */
export function actOf(entry: AuditEntry, secret: AuditSecret | undefined, bare: boolean): string {
  const { action, outcome, detail } = entry;
  if (outcome === 'refused') {
    const { further } = detail;
    return typeof further === 'number'
      ? `${refusalWords(detail.code)}, ${further.toLocaleString()} more within a minute`
      : refusalWords(detail.code);
  }
  if (action === 'secret.revealed' && secret) return bare ? secretWords(secret) : `Revealed: ${secretWords(secret)}`;
  if (action === 'secret.escrowed' && secret) return `Sealed: ${secretWords(secret)}`;
  const words = ACT_WORDS[action];
  if (words) return words(entry);
  const object = objectOf(entry, secret);
  return object === '' ? actionWords(action) : `${actionWords(action)}: ${object}`;
}

/** Whom or what an act was done to, where that is neither the PC nor the tenant. */
function objectOf({ detail }: AuditEntry, secret: AuditSecret | undefined): string {
  if (secret) return secretWords(secret);
  if (typeof detail.email === 'string') return detail.email;
  return typeof detail.label === 'string' ? detail.label : '';
}

/** Why it was done, or what came of it: a reason that was given, or what a refused person had asked for. */
export function reasonOf({ detail, subject, outcome }: AuditEntry): string {
  if (typeof detail.reason === 'string') return detail.reason;
  if (outcome === 'refused' && !UUID.test(subject)) return soughtWords(subject);
  if (typeof detail.from === 'string' && typeof detail.to === 'string') return `${detail.from} to ${detail.to}`;
  return '';
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** "engineer@example.com revealed a BitLocker recovery key": the entry as one sentence. */
export function sentenceOf(entry: AuditEntry, secret: AuditSecret | undefined): string {
  const { principal, action, outcome, detail } = entry;
  if (outcome === 'refused') return `${principal.name} was refused: ${refusalWords(detail.code)}`;
  if (action === 'secret.revealed' && secret) return `${principal.name} revealed a ${kindInSentence(secret.kind)}`;
  return `${principal.name}: ${actOf(entry, secret, false)}`;
}

/** Whether what this entry revealed is still to be rotated: no later version has come, and the secret is due. */
export function isToRotate({ action, outcome, subject, detail }: AuditEntry, secrets: AuditPage['secrets']): boolean {
  const secret = secrets[subject];
  if (action !== 'secret.revealed' || outcome === 'refused' || !secret) return false;
  return secret.rotateDueAt !== null && secret.version === detail.version;
}
