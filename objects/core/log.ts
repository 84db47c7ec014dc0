// The object's lines in the log: one a call, one an alarm, one for each socket that opens or closes. schema/log.ts says what is in each.
import { DurableObject } from 'cloudflare:workers';
import type { AlarmLine, FaultLine, ObjectLine, SocketLine, TroubleLine } from '../../schema/log.ts';
import { stackOf } from '../../schema/log-stack.ts';
import { isRefusal, type RefusalCode } from '../../schema/refusal.ts';
import type { Due } from './alarms.ts';
import type { Caller } from './caller.ts';
import { currentMeter, Meter, metered } from './meter.ts';

type Line = ObjectLine | AlarmLine | SocketLine;
const write = (line: Line) => console.log(JSON.stringify(line));

/** Something did not do what it was asked to, and is asked again. `what`: of a backup, what failed. */
export function logTrouble(event: TroubleLine['event'], tenant: string, what: string | null = null): void {
  const { requestId = null, alarmId = null } = currentMeter() ?? {};
  console.error(JSON.stringify({ event, at: Date.now(), requestId, alarmId, tenant, what } satisfies TroubleLine));
}

/** A live socket was opened or closed. */
export const logSocket = (line: Omit<SocketLine, 'event' | 'at' | 'principal'>): void =>
  write({ event: 'socket', at: Date.now(), principal: 'person', ...line });

type Ended = { code: RefusalCode | null; failed: boolean };
const endedWith = (value: unknown): Ended => ({ code: isRefusal(value) ? value.refused : null, failed: false });
const FAILED: Ended = { code: null, failed: true };

/** Runs one call and writes its line when it is over. What it throws goes on to the Worker, which writes the fault. */
export function loggedCall<T>(call: string, { requestId, tenant, principal }: Caller, work: () => T): T {
  const meter = new Meter({ requestId });
  const startedAt = Date.now();
  const end = ({ code, failed }: Ended, at = Date.now()) =>
    write({
      event: 'object',
      at,
      requestId,
      tenant,
      call,
      principal: principal.kind,
      principalId: principal.id,
      code,
      durationMs: at - startedAt,
      ...meter.rows(),
      failed,
    });
  return metered(meter, () => watched(work, end));
}

/** Tells `end` how the work ended, at once or when its promise has settled, and hands on what it gave or threw. */
function watched<T>(work: () => T, end: (ended: Ended) => void): T {
  try {
    const result = work();
    if (!(result instanceof Promise)) {
      end(endedWith(result));
      return result;
    }
    return result.then(
      (value) => {
        end(endedWith(value));
        return value;
      },
      (error) => {
        end(FAILED);
        throw error;
      },
    ) as T;
  } catch (error) {
    end(FAILED);
    throw error;
  }
}

/** What an alarm finds out as it runs. */
export type AlarmNotes = { tenant: string | null; due: readonly Due[] };

/** Runs an alarm and writes its line, and the fault if it was one: nobody else would. `retry`: how often it was tried before. */
export async function loggedAlarm(retry: number, work: (notes: AlarmNotes) => Promise<void>): Promise<void> {
  const alarmId = crypto.randomUUID();
  const meter = new Meter({ alarmId });
  const notes: AlarmNotes = { tenant: null, due: [] };
  const startedAt = Date.now();
  let failed = true;
  try {
    await metered(meter, () => work(notes));
    failed = false;
  } catch (error) {
    const { tenant } = notes;
    const fault: FaultLine = {
      event: 'fault',
      at: Date.now(),
      requestId: null,
      alarmId,
      tenant,
      stack: stackOf(error),
    };
    console.error(JSON.stringify(fault));
    throw error;
  } finally {
    const { tenant, due } = notes;
    const at = Date.now();
    const done = { durationMs: at - startedAt, ...meter.rows(), failed };
    write({ event: 'alarm', at, alarmId, tenant, due: [...due], retry, ...done });
  }
}

const isCaller = (value: unknown): value is Caller =>
  typeof value === 'object' && value !== null && 'requestId' in value && 'principal' in value && 'tenant' in value;

/**
 * Makes every method that takes a caller first write its line, in an object's class and in those that it extends. RPC
 * finds methods on the prototypes, so they are taken over there, once for the class: a new method cannot forget its
 * line. `fetch` and the handlers of the platform are not among them.
 */
export function logCalls(objectClass: { prototype: object }): void {
  for (let at = objectClass.prototype; at !== DurableObject.prototype; at = Object.getPrototypeOf(at))
    takeOver(at as Record<string, unknown>);
}

function takeOver(methods: Record<string, unknown>): void {
  for (const name of Object.getOwnPropertyNames(methods)) {
    const method = Object.getOwnPropertyDescriptor(methods, name)?.value;
    if (name === 'constructor' || typeof method !== 'function') continue;
    methods[name] = function (this: unknown, ...given: unknown[]): unknown {
      const [caller] = given;
      const run = () => Reflect.apply(method, this, given);
      return isCaller(caller) ? loggedCall(name, caller, run) : run();
    };
  }
}
