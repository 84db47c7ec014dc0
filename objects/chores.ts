// Chores: what a tenant's object does by itself, later: deliver notices, look for silent machines and expiring tokens, make a backup.
// Each is found in storage, so a missed turn costs time and nothing else.
import type { House } from '../schema/webhook.ts';
import { type Due, done, dueAt, schedule } from './core/alarms.ts';
import { BACKUP_EVERY_MS, BACKUP_RETRY_MS, backUp, FIRST_BACKUP_MS } from './backup/backup.ts';
import { forgetWalk, walkUnderWay } from './backup/walk.ts';
import { forgetReveals } from './secrets/budgets.ts';
import { deliverDue, forgetDelivered, nextDeliveryAt } from './notices/deliveries.ts';
import { expiringTokens, LOOK_EVERY_MS, someoneAsks, tellExpiring } from './tokens/expiring.ts';
import { someToLookAt } from './people/leavers.ts';
import { logTrouble } from './core/log.ts';
import { ANSWER_MS, write } from './outbox/outbox.ts';
import { isRestoring } from './core/restore-progress.ts';
import { all } from './core/rows.ts';
import { STALLED_AFTER_MS } from './fleet/silence.ts';
import { noteStalled, someRunning } from './fleet/stalled.ts';
import { within } from './core/within.ts';

/** What of the Worker's bindings chores use. Without a bucket there are no backups. */
export type ChoreBindings = House & { INDEX_DB: D1Database; BACKUP?: R2Bucket };

/** How soon an object whose disk is full looks again. */
export const FULL_RETRY_MS = 120_000;

/** Takes away what has had its time, and writes nothing. A backup that is under way begins anew: what changes is kept for it. */
export const prune = (sql: SqlStorage, now: number): void => {
  if (walkUnderWay(sql)) forgetWalk(sql);
  forgetDelivered(sql, now);
  forgetReveals(sql, now);
};

/** If the object is gone in the middle of a chore, its alarm comes again after this. */
const AGAIN_MS: Partial<Record<Due, number>> = {
  notices: 60_000,
  tokens_expiring: 3_600_000,
  backup: 900_000,
};

/** Sees to it that all there is to do has its alarm. In the turn of what may have given rise to it; mostly it only reads. */
export function arm(storage: DurableObjectStorage, env: ChoreBindings, now: number): void {
  const { sql } = storage;
  if (isRestoring(sql)) return;
  const delivery = nextDeliveryAt(sql);
  if (delivery !== null && (dueAt(sql, 'notices') ?? Number.POSITIVE_INFINITY) > Math.max(delivery, now))
    schedule(storage, 'notices', Math.max(delivery, now));
  if (dueAt(sql, 'stalled') === null && someRunning(sql)) schedule(storage, 'stalled', now + STALLED_AFTER_MS);
  if (dueAt(sql, 'leavers') === null && someToLookAt(sql)) schedule(storage, 'leavers', now);
  if (env.BACKUP && dueAt(sql, 'backup') === null) schedule(storage, 'backup', now + FIRST_BACKUP_MS);
}

/** Asks again for the chores just taken, before they are tried. In the transaction that took them. */
export function again(storage: DurableObjectStorage, taken: readonly Due[], now: number): void {
  for (const what of taken) {
    const later = AGAIN_MS[what];
    if (later !== undefined) schedule(storage, what, now + later);
  }
}

/** Does the chores that are due. */
export async function doChores(
  storage: DurableObjectStorage,
  env: ChoreBindings,
  tenant: string,
  due: readonly Due[],
): Promise<void> {
  const { sql } = storage;
  if (due.includes('stalled')) {
    const now = Date.now();
    storage.transactionSync(() => {
      const lookAgainAt = noteStalled(sql, tenant, now);
      if (lookAgainAt !== null) schedule(storage, 'stalled', lookAgainAt);
    });
  }
  if (due.includes('tokens_expiring')) await lookAtTokens(storage, env.INDEX_DB, tenant);
  if (due.includes('backup') && env.BACKUP) {
    const went = await backUp(storage, env.BACKUP, tenant);
    next(storage, 'backup', Date.now() + { done: BACKUP_EVERY_MS, 'under way': 0, failed: BACKUP_RETRY_MS }[went]);
    if (went === 'done') await tellBackups(storage, env.INDEX_DB, tenant);
  }
  // Last: receivers are other people's, and may be slow.
  if (due.includes('notices') || nextDeliveryAt(sql) !== null) {
    const more = await deliverDue(storage, env);
    const at = more ? 0 : nextDeliveryAt(sql);
    next(storage, 'notices', at === null ? null : Math.max(at, Date.now()));
  }
}

/** The index is told of a backup at once, not at the next turn: until then it vouches for none. Where it does not answer, the outbox goes on. */
async function tellBackups(storage: DurableObjectStorage, index: D1Database, tenant: string): Promise<void> {
  for (const { id } of all<{ id: string }>(storage.sql, "SELECT id FROM outbox WHERE what = 'backup'"))
    await write(storage, index, tenant, 'backup', id);
}

/** Puts the next date in place of the one asked for in case, unless somebody has asked for it to be done at once meanwhile. */
function next(storage: DurableObjectStorage, what: Due, at: number | null): void {
  storage.transactionSync(() => {
    if (isRestoring(storage.sql)) return;
    if ((dueAt(storage.sql, what) ?? Number.POSITIVE_INFINITY) <= Date.now()) return;
    done(storage, what);
    if (at !== null) schedule(storage, what, at);
  });
}

async function lookAtTokens(storage: DurableObjectStorage, index: D1Database, tenant: string): Promise<void> {
  const { sql } = storage;
  if (!someoneAsks(sql)) return done(storage, 'tokens_expiring');
  try {
    const now = Date.now();
    const tokens = await within(ANSWER_MS, expiringTokens(index, tenant, now));
    const told = storage.transactionSync(() => {
      if (isRestoring(sql)) return false;
      tellExpiring(sql, tenant, tokens, now);
      return true;
    });
    if (!told) return;
    next(storage, 'tokens_expiring', now + LOOK_EVERY_MS);
  } catch {
    // What was asked for in case tries again.
    logTrouble('index-unreachable', tenant);
  }
}
