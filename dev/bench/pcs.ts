// What PCs send: reports of their runs and sealed secrets, made before they are fired.
import { randomUUID } from 'node:crypto';
import { base64urlnopad } from '@scure/base';
import { simulatedPc } from '../../engine/simulator/pc.ts';
import { PHASES, story } from '../../engine/simulator/story.ts';
import type { Shot } from './load.ts';
import { machineHeaders } from './product.ts';

/** How often a PC reports in its run: the first one brings a machine to enrol and a run to begin. */
export const REPORTS_A_RUN = 12;

type Event = { seq: number; at: number; type: string; level: string; phase?: string; message: string; data?: object };
type Run = { id: string; startedAt: number; engineVersion: string; phases: readonly string[] };
type Report = { machine: object & { id: string }; run: Run; events: Event[] };

const lines = story(7, 'succeeds').flatMap((beat) => (beat.kind === 'event' ? [beat] : []));
const [last] = lines.slice(-1);

type Line = (typeof lines)[number];
const told = lines.slice(0, -1);

/** The line of a seq; messages where a story is too short. */
function eventAt(seq: number, at: number, beat: Line | undefined = told[seq - 1]): Event {
  const { type, level, phase, message, data } = beat ?? { ...told[(seq - 1) % told.length], type: 'message' };
  return { seq, at, type: type ?? 'message', level: level ?? 'info', phase, message: message ?? '', data };
}

/** So many events of a run that goes on, from a seq on. */
export const eventsFrom = (seq: number, count: number, now: number): Event[] =>
  Array.from({ length: count }, (_, index) => eventAt(seq + index, now + index));

/** How many lines of its run a PC has written when it escrows a secret: before it turns encryption on. */
export const escrowedAfter = (kind: Escrow['kind']): number => {
  const beats = story(7, 'succeeds');
  const escrow = beats.findIndex((beat) => beat.kind === 'escrow' && beat.secret === kind);
  return beats.slice(0, escrow).filter((beat) => beat.kind === 'event').length;
};

/** A run of so many events, from its first line to its last, with messages between them where a story is too short. */
const eventsOf = (count: number, now: number): Event[] =>
  Array.from({ length: count }, (_, index) =>
    eventAt(index + 1, now + index, index === count - 1 ? last : told[index]),
  );

let made = 0;

/** A PC that no other was: what makes one known is its own. */
export function newPc(): { id: string; hostname: string; serial: string } {
  made += 1;
  const { before } = simulatedPc(1, made % 500);
  return {
    ...before,
    id: randomUUID(),
    hostname: `PC-${String(made).padStart(6, '0')}`,
    serial: `SN${randomUUID().slice(0, 12)}`,
  };
}

/** A run that begins now. */
export const newRun = (now: number): Run => ({
  id: randomUUID(),
  startedAt: now,
  engineVersion: '2.0.0',
  phases: PHASES,
});

/** All reports of one PC's run: so many events in each, or as many as `sizes` says. */
export function reportsOf(sizes: readonly number[], now = Date.now()): Report[] {
  const machine = newPc();
  const run = newRun(now);
  const events = eventsOf(
    sizes.reduce((sum, size) => sum + size, 0),
    now,
  );
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return { machine, run, sentAt: now + from, events: events.slice(from - size, from) };
  });
}

const encoder = new TextEncoder();
export const bytesOf = (body: unknown): Uint8Array => encoder.encode(JSON.stringify(body));

/** What each connection sends: one PC's run after another, `count` reports in all, with a token of its own. */
export function reportLanes(tokens: readonly string[], events: number, count: number): Shot[][] {
  const sizes = Array.from({ length: REPORTS_A_RUN }, () => events);
  return tokens.map((token) => {
    const headers = machineHeaders(token);
    const lane: Shot[] = [];
    while (lane.length < count)
      for (const report of reportsOf(sizes)) lane.push({ path: '/v1/report', headers, body: bytesOf(report) });
    return lane.slice(0, count);
  });
}

export type Escrow = {
  machine: string;
  run: string;
  kind: 'local_admin_password' | 'bitlocker_recovery_key';
  eid: string;
  ref: { account: string } | { protectorId: string; volume: string };
  sealed: string;
};

/** The same ciphertext under a header of its own: nobody but its reader could tell, and sealing thousands would be the bench's time. */
function sealedAs(sample: string, bound: Omit<Escrow, 'sealed'>): string {
  const [head = '', ...rest] = sample.split('.');
  const header = { ...JSON.parse(new TextDecoder().decode(base64urlnopad.decode(head))), ...bound };
  return [base64urlnopad.encode(encoder.encode(JSON.stringify(header))), ...rest].join('.');
}

/** The two secrets of a PC, made of one that was really sealed. */
export function secretsOf(sample: string, machine: string, run: string): Escrow[] {
  const bound = [
    {
      machine,
      run,
      kind: 'bitlocker_recovery_key' as const,
      eid: randomUUID(),
      ref: { protectorId: randomUUID(), volume: 'C:' },
    },
    { machine, run, kind: 'local_admin_password' as const, eid: randomUUID(), ref: { account: 'Administrator' } },
  ];
  return bound.map((one) => ({ ...one, sealed: sealedAs(sample, one) }));
}

/** For each connection `count` secrets of PCs that have reported once, and those first reports. */
export function secretLanes(
  tokens: readonly string[],
  sample: string,
  count: number,
): { before: Shot[][]; lanes: Shot[][] } {
  const before: Shot[][] = [];
  const lanes = tokens.map((token) => {
    const headers = machineHeaders(token);
    const firsts: Shot[] = [];
    const lane: Shot[] = [];
    while (lane.length < count) {
      const [report] = reportsOf([1]);
      if (report === undefined) throw new Error('a run has a report');
      firsts.push({ path: '/v1/report', headers, body: bytesOf(report) });
      for (const secret of secretsOf(sample, report.machine.id, report.run.id))
        lane.push({ path: '/v1/secret', headers, body: bytesOf(secret) });
    }
    before.push(firsts);
    return lane;
  });
  return { before, lanes };
}

/** The same lanes, sent to another path. */
export const to = (path: string, lanes: readonly (readonly Shot[])[]): Shot[][] =>
  lanes.map((lane) => lane.map((shot) => ({ ...shot, path })));
