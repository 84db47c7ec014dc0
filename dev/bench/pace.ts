// PCs at their pace, in a thread of its own: each has so many events every few seconds, whether the server keeps up or not, and does with its
// answers what an engine does. It sends one report at a time; what has come up meanwhile goes into the next one, as from an engine's spool;
// after a 429 or a 5xx it waits as engines do and sends the same again.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { Pool } from 'undici';
import { BASE_DELAY_MS, MAX_DELAY_MS } from '../../engine/transport.ts';
import { REPORT_MAX_EVENTS } from '../../schema/report.ts';
import { bytesOf, eventsFrom, newPc, newRun, REPORTS_A_RUN } from './pcs.ts';
import { machineHeaders } from './product.ts';

/** `pcs` of them for so long. `tokens`: theirs in turn. `events` come up `every` so many ms. */
export type Pace = {
  origin: string;
  tokens: readonly string[];
  pcs: number;
  events: number;
  every: number;
  seconds: number;
};

/**
 * `events` and `reports` that were acknowledged within the time. `waits`: from the instant at which a report was due to its answer, ms, for all
 * that became due within it. `statuses`: how often the server answered so. `drained`: seconds until the last of them was answered, after the
 * time. `acknowledged`: events in all, before and after too.
 */
export type Paced = {
  events: number;
  reports: number;
  waits: Float64Array;
  statuses: Record<string, number>;
  drained: number;
  acknowledged: number;
  busy: number;
};

/** Sockets to the server; who finds none free waits for one, and that is in its time. */
const CONNECTIONS = 512;
const KEEP_ALIVE_MS = 60_000;
/** As many first reports at once, before the time begins. */
const ENROLLED_AT_ONCE = 16;

/** `sent`: reports of its run so far, `seq`: its last acknowledged event. */
type Pc = { token: string; machine: object; run: object; seq: number; sent: number };

const newcomer = (token: string): Pc => ({ token, machine: newPc(), run: newRun(Date.now()), seq: 0, sent: 0 });

let fleet: Pc[] = [];
let of = '';
let acknowledged = 0;

async function pace({ origin, tokens, pcs, events, every, seconds }: Pace): Promise<Paced> {
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS });
  const statuses: Record<string, number> = {};
  const waits: number[] = [];
  const within = { events: 0, reports: 0 };
  let until = Number.POSITIVE_INFINITY;

  /** Sends the PC's next events until they are acknowledged. */
  async function say(pc: Pc, count: number): Promise<void> {
    const now = Date.now();
    const report = { machine: pc.machine, run: pc.run, sentAt: now, events: eventsFrom(pc.seq + 1, count, now) };
    const body = bytesOf(report);
    for (let attempt = 0; ; attempt++) {
      const answer = await pool.request({
        path: '/v1/report',
        method: 'POST',
        headers: machineHeaders(pc.token),
        body,
      });
      const { statusCode, headers } = answer;
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      const said = await answer.body.text();
      if (statusCode === 200) break;
      if (statusCode !== 429 && statusCode < 500) throw new Error(`a report was answered ${statusCode}: ${said}`);
      const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt);
      const retryAfter = (Number(headers['retry-after']) || 0) * 1000;
      await wait(Math.max(Math.min(MAX_DELAY_MS, retryAfter), Math.random() * ceiling));
    }
    acknowledged += count;
    pc.seq += count;
    pc.sent += 1;
    if (performance.now() <= until) {
      within.events += count;
      within.reports += 1;
    }
  }

  /** One PC after another at the same desk: after twelve reports the next one comes. */
  async function work(desk: number, begins: number): Promise<void> {
    let due = begins;
    while (due < until) {
      await wait(Math.max(0, due - performance.now()));
      const pc = fleet[desk] as Pc;
      const turns = Math.min(
        Math.floor(REPORT_MAX_EVENTS / events),
        Math.max(1, Math.floor((Math.min(performance.now(), until) - due) / every) + 1),
      );
      await say(pc, turns * events);
      waits.push(performance.now() - due);
      if (pc.sent >= REPORTS_A_RUN) fleet[desk] = newcomer(pc.token);
      due += turns * every;
    }
  }

  if (of !== tokens[0]) [fleet, of, acknowledged] = [[], tokens[0] ?? '', 0];
  try {
    const fresh = Array.from({ length: Math.max(0, pcs - fleet.length) }, (_, index) =>
      newcomer(tokens[index % tokens.length] ?? ''),
    );
    const queue = [...fresh];
    await Promise.all(
      Array.from({ length: ENROLLED_AT_ONCE }, async () => {
        for (let pc = queue.pop(); pc; pc = queue.pop()) await say(pc, events);
      }),
    );
    // Everybody stands somewhere in their run: a twelfth of all reports is a PC's first.
    for (const [index, pc] of fresh.entries()) pc.sent = index % REPORTS_A_RUN;
    fleet.push(...fresh);
    within.events = 0;
    within.reports = 0;
    for (const status of Object.keys(statuses)) delete statuses[status];
    const began = performance.now();
    until = began + seconds * 1000;
    const utilization = performance.eventLoopUtilization();
    await Promise.all(
      fleet.slice(0, pcs).map((_, desk) => work(desk, began + Math.random() * Math.min(every, seconds * 1000))),
    );
    return {
      ...within,
      waits: Float64Array.from(waits),
      statuses,
      drained: Math.max(0, performance.now() - until) / 1000,
      acknowledged,
      busy: performance.eventLoopUtilization(utilization).utilization,
    };
  } finally {
    await pool.destroy();
  }
}

parentPort?.on('message', (asked: Pace) => {
  pace(asked).then(
    (paced) => parentPort?.postMessage({ paced }),
    (error: Error) => parentPort?.postMessage({ failed: error.message }),
  );
});
