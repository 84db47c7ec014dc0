// An object's health, for whoever operates the installation: numbers, states and instants. It only reads, and names nothing of the tenant's own.
import type { Inspection } from '../../schema/inspection.ts';
import { head, refusalsHeld } from '../audit/audit.ts';
import { backupState } from '../backup/backup.ts';
import { allDue } from '../core/alarms.ts';
import { knownSchemaVersion, lastMigratedAt, schemaVersion } from '../core/migrations.ts';
import { progressOf } from '../core/restore-progress.ts';
import * as counters from '../fleet/counters.ts';
import { fleetCounts } from '../fleet/counts.ts';
import { grantsWaiting } from '../keyring/grants.ts';
import { keyStates, outline } from '../keyring/keyring.ts';
import * as deliveries from '../notices/deliveries.ts';
import { listWebhooks } from '../notices/webhooks.ts';
import { backlog } from '../outbox/outbox.ts';
import { countMembers } from '../people/people.ts';
import { progress } from '../secrets/rotation.ts';
import { readSettings } from '../settings/settings.ts';
import { countLive } from '../tokens/tokens.ts';
import { initializedAt } from './creation.ts';
import { readRoom } from './limit-uses.ts';
import { statusOf } from './suspension.ts';

/** Facts that the object knows besides its storage. */
export type Surroundings = { tenant: string; alarmAt: number | null; liveSockets: number; backupOn: boolean };

/** `now` is ms since the epoch. */
export function inspect(sql: SqlStorage, around: Surroundings, now: number): Inspection {
  const { tenant, alarmAt, liveSockets, backupOn } = around;
  const restoring = progressOf(sql);
  return {
    tenant,
    status: statusOf(sql),
    inspectedAt: now,
    initializedAt: initializedAt(sql),
    schema: { ran: schemaVersion(sql), known: knownSchemaVersion(), lastRanAt: lastMigratedAt(sql) },
    storageBytes: sql.databaseSize,
    room: readRoom(sql),
    lastReportAt: counters.read(sql)('last_report_at') || null,
    eventsKeptDays: readSettings(sql).eventsKeptDays,
    ...countsAndQueues(sql, now),
    due: [...allDue(sql)],
    alarmAt,
    liveSockets,
    keys: keyStates(sql),
    backup: backups(sql, backupOn),
    restore: { running: restoring !== null, chunksDone: restoring?.chunks_done ?? 0 },
  };
}

function countsAndQueues(sql: SqlStorage, now: number): Pick<Inspection, 'counts' | 'queues'> {
  const { machines, archived, runs, secrets, toRotate } = fleetCounts(sql);
  const { webhooks } = listWebhooks(sql);
  const out = backlog(sql);
  const undelivered = deliveries.waiting(sql);
  const activeKid = outline(sql)?.activeKid;
  return {
    counts: {
      machines,
      archived,
      runs,
      secrets,
      people: countMembers(sql),
      tokens: countLive(sql, null, new Map(), now),
      webhooks: webhooks.length,
      pausedWebhooks: webhooks.filter((one) => one.pausedAt !== null).length,
      auditEntries: head(sql)?.seq ?? 0,
    },
    queues: {
      outbox: out.rows,
      outboxTriesMax: out.triesMax,
      deliveries: undelivered.count,
      oldestDeliveryAt: undelivered.oldestAt,
      failingWebhooks: webhooks.filter((one) => one.failures > 0 && one.pausedAt === null).length,
      refusals: refusalsHeld(sql),
      grants: grantsWaiting(sql),
      toReseal: activeKid ? progress(sql, activeKid).remaining : 0,
      toRotate,
    },
  };
}

function backups(sql: SqlStorage, on: boolean): Inspection['backup'] {
  const { last, runs } = backupState(sql, on);
  const failed = runs.find((run) => run.outcome === 'failed');
  return {
    on,
    lastDoneAt: last?.at ?? null,
    lastDoneBytes: last?.bytes ?? null,
    lastFailedAt: failed?.at ?? null,
    lastFault: failed?.fault ?? null,
  };
}
