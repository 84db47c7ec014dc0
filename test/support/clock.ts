// The clock of the tests in workerd. A test, the Worker and the objects share an isolate, so they read one clock, and
// it does not show how long a busy machine takes: it advances by a millisecond each time it is read, and by the time
// that a test lets pass.
import { DAY_MS } from '../../schema/facts/days.ts';

const Machine = Date;
/**
 * A midnight between one and two days ahead of the machine's own clock. The alarms of objects are the platform's and go by that one: none
 * that an object sets rings by itself, only when a test has it ring. From midnight no minute, hour or day turns within a test's own acts.
 */
export const START = (Math.floor(Machine.now() / DAY_MS) + 2) * DAY_MS;

let now = START;
const read = (): number => now++;

globalThis.Date = new Proxy(Machine, {
  construct: (target, given: unknown[]) => Reflect.construct(target, given.length === 0 ? [read()] : given),
  get: (target, name) => (name === 'now' ? read : Reflect.get(target, name)),
});

/** For every test the same moment. */
export function startClock(): void {
  now = START;
}

/** Lets time pass. */
export function pass(ms: number): void {
  now += ms;
}
