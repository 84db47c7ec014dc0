// An inspection in plain lines, and what in it needs a look.
import type { Inspection } from '../../schema/inspection.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** An alarm may be this late before it is a fault: the platform tries a failing one again for some minutes. */
const ALARM_LATE_MS = 10 * MINUTE_MS;
/** A notice that waits longer has a receiver that does not answer. */
const DELIVERY_LATE_MS = HOUR_MS;
/** Backups come daily. */
const BACKUP_LATE_MS = 50 * HOUR_MS;
const REFUSED = {
  ample: '',
  low: 'reports are refused',
  reserve: 'all but what keeps secrets in reach is refused',
  last: 'secrets of engines are refused too',
};

const date = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString());
/** How long until, or since: `in 3 min`, `2 h ago`. */
function from(at: number, now: number): string {
  const ms = Math.abs(at - now);
  const text =
    ms < MINUTE_MS
      ? `${Math.round(ms / 1000)} s`
      : ms < 2 * HOUR_MS
        ? `${Math.round(ms / MINUTE_MS)} min`
        : `${Math.round(ms / HOUR_MS)} h`;
  return at > now ? `in ${text}` : `${text} ago`;
}
const bytes = (count: number): string => `${(count / 1024 ** 2).toFixed(1)} MiB`;

const percent = (room: Inspection['room']): string => `${Math.floor((100 * room.bytes) / room.limit)} %`;

/** The faults, each in a sentence that says what to look for. */
export function complaints({ schema, queues, due, alarmAt, backup, restore, room, ...rest }: Inspection): string[] {
  const now = rest.inspectedAt;
  const [next] = due;
  const late = (at: number | null, by: number) => at !== null && now - at > by;
  const wrong: [boolean, string][] = [
    [
      schema.ran < schema.known,
      `The schema is at ${schema.ran}, the Worker has ${schema.known}: look for faults of this tenant.`,
    ],
    [
      schema.ran > schema.known,
      `The schema is at ${schema.ran}, the Worker knows ${schema.known}: an older Worker is deployed.`,
    ],
    [next !== undefined && alarmAt === null, 'Something is due and no alarm is set.'],
    [
      late(next?.at ?? null, ALARM_LATE_MS),
      `${next?.what} is overdue: look for alarms that failed (npm run tail -- --alarms).`,
    ],
    [
      queues.outboxTriesMax > 2,
      `The index has not followed after ${queues.outboxTriesMax} tries: look for index-unreachable.`,
    ],
    [
      late(queues.oldestDeliveryAt, DELIVERY_LATE_MS),
      'Notices have waited for more than an hour: a receiver does not answer.',
    ],
    [
      backup.on && backup.lastFault !== null && (backup.lastFailedAt ?? 0) > (backup.lastDoneAt ?? 0),
      `The last backup failed: ${backup.lastFault}.`,
    ],
    [backup.on && late(backup.lastDoneAt, BACKUP_LATE_MS), 'There was no backup for two days.'],
    [
      restore.running,
      `A backup is being put in (${restore.chunksDone} chunks so far): the tenant answers nobody until it is finished or aborted.`,
    ],
    [
      room.state !== 'ample',
      `The object is at ${percent(room)} of its ${bytes(room.limit)}: ${REFUSED[room.state]} (docs/runbooks/overload.md).`,
    ],
  ];
  return wrong.filter(([is]) => is).map(([, sentence]) => sentence);
}

/** Everything, one line each. */
export function sentences(inspection: Inspection): string[] {
  const { counts, queues, keys, backup, schema, inspectedAt: now } = inspection;
  const line = (name: string, text: string) => `${name.padEnd(13)}${text}`;
  const { running, succeeded, failed, abandoned } = counts.runs;
  return [
    line('tenant', `${inspection.tenant}, ${inspection.status}, since ${date(inspection.initializedAt)}`),
    line('schema', `${schema.ran} of ${schema.known}, the last on ${date(schema.lastRanAt)}`),
    line(
      'storage',
      `${bytes(inspection.storageBytes)}, ${percent(inspection.room)} of ${bytes(inspection.room.limit)}`,
    ),
    line('last report', date(inspection.lastReportAt)),
    line(
      'events',
      inspection.eventsKeptDays === null ? 'kept without limit' : `kept for ${inspection.eventsKeptDays} days`,
    ),
    line(
      'fleet',
      `${counts.machines} machines, ${counts.archived} archived; ${counts.secrets} secrets, ${queues.toRotate} to be rotated`,
    ),
    line('runs', `${running} running, ${succeeded} succeeded, ${failed} failed, ${abandoned} abandoned`),
    line('people', `${counts.people} people, ${counts.tokens} tokens, ${queues.grants} requests for access`),
    line('audit', `${counts.auditEntries} entries, ${queues.refusals} refusals to be settled`),
    line(
      'keys',
      `${keys.state}: ${keys.active} active, ${keys.retiring} retiring, ${keys.retired} retired, ${keys.destroyed} destroyed; ${queues.toReseal} to be re-sealed`,
    ),
    line(
      'index',
      queues.outbox === 0 ? 'has followed' : `${queues.outbox} rows to follow, ${queues.outboxTriesMax} tries`,
    ),
    line(
      'notices',
      `${queues.deliveries} waiting, ${counts.webhooks} webhooks, ${counts.pausedWebhooks} paused, ${queues.failingWebhooks} failing`,
    ),
    line('live', `${inspection.liveSockets} sockets`),
    line(
      'alarm',
      inspection.alarmAt === null ? 'none' : `${date(inspection.alarmAt)}, ${from(inspection.alarmAt, now)}`,
    ),
    ...inspection.due.map(({ what, at }) => line('', `${what} ${from(at, now)}`)),
    line(
      'backup',
      backup.on
        ? `last ${date(backup.lastDoneAt)}${backup.lastDoneBytes === null ? '' : `, ${bytes(backup.lastDoneBytes)}`}`
        : 'off',
    ),
  ];
}
