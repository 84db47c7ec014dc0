// A tail's input: the lines of our own log, and the platform's words around them. Nothing of the platform's facts about
// a request (its URL, headers, address) is taken over.
import * as z from 'zod';
import { LogLine } from '../../schema/log.ts';

/** The platform's own word on an invocation that went wrong, or on the tail itself. */
export type PlatformLine = { event: 'platform'; at: number; outcome: string; says: string; loud: boolean };
/** `cpuMs`: the platform's measure for the invocation that wrote the line; null if it does not say, as on the stand. */
export type Entry = { line: LogLine | PlatformLine; cpuMs: number | null };

const Text = z.unknown().transform((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
/** A `TailItem` as `wrangler tail --format json` prints it; members that we have no use for are left out. */
const TailItem = z.object({
  outcome: z.string(),
  scriptName: z.string().nullish(),
  entrypoint: z.string().nullish(),
  cpuTime: z.number().nullish(),
  eventTimestamp: z.number().nullish(),
  exceptions: z.array(z.object({ name: Text, message: Text, stack: z.string().nullish() })),
  logs: z.array(z.object({ message: z.array(z.unknown()).or(z.string()) })),
  event: z
    .object({
      rpcMethod: z.string(),
      scheduledTime: z.unknown(),
      request: z.unknown(),
      type: z.string(),
      message: Text,
    })
    .partial()
    .nullish(),
});
type TailItem = z.infer<typeof TailItem>;

/** The client went away, which is nobody's fault. */
const QUIET_OUTCOMES = new Set(['canceled', 'responseStreamDisconnected']);

/** Reads one JSON object of the stream; anything that is neither a line of ours nor a tail item is ignored. */
export function entriesOf(value: unknown): Entry[] {
  const own = LogLine.safeParse(value);
  if (own.success) return [{ line: own.data, cpuMs: null }];
  const item = TailItem.safeParse(value);
  return item.success ? [...ownLines(item.data), ...platformLines(item.data)] : [];
}

function ownLines({ logs, cpuTime }: TailItem): Entry[] {
  return logs.flatMap(({ message }) => {
    const [text] = typeof message === 'string' ? [message] : message;
    const line = LogLine.safeParse(parsed(text));
    return line.success ? [{ line: line.data, cpuMs: cpuTime ?? null }] : [];
  });
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function platformLines(item: TailItem): Entry[] {
  const { outcome, event, exceptions, eventTimestamp } = item;
  const at = eventTimestamp ?? Date.now();
  const line = (says: string, loud = true): Entry => ({
    line: { event: 'platform', at, outcome, says, loud },
    cpuMs: item.cpuTime ?? null,
  });
  if (event?.type?.startsWith('overload')) return [line(event.message ?? event.type)];
  const thrown = exceptions.map(({ name, message, stack }) => line(stack ?? `${name}: ${message}`));
  if (thrown.length > 0 || outcome === 'ok') return thrown;
  const quiet = QUIET_OUTCOMES.has(outcome);
  // The lines logged before the client went away tell more than its going.
  if (quiet && item.logs.length > 0) return [];
  return [line(`${invocation(item)} ended with ${outcome}`, !quiet)];
}

const invocation = ({ event, entrypoint }: TailItem): string => {
  if (event?.rpcMethod) return `${entrypoint ?? 'an object'}.${event.rpcMethod}`;
  if (event?.request) return 'a request';
  return event?.scheduledTime === undefined ? 'an event' : 'an alarm';
};
