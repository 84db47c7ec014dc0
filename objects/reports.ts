// A submitted report: what is new of it is stored, what was sent before changes nothing, what is bad never sinks the rest.
import { type Refusal, refuse } from '../schema/refusal.ts';
import type { RejectedEvent, ReportAnswer, ReportEnvelope } from '../schema/report.ts';
import { countRun } from './activity.ts';
import { record } from './audit.ts';
import type { Caller } from './caller.ts';
import { noteReport } from './counters.ts';
import { append, bury, classify, collisions, type IndexedEvent, nextSeq } from './events.ts';
import { describe, enrolIfNew, flagSeqConflict } from './machines.ts';
import { noticeReported } from './notices.ts';
import { abandonEarlier, advance, findRun, newRun, putRun } from './runs.ts';
import { bringBack } from './shelves.ts';
import { summarize } from './summaries.ts';

/** A report as the Worker has parsed it: `rejected` are the events that no schema took. */
export type Submission = ReportEnvelope & { events: IndexedEvent[]; rejected: RejectedEvent[] };

/**
 * Stores one report in one transaction; a resend writes no row of the run. Refuses only a run of another machine. A person hands it over from a
 * spool file: then what was new of it is on record under their name.
 */
export function submitReport(
  storage: DurableObjectStorage,
  caller: Caller,
  { machine, run: reported, events, rejected: unparsed }: Submission,
  now: number,
): ReportAnswer | Refusal {
  const { sql } = storage;
  const known = findRun(sql, reported.id);
  if (known && known.machine !== machine.id)
    return refuse('run_conflict', 'run.id is known as a run of another machine.');
  const { stored, tombstones } = collisions(sql, reported.id, events);
  const { fresh, duplicates, rejected, conflicts } = classify(events, stored, tombstones);
  const refused = [...unparsed, ...rejected].sort((a, b) => a.index - b.index);
  const { principal } = caller;
  const uploadedBy = principal.kind === 'person' ? principal.name : null;
  const before = known ?? newRun(machine.id, reported, now, uploadedBy);
  const changes = !known || fresh.length > 0 || conflicts > 0;

  return storage.transactionSync(() => {
    noteReport(sql, now);
    enrolIfNew(sql, caller, machine.id, machine.hostname, now);
    if (!known || fresh.length > 0) describe(sql, machine, now);
    append(sql, reported.id, fresh, now);
    // Not what a person hands over: a number that is out of use would take the PC's own event away, with nobody's name on it.
    if (uploadedBy === null) bury(sql, reported.id, unparsed, now);
    if (conflicts > 0) flagSeqConflict(sql, machine.id);
    const next = nextSeq(sql, reported.id, before.nextSeq);
    if (changes || next !== before.nextSeq) {
      const after = advance(
        before,
        fresh.map(({ event }) => event),
        now,
      );
      putRun(sql, { ...after, nextSeq: next });
      countRun(sql, known, after);
      if (!known) abandonEarlier(sql, machine.id, after);
      const appeared = summarize(sql, machine.id, now);
      noticeReported(sql, caller.tenant, now, { before, after, appeared });
      bringBack(sql, caller, machine.id, 'report', now);
      if (uploadedBy !== null)
        record(sql, caller.tenant, caller, now, {
          action: 'spool.uploaded',
          subject: reported.id,
          detail: { machine: machine.id, accepted: fresh.length, rejected: refused.length },
        });
    }
    return { accepted: fresh.length, duplicates, rejected: refused, nextSeq: next };
  });
}
