// A submitted report: its new events are stored, resent ones change nothing, and bad ones never sink the rest.
import { wrongBy } from '../../schema/clock.ts';
import { isRefusal, type Refusal } from '../../schema/refusal.ts';
import type { RejectedEvent, ReportAnswer, ReportEnvelope, ReportedVolumes } from '../../schema/report.ts';
import { spokeAt } from '../../schema/same-pc.ts';
import { record, requireRoom } from '../audit/audit.ts';
import { letGoOfRun } from '../core/aside.ts';
import type { Caller } from '../core/caller.ts';
import { decideCount, readLimits } from '../limits/limits.ts';
import { noteNear } from '../limits/nears.ts';
import { noticeReported } from '../outbox/notices.ts';
import { countReport, reportBytes, reportQuota } from '../tokens/quotas.ts';
import { countRun } from './activity.ts';
import { bringBack } from './archive.ts';
import { firstCallAt } from './clocks.ts';
import { lookForClones } from './clone-signs.ts';
import { noteReport } from './counters.ts';
import { append, bury, classify, collisions, type IndexedEvent, isWrong, nextSeq, timedBy } from './events.ts';
import { factsOf } from './id-facts.ts';
import { describeEarlier } from './late.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { describe, enrolIfNew, flagSeqConflict } from './machines.ts';
import { settleVolumes } from './marks-anew.ts';
import { noteOtherId, reportedAs } from './other-id.ts';
import { forgetEvents } from './packs.ts';
import { expectSweep } from './retention.ts';
import { countSent, sentToday } from './run-day.ts';
import { withinRun } from './run-room.ts';
import { advance, atWork, begunBy, newRun, withoutLost, withWrongClock } from './run-state.ts';
import { findRun, isLaterKnown, isLookedAt, leaveEarlier, putBeginning, putRun, settleAbandoned } from './runs.ts';
import { refuseShared } from './shared-id.ts';
import { isSplit } from './splitting.ts';
import { summarize } from './summaries.ts';
import { settleAllMarks } from './to-rotate.ts';
import { dated, datingOf, putUndatedBefore, retakeEvents } from './undated.ts';
import { keepVolumes } from './volumes.ts';

/** A report as the Worker has parsed it: `rejected` are the events that have no identity. */
export type Submission = ReportEnvelope & { events: IndexedEvent[]; rejected: RejectedEvent[] };

/**
 * Stores one report in one transaction; a resend writes no row of the run. It refuses only a run of another machine. If
 * a person hands it over from a spool file, the new part goes on record under their name.
 */
