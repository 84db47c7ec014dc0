// Names as Windows tells them apart: volumes, local accounts, names of PCs. The one place that says which spellings are
// one name. Names are kept and shown as they were written. Without zod.
import type { SecretRef } from './secret.ts';

/**
 * Upper case as Windows applies it to names: one UTF-16 unit at a time, whatever the language. So ß stays what it is,
 * and no letter beyond ASCII becomes an ASCII one: ı and ſ stay different.
 */
export const windowsUpper = (text: string): string =>
  Array.from({ length: text.length }, (_, index) => {
    const unit = text.charAt(index);
    const upper = unit.toUpperCase();
    return upper.length !== 1 || (unit > '\u007f' && upper <= '\u007f') ? unit : upper;
  }).join('');

/** A volume: a letter with or without colon and backslash, a folder it is mounted at, or a volume's path. */
export function volumeKey(volume: string): string {
  const path = volume
    .trim()
    .replaceAll('/', '\\')
    .replace(/^\\\\[?.]\\(?!UNC\\)/i, '')
    .replace(/\\+$/, '');
  return windowsUpper(/^[A-Za-z]$/.test(path) ? `${path}:` : path);
}

/** The volume that Windows starts from: the one a blue recovery screen asks about. */
const SYSTEM_VOLUME = 'C:';

/** Whether a PC starts from this volume, in whatever spelling. */
export const isSystemVolume = (volume: string): boolean => volumeKey(volume) === SYSTEM_VOLUME;

/** A local account: `.` means this PC, and so does no prefix. */
export const accountKey = (account: string): string => windowsUpper(account.trim().replace(/^\.\\\s*/, ''));

/**
 * Which secret of its kind a ref names, as one string: refs that name the same thing give the same. A label is ours,
 * not Windows': only its outer spaces are ignored.
 */
export function sameRefKey(ref: SecretRef): string {
  if ('account' in ref) return JSON.stringify(['account', accountKey(ref.account)]);
  if ('protectorId' in ref) return JSON.stringify(['protector', ref.protectorId, volumeKey(ref.volume)]);
  return JSON.stringify(['label', ref.label.trim()]);
}

export const isSameRef = (a: SecretRef, b: SecretRef): boolean => sameRefKey(a) === sameRefKey(b);

const LABEL_MAX_BYTES = 63;

/** A label of a host name: letters and digits of any script, dashes and underscores within. */
const isLabel = (label: string): boolean =>
  /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}_])?$/u.test(label) &&
  new TextEncoder().encode(label).length <= LABEL_MAX_BYTES;

/**
 * Whether Windows lets a PC have this name: one DNS label, of which NetBIOS has the first 15 characters; or, as some
 * engines send it, the full name followed by the labels of its domain. Never digits alone.
 */
export const isWindowsHostname = (hostname: string): boolean => {
  const [name = '', ...domain] = hostname.split('.');
  return isLabel(name) && !/^\p{N}+$/u.test(name) && domain.every(isLabel);
};
