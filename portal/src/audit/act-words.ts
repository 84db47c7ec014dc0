// What an act was done to and whose it was, for the entries that hold it: the words of the act itself say neither. A refusal in a person's words.
import type { AuditAction, AuditEntry } from '../../../schema/audit.ts';
import { REFUSALS, type RefusalCode } from '../../../schema/refusal.ts';

type Detail = AuditEntry['detail'];

/** `indexHash` as "Index hash". */
export const detailWords = (name: string): string => {
  const words = name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** "1 secret", "46 secrets". */
const counted = (count: unknown, one: string): string =>
  `${Number(count).toLocaleString()} ${one}${count === 1 ? '' : 's'}`;

const WAYS: Record<string, [one: string, shared: string]> = {
  passphrase: ['a passphrase', 'the team passphrase'],
  passkey: ['a passkey', 'a shared passkey'],
  recovery: ['recovery sheets', 'the recovery sheets'],
};
const ANY_WAY: [one: string, shared: string] = ['an unlock method', 'a shared unlock method'];

/** "a passkey of ada@example.com", "the team passphrase". */
function wayWords({ kind, owner }: Detail): string {
  const [one, shared] = WAYS[String(kind)] ?? ANY_WAY;
  return typeof owner === 'string' ? `${one} of ${owner}` : shared;
}

const READ_FOR: Record<string, string> = {
  rotation: 'for re-sealing',
  health: 'to check that they open',
  export: 'for an export of everything',
};

/** Which members of a change there were: "Reveal budget, ticket pattern". */
const changed = (what: string, detail: Detail): string => {
  const names = Object.keys(detail).map((name) => detailWords(name).toLowerCase());
  return names.length === 0 ? what : `${what}: ${names.join(', ')}`;
};

const keyring = ({ version, unlockers }: Detail): string =>
  typeof version === 'number' ? `: version ${version}, ${counted(unlockers, 'unlock method')}` : '';

/** The words of an act with what its entry holds; an entry of an earlier server may hold less. */
export const ACT_WORDS: Partial<Record<AuditAction, (entry: AuditEntry) => string>> = {
  'unlocker.added': ({ detail }) => `Added ${wayWords(detail)}`,
  'unlocker.removed': ({ detail }) => `Removed ${wayWords(detail)}`,
  'unlocker.kept': ({ detail }) =>
    `Kept ${wayWords(detail)}${typeof detail.leaver === 'string' ? ` when ${detail.leaver} left` : ''}`,
  'unlocker.changed': ({ principal }) => `Changed the passphrase of ${principal.name}`,
  'grant.requested': ({ detail }) => `Asked to unlock with ${(WAYS[String(detail.kind)] ?? ANY_WAY)[0]}`,
  'grant.declined': ({ detail, principal }) =>
    detail.person === principal.id ? 'Took back their own request to unlock' : 'Declined a request to unlock',
  'keyring.created': ({ detail }) => `Did the first-time set-up${keyring(detail)}`,
  'keyring.updated': ({ detail }) => `Changed the keyring${keyring(detail)}`,
  'secrets.read_in_bulk': ({ detail }) =>
    `Read ${counted(detail.count, 'sealed secret')} ${READ_FOR[String(detail.purpose)] ?? 'at once'}`,
  'secrets.resealed': ({ detail }) => `Re-sealed ${counted(detail.count, 'secret')}`,
  'secrets.verified': ({ detail }) =>
    `Checked ${counted(detail.count, 'secret')}: ${detail.unsound ? 'not all of them are sound' : 'sound'}`,
  'events.pruned': ({ detail }) => `Removed the old events of ${counted(detail.runs, 'run')}`,
  'settings.changed': ({ detail }) => changed('Changed the settings', detail),
  'limits.changed': ({ detail }) => changed('Changed the limits', detail),
  'audit.exported': ({ detail }) =>
    typeof detail.format === 'string' ? `Exported the audit as ${detail.format.toUpperCase()}` : 'Exported the audit',
};

/** Where a refusal's own title speaks to a program, or of one. */
const REFUSED_WORDS: Partial<Record<RefusalCode, string>> = {
  invalid_body: 'Something that was filled in does not fit',
  invalid_query: 'What was asked for does not fit',
  body_too_large: 'What was sent is too large',
  unsupported_media_type: 'What was sent is of another kind',
  header_mismatch: 'A sealed secret says something else than its report',
  unknown_kid: 'There is no such escrow key',
  upgrade_required: 'Live updates were asked for in another way',
  too_many_sockets: 'Enough pages had live updates already',
  keyring_invalid: 'The changed keyring does not hold together',
  keyring_incomplete: 'The changed keyring lacks something',
};

/** A refusal's code in words. */
export const refusalWords = (code: unknown): string =>
  REFUSED_WORDS[code as RefusalCode] ?? REFUSALS[code as RefusalCode]?.[1] ?? 'Refused';

/** Whether a refusal says only that it was too much at once, or that the server could not: nobody tried what they may not do. */
export const isOnlyLater = (code: unknown): boolean => {
  const status = REFUSALS[code as RefusalCode]?.[0];
  return code === 'too_many_sockets' || code === 'rate_limited' || (status !== undefined && status >= 500);
};

const SOUGHT: Record<string, string> = {
  live: 'Live updates',
  webhooks: 'Webhooks',
  people: 'People',
  tokens: 'Engine tokens',
  settings: 'Settings',
  keyring: 'The keyring',
  grants: 'Access to unlock',
  machines: 'PCs',
  secrets: 'Secrets',
  rotation: 'Key rotation',
  audit: 'Audit',
  backup: 'Backup',
  bulk: 'Secrets in bulk',
  recovery: 'Recovery sheets',
  spool: 'An offline report',
};

/** What a refused person had asked for, by the route of it: "Webhooks". */
export const soughtWords = (subject: string): string => SOUGHT[subject.split('/')[0] ?? ''] ?? subject;
