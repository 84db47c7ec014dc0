// Mends an event as it is sent into one that can be kept: only an event without identity, a seq and a type, is refused.
// Pure, and the same for server and engine, so that an event mended before it is sent is not mended again.
import { cleanText, instantOf, isAbsent, isRecord, itemsOf, textOf } from './clean.ts';
import {
  EVENT_MAX_BYTES,
  type EventLevel,
  EventType,
  MENDED,
  MESSAGE_MAX,
  type Mended,
  PhaseName,
  RunEvent,
  Seq,
} from './report.ts';

/** `refused`: why it cannot be kept, and its seq if that is usable. */
export type MendedEvent = { event: RunEvent } | { refused: { seq: number | null; field: string; message: string } };

const encoder = new TextEncoder();
const byteLength = (text: string): number => encoder.encode(text).length;

/**
 * A UTF-16 unit of JSON takes three bytes at most, so that most events need not be encoded to know. Without data only a message of characters
 * that are two units each can be too long.
 */
function isWithinBytes(event: RunEvent): boolean {
  if (event.data === undefined && event.message.length <= MESSAGE_MAX) return true;
  const text = JSON.stringify(event);
  return text.length * 3 <= EVENT_MAX_BYTES || byteLength(text) <= EVENT_MAX_BYTES;
}

/** Fit values stay as they are. `now`, ms since the epoch, stands in for an instant that cannot be read. */
export function mendEvent(value: unknown, now: number): MendedEvent {
  const fit = RunEvent.safeParse(value);
  if (fit.success && isWithinBytes(fit.data)) return { event: fit.data };
  if (!isRecord(value)) return { refused: { seq: null, field: 'event', message: 'must be an object' } };
  const seq = Seq.safeParse(value.seq);
  if (!seq.success) return { refused: { seq: null, field: 'seq', message: seq.error.issues[0]?.message ?? '' } };
  const type = EventType.safeParse(isAbsent(value.type) ? 'message' : value.type);
  if (!type.success) return { refused: { seq: seq.data, field: 'type', message: type.error.issues[0]?.message ?? '' } };
  return { event: mend(value, seq.data, type.data, now) };
}

function mend(value: Record<string, unknown>, seq: number, type: EventType, now: number): RunEvent {
  const said = Array.isArray(value.mended) ? value.mended : [];
  const mended = new Set<Mended>(MENDED.filter((one) => said.includes(one)));
  const at = instantOf(value.at);
  if (at === null) mended.add('at');
  const level = levelOf(value.level);
  if (level === null) mended.add('level');
  const phase = isAbsent(value.phase) ? undefined : (phaseOf(value.phase) ?? undefined);
  if (phase !== (value.phase || undefined) || (phase === undefined && type.startsWith('phase_'))) mended.add('phase');
  const message = messageOf(value.message);
  if (message.changed) mended.add('message');
  const head = { seq, at: at ?? now, level: level ?? 'info', type, ...(phase === undefined ? {} : { phase }) };
  const room =
    EVENT_MAX_BYTES - byteLength(JSON.stringify({ ...head, message: message.text, mended: MENDED, data: {} }));
  const data = dataOf(value.data, room);
  if (data?.changed) mended.add('data');
  return {
    ...head,
    message: message.text,
    ...(data ? { data: data.data } : {}),
    ...(mended.size > 0 ? { mended: MENDED.filter((one) => mended.has(one)) } : {}),
  } as RunEvent;
}

/** Levels as other loggers name them. */
const LEVELS: Record<string, EventLevel> = {
  debug: 'debug',
  trace: 'debug',
  verbose: 'debug',
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  success: 'info',
  warning: 'warning',
  warn: 'warning',
  error: 'error',
  err: 'error',
  critical: 'error',
  fatal: 'error',
};

/** Null: nobody knows it. */
function levelOf(value: unknown): EventLevel | null {
  if (isAbsent(value)) return 'info';
  const name = textOf(value).toLowerCase();
  return Object.hasOwn(LEVELS, name) ? (LEVELS[name] ?? null) : null;
}

/**
 * A phase's name in its one form, so that `Local Admin` in the plan and in an event are one phase. Null: nothing of it
 * can be kept.
 */
export function phaseOf(value: unknown): string | null {
  const fit = PhaseName.safeParse(value);
  if (fit.success) return fit.data;
  const name = textOf(value)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 32)
    .replace(/_+$/, '');
  return name || null;
}

const NO_MESSAGE = '(no message)';

function messageOf(value: unknown): { text: string; changed: boolean } {
  const { text, changed } = isAbsent(value) ? { text: '', changed: true } : cleanText(textOf(value), MESSAGE_MAX);
  return text === '' ? { text: NO_MESSAGE, changed: true } : { text, changed: changed || typeof value !== 'string' };
}

const NAME_MAX = 64;
const VALUE_MAX = 4096;
const ITEM_MAX = 1024;
const ITEMS_MAX = 64;
const EMPTY = '(empty)';

type Data = NonNullable<RunEvent['data']>;

/** A flat object within `room` bytes: members that do not fit are left out. Undefined: there is none. */
function dataOf(value: unknown, room: number): { data: Data; changed: boolean } | undefined {
  if (isAbsent(value)) return undefined;
  let changed = !isRecord(value);
  let left = room;
  const data = new Map<string, Data[string]>();
  for (const [key, one] of Object.entries(isRecord(value) ? value : { value })) {
    if (one === undefined) continue;
    const name = cleanText(key, NAME_MAX);
    const member = memberOf(one);
    const place = name.text || EMPTY;
    left -= byteLength(JSON.stringify([place, member.value]));
    if (left < 0) return { data: Object.fromEntries(data), changed: true };
    // zod leaves a member of this name out; the first of two that are cut to one name stays.
    const hasPlace = place !== '__proto__' && !data.has(place);
    changed ||= name.changed || name.text === '' || member.changed || !hasPlace;
    if (hasPlace) data.set(place, member.value);
  }
  return { data: Object.fromEntries(data), changed };
}

function memberOf(value: unknown): { value: Data[string]; changed: boolean } {
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return { value, changed: false };
  if (typeof value === 'string') return ofText(cleanText(value, VALUE_MAX));
  const list = itemsOf(value);
  if (!list) return { value: cleanText(textOf(value), VALUE_MAX).text, changed: true };
  const items = list.map(itemOf);
  const kept = items.length > ITEMS_MAX ? [...items.slice(0, ITEMS_MAX - 1), { value: '…', changed: true }] : items;
  return {
    value: kept.map((item) => item.value),
    changed: !Array.isArray(value) || kept.some((item) => item.changed),
  };
}

const ofText = ({ text, changed }: { text: string; changed: boolean }) => ({ value: text, changed });

function itemOf(item: unknown): { value: string; changed: boolean } {
  const { text, changed } = cleanText(textOf(item), ITEM_MAX);
  return text === '' ? { value: EMPTY, changed: true } : { value: text, changed: changed || typeof item !== 'string' };
}