export function submitReport(
  storage: DurableObjectStorage,
  caller: Caller,
  { machine: said, run: reported, volumes, sentAt, events, rejected: unparsed }: Submission,
  now: number,
): ReportAnswer | Refusal {
  const { sql } = storage;
  const known = findRun(sql, reported.id);
  const machine = reportedAs(sql, known, said);
  if (isRefusal(machine)) return machine;
  const shared = refuseShared(caller, {
    id: machine.id,
    takesOtherId: machine.takesOtherId,
    isGoingOn: known !== null,
    isSplit: () => isSplit(sql, machine.id),
  });
  if (shared) return shared;
  const limits = readLimits(sql);
  const row = findRow(sql, machine.id);
  const today = row && sentToday(sql, row, now);
  const over = reportQuota(sql, caller, { machine: machine.id, today, newRun: known === null }, limits, now);
  if (over) return over;
  const prunedTo = known?.prunedTo ?? 0;
  const collided = collisions(sql, reported.id, events, known?.refused ?? null, prunedTo);
  const { fresh: unknown, duplicates, rejected, conflicts } = classify(events, collided);
  const taken = (known?.events ?? 0) + (known?.refused ?? 0);
  const { fresh, over: beyond } = withinRun(unknown, taken, limits.runEvents);
  const isFull = taken >= limits.runEvents;
  if (decideCount('runEvents', limits.runEvents, taken, fresh.length, now) !== 'ok')
    noteNear(sql, now, { limit: 'runEvents', id: machine.id, used: taken + unknown.length, value: limits.runEvents });
  const refused = [...unparsed, ...rejected, ...beyond].sort((a, b) => a.index - b.index);
  const { principal } = caller;
  const uploadedBy = principal.kind === 'person' ? principal.name : null;
  const token = principal.kind === 'machine' ? principal.id : null;
  // Nobody knows how long a file that a person carries was under way.
  const skewMs = sentAt === undefined || uploadedBy !== null ? null : now - sentAt;
  const saidAt = fresh.length === 0 || uploadedBy !== null ? null : Math.max(...fresh.map(({ event }) => event.at));
  const clock = saidAt === null ? null : { saidAt, skewMs };
  const isLive = clock !== null && spokeAt({ ...clock, receivedAt: now }) !== null;
  const come = {
    machine: machine.id,
    run: reported,
    events: fresh.map(({ event }) => event),
    receipt: { skewMs, receivedAt: now, firstCallAt: firstCallAt(sql) },
    isCarried: uploadedBy !== null,
    isLive,
  };
  const { receipt, undated } = datingOf(sql, known, come);
  const isDated = known?.undated === true && !undated;
  const timed = timedBy(fresh, receipt);
  const times = timed.map(({ at }) => at);
  const before = begunBy(
    known === null
      ? newRun(machine.id, reported, receipt, { uploadedBy, token, undated })
      : isDated
        ? dated(sql, known, times)
        : known,
    times,
  );
  const changes = !known || fresh.length > 0 || conflicts > 0;

  // Read before anything is held back of the row, which this statement would write.
  if (row) factsOf(sql, machine.id);

  return storage.transactionSync(() => {
    requireRoom(sql, 'report');
    noteReport(sql, now);
    enrolIfNew(sql, caller, machine.id, machine.hostname ?? null, now);
    // What the run says of its PC is kept in its row, which is written once, at the end.
    if (!known) putRun(sql, before);
    const isNews = !known || fresh.length > 0;
    const heardAt = known?.heardAt ?? null;
    const { isAtWork } = isNews
      ? lookForClones(storage, { machine, run: reported.id, heardAt, clock }, now)
      : { isAtWork: false };
    if (fresh.length > 0 && said.id !== machine.id)
      noteOtherId(sql, machine.id, { other: said.id, by: principal.name });
    if (isDated) retakeEvents(sql, before);
    const isLeft = before.status === 'abandoned';
    if (!undated && (!known || isDated || (isLeft && isLive))) putUndatedBefore(sql, before);
    if (isNews) {
      if (isLaterKnown(sql, before)) describeEarlier(sql, machine, before.startedAt, now);
      else describe(sql, machine, now);
    }
    const gone = append(sql, reported.id, timed, collided, now);
    if (fresh.length > 0) expectSweep(storage, now);
    // Not for a report that a person hands over: a number marked as used would displace the PC's own event, with
    // nobody's name on it.
    const buried = uploadedBy === null && !isFull ? bury(sql, reported.id, unparsed, now, prunedTo) : 0;
    if (conflicts > 0) flagSeqConflict(sql, machine.id);
    // Once a run is full, nothing more of it is marked: the engine is told to go on after everything it has sent.
    const passed = isFull ? refused : beyond;
    const from = Math.max(before.nextSeq, ...passed.map(({ seq }) => (seq === null ? 0 : seq + 1)));
    const next = nextSeq(sql, reported.id, from, {
      seqs: fresh.map(({ event }) => event.seq),
      collided,
      isAlone: known?.refused === 0 && buried === 0,
    });
    const listed =
      volumes !== undefined &&
      uploadedBy === null &&
      takeVolumes(storage, machine.id, reported.id, { volumes, skewMs }, now);
    if (changes || buried > 0 || listed || next !== before.nextSeq) {
      const isBack = isLeft && ((isAtWork && isLookedAt(sql, before)) || (isLive && !isLaterKnown(sql, before)));
      const begun = isBack ? atWork(before) : before;
      const after = advance(
        withoutLost(timed.some(isWrong) ? withWrongClock(begun, wrongBy(receipt)) : begun, gone),
        timed.map(({ event, at }) => ({ ...event, at })),
        now,
      );
      // Somebody else reports on a run that was set aside with its token: it counts again.
      const others = fresh.length > 0 && before.token !== token;
      const aside = others ? null : before.aside;
      putRun(sql, {
        ...after,
        pc: findRun(sql, reported.id)?.pc ?? null,
        nextSeq: next,
        refused: before.refused + buried,
        token: others ? null : before.token,
        aside,
      });
      if (others && before.aside !== null) letGoOfRun(sql, reported.id, before.aside);
      countRun(sql, known?.aside === null ? known : null, aside === null ? after : null);
      const isMoved = known !== null && known.startedAt !== after.startedAt;
      if (isMoved) putBeginning(sql, after);
      if (isMoved || isDated) settleAbandoned(sql, machine.id);
      else if (!known || isBack) leaveEarlier(sql, machine.id);
      if (after.status !== 'running') forgetEvents(sql, reported.id);
      const bytes = reportBytes(caller, fresh.length + buried, !known);
      countReport(sql, caller, bytes, now);
      countSent(sql, { machine: machine.id, run: reported.id, isNew: !known }, bytes, now);
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

/**
 * Keeps what the PC says about its volumes. Answers whether that is news. In the transaction that stores the report.
 */
function takeVolumes(
  storage: DurableObjectStorage,
  machine: string,
  run: string,
  { volumes, skewMs }: { volumes: ReportedVolumes; skewMs: number | null },
  now: number,
): boolean {
  const { sql } = storage;
  const { changed, system } = keepVolumes(sql, { machine, run }, volumes, skewMs, now);
  const row = findRow(sql, machine);
  if (system !== null && row) changeRow(sql, row, { ...row, encrypted: system === 'encrypted' ? 1 : 0 });
  if (changed) {
    settleVolumes(
      storage,
      machine,
      volumes.list.map(({ volume }) => volume),
      now,
    );
    settleAllMarks(storage, machine);
  }
  return changed;
}
