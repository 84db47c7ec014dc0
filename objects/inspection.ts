// An object's health, for whoever operates the installation: numbers, states and instants. It only reads, and names nothing of the tenant's own.
import type { Inspection } from '../schema/inspection.ts';
import { backupState } from './backup.ts';
import * as counters from './counters.ts';
import { knownSchemaVersion, schemaVersion } from './migrations.ts';
import { progressOf } from './restore-progress.ts';
import { progress } from './rotation.ts';
import { all, first } from './rows.ts';
import { statusOf } from './standing.ts';

/** What the object knows besides its storage. */
export type Surroundings = { tenant: string; alarmAt: number | null; liveSockets: number; backupOn: boolean };

const number = (sql: SqlStorage, query: string, ...bindings: number[]): number =>
  first<{ n: number | null }>(sql, query, ...bindings)?.n ?? 0;
const instant = (sql: SqlStorage, query: string): number | null => first<{ at: number | null }>(sql, query)?.at ?? null;

/** `now` is ms since the epoch. */
export function inspect(sql: SqlStorage, around: Surroundings, now: number): Inspection {
  const { tenant, alarmAt, liveSockets, backupOn } = around;
  return {
    tenant,
    status: statusOf(sql),
    inspectedAt: now,
    initializedAt: instant(sql, 'SELECT initialized_at AS at FROM identity'),
    schema: {
      ran: schemaVersion(sql),
      known: knownSchemaVersion(),
      lastRanAt: instant(sql, 'SELECT max(applied_at) AS at FROM migrations'),
    },
    storageBytes: sql.databaseSize,
    lastReportAt: counters.read(sql)('last_report_at') || null,
    counts: counts(sql, now),
    queues: queues(sql),
    due: all<{ what: string; at: number }>(sql, 'SELECT what, at FROM due ORDER BY at'),
    ...{ alarmAt, liveSockets },
    keys: keys(sql),
    backup: backups(sql, backupOn),
    restore: { running: progressOf(sql) !== null, chunksDone: progressOf(sql)?.chunks_done ?? 0 },
  };
}

function counts(sql: SqlStorage, now: number): Inspection['counts'] {
  const count = counters.read(sql);
  return {
    machines: count('machines'),
    archived: count('archived'),
    runs: {
      running: count('status:running'),
      succeeded: count('status:succeeded'),
      failed: count('status:failed'),
      abandoned: count('status:abandoned'),
    },
    secrets: count('secrets'),
    people: number(sql, 'SELECT count(*) AS n FROM people WHERE removed_at IS NULL'),
    tokens: number(
      sql,
      'SELECT count(*) AS n FROM tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)',
      now,
    ),
    webhooks: number(sql, 'SELECT count(*) AS n FROM webhooks'),
    pausedWebhooks: number(sql, 'SELECT count(*) AS n FROM webhooks WHERE paused_at IS NOT NULL'),
    auditEntries: number(sql, 'SELECT max(seq) AS n FROM audit'),
  };
}

function queues(sql: SqlStorage): Inspection['queues'] {
  const count = counters.read(sql);
  const active = first<{ kid: string }>(sql, "SELECT kid FROM escrow_keys WHERE state = 'active'");
  return {
    outbox: number(sql, 'SELECT count(*) AS n FROM outbox'),
    outboxTriesMax: number(sql, 'SELECT max(tries) AS n FROM outbox'),
    deliveries: number(sql, "SELECT count(*) AS n FROM deliveries WHERE state = 'waiting'"),
    oldestDeliveryAt: instant(sql, "SELECT min(queued_at) AS at FROM deliveries WHERE state = 'waiting'"),
    failingWebhooks: number(sql, 'SELECT count(*) AS n FROM webhooks WHERE failures > 0 AND paused_at IS NULL'),
    refusals: number(sql, 'SELECT count(*) AS n FROM refusals'),
    grants: number(sql, 'SELECT count(*) AS n FROM grants'),
    toReseal: active ? progress(sql, active.kid).remaining : 0,
    toRotate: count('to_rotate'),
  };
}

function keys(sql: SqlStorage): Inspection['keys'] {
  const rows = all<{ state: string; n: number }>(sql, 'SELECT state, count(*) AS n FROM escrow_keys GROUP BY state');
  const of = (state: string) => rows.find((row) => row.state === state)?.n ?? 0;
  const [active, retiring, retired, destroyed] = [of('active'), of('retiring'), of('retired'), of('destroyed')];
  const state = active === 0 ? 'none' : retiring > 0 ? 'rotating' : 'ready';
  return { state, active, retiring, retired, destroyed };
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
