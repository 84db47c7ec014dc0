// The portal's words for codes, times and keys; sentence case, plain.

import type { Finding } from '../../../schema/bulk.ts';
import { DAY_MS } from '../../../schema/facts/days.ts';
import type { Attention, AttributeChange, RunStatus } from '../../../schema/machine.ts';
import type { NoticeKind } from '../../../schema/notice.ts';
import { NOTICE_WORDS } from '../../../schema/notice-words.ts';
import type { TenantCounts } from '../../../schema/operator.ts';
import type { Role } from '../../../schema/person.ts';
import type { KeyHistory } from '../../../schema/rotation.ts';
import type { SecretKind, SecretRef } from '../../../schema/secret.ts';
import { isolated } from '../../../schema/shown-text.ts';
import type { UnlockerKind, VaultPurpose } from '../../../schema/signed.ts';
import type { Delivery, DeliveryFault, Receiver } from '../../../schema/webhook.ts';

export const STATUS_WORDS: Record<RunStatus, [string, 'accent' | 'good' | 'bad' | '']> = {
  running: ['Provisioning', 'accent'],
  succeeded: ['Succeeded', 'good'],
  failed: ['Failed', 'bad'],
  abandoned: ['Abandoned', ''],
};

export const ATTENTION_WORDS: Record<Attention, string> = {
  run_failed: 'The last run failed',
  stalled: 'Nothing has been heard of it for three hours',
  no_recovery_key: 'Encrypted, but no recovery key is in escrow',
  serial_changed: 'The serial number changed',
  seq_conflict: 'An event was sent twice with different content',
  to_be_rotated: 'A revealed secret is to be rotated',
  shared_id: 'Its ID is one that many PCs have: what is shown here may be of several',
  odd_hostname: 'Its name is none that Windows lets a PC have',
  cloned:
    'Several PCs report under this ID: what is shown here may be of any of them, and of a secret every version that one of them may have is offered',
  id_changed:
    'A run of this PC has gone on under another ID, as after a firmware update: what it sends from now on stands under that one',
};

export const ATTRIBUTE_WORDS: Record<AttributeChange['attribute'], string> = {
  hostname: 'Name',
  serial: 'Serial',
  manufacturer: 'Manufacturer',
  model: 'Model',
  osVersion: 'System',
  client: 'Client',
};

export const KIND_WORDS: Record<SecretKind, string> = {
  local_admin_password: 'Local administrator password',
  bitlocker_recovery_key: 'BitLocker recovery key',
  bios_password: 'BIOS password',
  other: 'Other secret',
};

/** A kind within a sentence: "local administrator password", "BitLocker recovery key". */
export const kindInSentence = (kind: SecretKind): string =>
  KIND_WORDS[kind].replace(/^(Local|Other)/, (word) => word.toLowerCase());

/** Whose PC it is and which one, where its name alone is not enough: two clients each have a `PC-01`. */
export const pcWords = ({ client, serial }: { client: string | null; serial: string | null }): string =>
  `${client === null ? 'No client' : isolated(client)} · ${serial === null ? 'no serial number' : `serial ${isolated(serial)}`}`;

/** `say`: how other people's words are written in it; isolated, unless it goes into a file. */
export function refWords(ref: SecretRef, say = isolated): string {
  if ('account' in ref) return `Account ${say(ref.account)}`;
  if ('protectorId' in ref) return `Volume ${say(ref.volume)}, key ID ${ref.protectorId.toUpperCase()}`;
  return say(ref.label);
}

export const KEY_STATE_WORDS: Record<KeyHistory['state'], [string, 'good' | 'accent' | 'warn' | '']> = {
  active: ['In use', 'good'],
  retiring: ['Being replaced', 'warn'],
  retired: ['Retired', ''],
  destroyed: ['Destroyed', ''],
};

/** The kinds in the order in which a person chooses among them. */
export const NOTICE_KINDS = Object.keys(NOTICE_WORDS).filter((kind) => kind !== 'test') as NoticeKind[];

export const RECEIVER_WORDS: Record<Receiver, string> = {
  generic: 'Another program (signed JSON)',
  slack: 'Slack',
  teams: 'Microsoft Teams',
  discord: 'Discord',
};

export const DELIVERY_WORDS: Record<Delivery['state'], [string, 'good' | 'warn' | 'bad']> = {
  delivered: ['Delivered', 'good'],
  waiting: ['Waiting', 'warn'],
  given_up: ['Given up', 'bad'],
};

