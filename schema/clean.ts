// Makes input from outside fit to keep: text without non-text characters and no longer than allowed; lists and instants
// as Windows PowerShell 5.1 writes them. Pure; fit input comes out unchanged.

/** Left out, null or empty: all the same to a reader of a field that may be absent. */
export const isAbsent = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === '';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Terminal control: CSI, OSC and shorter sequences (ECMA-48 §5.4, §5.6). Installers colour their output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it finds
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it finds
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const REPLACEMENT = '\ufffd';
const ELLIPSIS = '…';

/** `changed`: something is lost. Other line ends are the same text. */
export type Cleaned = { text: string; changed: boolean };

/**
 * Text of at most `max` UTF-16 units: lines end with a line feed, other control characters are U+FFFD, and a cut text
 * ends with ….
 */
export function cleanText(text: string, max: number): Cleaned {
  const lines = text.replace(/\r\n?/g, '\n');
  const plain = lines.toWellFormed().replace(ESCAPES, '').replace(CONTROLS, REPLACEMENT);
  return { text: cutText(plain, max), changed: plain !== lines || plain.length > max };
}

/** Never through the middle of a surrogate pair. */
const cutText = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}${ELLIPSIS}`;

/** Anything at all as text: text as it is, an error by its message, a date as ISO 8601 has it, everything else as JSON, if it has any. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.message;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  try {
    const json = JSON.stringify(value);
    if (json !== undefined) return json;
  } catch {
    // A big number, or an object that contains itself: named by its type.
  }
  return typeof value === 'bigint' ? String(value) : typeof value;
}

/**
 * The items of a list, also where Windows PowerShell 5.1 has turned it into `{"value": [...], "Count": n}`. Null: it is
 * not a list.
 */
export function itemsOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  return isRecord(value) && Array.isArray(value.value) && typeof value.Count === 'number' ? value.value : null;
}

/** What should be a list, as one: PowerShell makes a single value of a list of one. */
export const listOf = (value: unknown): unknown[] => itemsOf(value) ?? (isAbsent(value) ? [] : [value]);

const DOTNET_DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;
const ISO_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const INSTANT_MAX = 253_402_300_799_999;

/**
 * An instant in whole milliseconds since the epoch, also where it came as digits, as .NET writes dates into JSON (`/Date(…)/`, alone or as
 * the `value` of an object), or as ISO 8601 with its zone; without a zone it could be any instant. Null: it cannot be
 * read.
 */
export function instantOf(value: unknown): number | null {
  const at = Math.floor(millisecondsOf(isRecord(value) ? value.value : value));
  return at >= 0 && at <= INSTANT_MAX ? at : null;
}

function millisecondsOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return Number.NaN;
  const digits = /^\d{1,15}$/.test(value) ? value : DOTNET_DATE.exec(value)?.[1];
  if (digits !== undefined) return Number(digits);
  return ISO_WITH_ZONE.test(value) ? Date.parse(value) : Number.NaN;
}
