// What a design's counts come to over a day's provisioning and over a year, as use of the platform's meters. Pure.
import { plus, times, type Usage } from './cost.ts';
import type { Design } from './design.ts';

export const PCS = 10_000;
export const HOURS = 8;
/** A page of the fleet reads its charts again so often while things change. */
export const AGAIN_EVERY_SECONDS = 15;
/** What a Worker takes of a core for a request, rounded up: a whole report takes less with its object's part. */
export const CPU_MS_A_REQUEST = 2;
/**
 * How long a call keeps its object from resting: a change waits a tenth of a second before it goes to open pages, and each write is flushed. Open
 * sockets hibernate, and an object that could is not billed.
 */
export const AWAKE_SECONDS_A_CALL = 0.15;
/** The platform bills an object's whole memory. */
export const OBJECT_GB = 0.128;
export const WORKING_DAYS = 250;
const MONTHS = 12;
const GB = 1e9;

/** Adds what time costs: the Worker's CPU, and an object awake for its calls, which come whenever they come and overlap as such calls do. */
function withTime(usage: Usage, hours: number): Usage {
  const seconds = hours * 3600;
  const awake = seconds * (1 - Math.exp((-(usage.objectRequests ?? 0) * AWAKE_SECONDS_A_CALL) / seconds));
  return plus(usage, {
    workerCpuMs: (usage.workerRequests ?? 0) * CPU_MS_A_REQUEST,
    objectGbSeconds: awake * OBJECT_GB,
  });
}

/** One page of the fleet that is open for so long, while things change. */
export const dashboard = ({ opened, again }: Design, hours: number): Usage =>
  plus(opened, times(again, (hours * 3600) / AGAIN_EVERY_SECONDS));

/** A day on which so many PCs are provisioned beside one open page, with the deletion of their events years later. */
export const provisioning = (design: Design, pcs = PCS, hours = HOURS): Usage =>
  withTime(
    plus(times(plus(design.pc, design.pruned), pcs), times(design.minute, hours * 60), dashboard(design, hours)),
    hours,
  );

/** The meter of what a design stores. */
const storageOf = ({ pc }: Design, gbMonths: number): Usage =>
  pc.objectRequests ? { objectGbMonths: gbMonths } : { indexGbMonths: gbMonths };

/** A year of what those PCs left, from their day on. */
export const firstYear = (design: Design, pcs = PCS): Usage => storageOf(design, ((design.bytes * pcs) / GB) * MONTHS);

/** A first year of an MSP: PCs on every working day, a page open all that day for each ten thousand of them, storage that grows. */
export function firstYearOf(design: Design, pcs: number): Usage {
  const pages = Math.ceil(pcs / PCS);
  const hours = WORKING_DAYS * HOURS;
  const used = plus(
    times(plus(design.pc, design.pruned), pcs),
    times(design.minute, hours * 60),
    times(dashboard(design, HOURS), WORKING_DAYS * pages),
  );
  return plus(withTime(used, hours), times(firstYear(design, pcs), 0.5));
}
