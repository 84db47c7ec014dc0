// Which of a run's events are shown, and where in them the searched text stands. Pure.
import type { StoredEvent } from '../../../schema/report.ts';

/** `phase` '' and `text` '' ask for nothing. */
export type EventFilter = { level: StoredEvent['level']; phase: string; text: string };
export const ALL_EVENTS: EventFilter = { level: 'debug', phase: '', text: '' };

const RANK: Record<StoredEvent['level'], number> = { debug: 0, info: 1, warning: 2, error: 3 };

/** An event's data as lines of name and value; lists and nested values as JSON. */
export const dataLines = (data: StoredEvent['data']): [string, string][] =>
  Object.entries(data ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);

const contains = (text: string, sought: string): boolean => text.toLowerCase().includes(sought);
const inData = (event: StoredEvent, sought: string): boolean =>
  dataLines(event.data).some((line) => line.some((part) => contains(part, sought)));

/** Whether the text is in the data that an event carries beside its message. */
export const foundInData = (event: StoredEvent, text: string): boolean => {
  const sought = text.trim().toLowerCase();
  return sought !== '' && inData(event, sought);
};

/** Letters of either case; in the message, and in the data beside it. */
export function filtered(events: readonly StoredEvent[], { level, phase, text }: EventFilter): readonly StoredEvent[] {
  const sought = text.trim().toLowerCase();
  if (level === 'debug' && phase === '' && sought === '') return events;
  return events.filter(
    (event) =>
      RANK[event.level] >= RANK[level] &&
      (phase === '' || event.phase === phase) &&
      (sought === '' || contains(event.message, sought) || inData(event, sought)),
  );
}

/** A text cut where the sought one stands in it: `[text, found]` in order. */
export function cutAtMatches(text: string, sought: string): [string, boolean][] {
  const needle = sought.trim();
  if (needle === '') return [[text, false]];
  const escaped = needle.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text
    .split(new RegExp(`(${escaped})`, 'gi'))
    .map((part, index): [string, boolean] => [part, index % 2 === 1])
    .filter(([part]) => part !== '');
}