export const DELIVERY_FAULT_WORDS: Record<DeliveryFault, string> = {
  timed_out: 'no answer within ten seconds',
  unreachable: 'could not be reached',
  redirected: 'answered with a redirect, which is never followed',
  turned_down: 'turned down by the receiver',
  gone: 'its receiver says that it is gone for good (410)',
  failed: 'failed at the receiver',
  not_allowed: 'not sent: a webhook may not have that URL any more',
};

export const FINDING_WORDS: Record<Finding, string> = {
  sound: 'sound',
  malformed: 'it opens, but is not one of its kind',
  does_not_open: 'no key of this tenant opens it',
};

export const ROLE_WORDS: Record<Role, string> = { admin: 'Admin', engineer: 'Engineer', auditor: 'Auditor' };

/** Two letters for a person, from their address. */
export const initials = (email: string): string => email.slice(0, 2).toUpperCase();

/** "an admin", "an engineer", "an auditor". */
export const withArticle = (role: Role): string => `an ${ROLE_WORDS[role].toLowerCase()}`;

/** What a way to unlock is for, after "to be able to". */
export const rightsWords = (rights: readonly VaultPurpose[]): string =>
  rights.includes('admin') ? 'reveal every secret, and change the keyring as an admin' : 'reveal every secret';

export const UNLOCKER_WORDS: Record<UnlockerKind, string> = {
  passphrase: 'Passphrase',
  recovery: 'Recovery sheets',
  passkey: 'Passkey',
};

export const TENANT_KEY_WORDS: Record<TenantCounts['keyState'], [string, 'good' | 'warn' | '']> = {
  none: ['Not set up', ''],
  ready: ['Ready', 'good'],
  rotating: ['Rotating', 'warn'],
};

/** `local_admin` as `Local admin`. */
export const phaseWords = (name: string): string => {
  const known = new Map([
    ['rmm', 'RMM agent'],
    ['bitlocker', 'BitLocker'],
  ]);
  const words = name.replaceAll('_', ' ');
  return known.get(name) ?? words.charAt(0).toUpperCase() + words.slice(1);
};

/** A thumbprint in groups that two people can compare aloud. Joined again it is the thumbprint: an engine compares it whole. */
export const groupsOf = (text: string, size = 4): string[] => text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
export const shortId = (text: string): string => text.slice(0, 8);

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const SHORT_TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export const dateTime = (at: number): string => DATE.format(at);
/** "3 March 2027". */
export const dayOf = (at: number): string => DAY.format(at);
export const shortTime = (at: number): string => SHORT_TIME.format(at);
export const timeOfDay = (at: number): string => TIME.format(at);
export const exactTime = (at: number): string => EXACT.format(at);

const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const DATE_ONLY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** "Today 17:57", "Yesterday 16:44", "Nov 25, 15:20", "Nov 3, 2025": an instant in a list that one reads back through. */
export function momentWords(at: number, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const yesterday = new Date(midnight).setDate(new Date(midnight).getDate() - 1);
  if (at >= midnight && at < midnight + DAY_MS) return `Today ${shortTime(at)}`;
  if (at >= yesterday && at < midnight) return `Yesterday ${shortTime(at)}`;
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? DAY_AND_TIME.format(at) : DATE_ONLY.format(at);
}

/** The same within a sentence: "today 17:57". */
export const momentInSentence = (at: number, now: number): string =>
  momentWords(at, now).replace(/^(Today|Yesterday)/, (word) => word.toLowerCase());

/** "3 minutes ago"; under a minute it is "just now". */
export function relativeTime(at: number, now: number): string {
  for (const [unit, length] of UNITS)
    if (Math.abs(now - at) >= length) return RELATIVE.format(Math.trunc((at - now) / length), unit);
  return 'just now';
}

const SHORT = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

/** "3 min. ago", for a row of a list. */
export function shortRelativeTime(at: number, now: number): string {
  for (const [unit, length] of UNITS)
    if (Math.abs(now - at) >= length) return SHORT.format(Math.trunc((at - now) / length), unit);
  return 'just now';
}

/** "4 min 12 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return [hours && `${hours} h`, minutes && `${minutes} min`, `${seconds % 60} s`].filter(Boolean).join(' ');
}

/** "2 days", "3 h 12 min": as exact as a reader wants for a long time. */
export function roughDuration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return [days === 1 ? '1 day' : `${days} days`, hours && `${hours} h`].filter(Boolean).join(' ');
  return [hours && `${hours} h`, (minutes % 60 || hours === 0) && `${minutes % 60} min`].filter(Boolean).join(' ');
}

const SIZES = ['kB', 'MB', 'GB'];

/** "12 kB", "3.4 MB"; a thousand bytes to the kilobyte. */
export function byteWords(bytes: number): string {
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 1000 && unit < SIZES.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${SIZES[unit]}`;
}
