// What a tenant's object does by itself, later: each duty is one row. The work to do is found in storage, so a missed
// turn costs time and nothing else. A new duty is a name in core/alarms.ts and its row here; the compiler asks for it.
import { goOnAside } from './aside/set-aside.ts';
import * as audit from './audit/audit.ts';
import { tellHead } from './audit/head.ts';
import { BACKUP_EVERY_MS, BACKUP_RETRY_MS, backUp, FIRST_BACKUP_MS } from './backup/backup.ts';
import { putOut } from './backup/put-out.ts';
import { forgetWalk, walkUnderWay } from './backup/walk.ts';
import { type Due, done, dueAt, schedule, setAlarm, takeDue } from './core/alarms.ts';
import type { Bindings } from './core/bindings.ts';
import { logTrouble } from './core/log.ts';
import { isRestoring } from './core/restore-progress.ts';
import { all } from './core/rows.ts';
import { within } from './core/within.ts';
import { goOnWithClocks } from './fleet/clocks.ts';
import { walkNames } from './fleet/names.ts';
import { firstSweepAt, sweep } from './fleet/retention.ts';
import { STALLED_AFTER_MS } from './fleet/run-state.ts';
import { fillSearch } from './fleet/search-lines.ts';
import { noteStalled, someRunning } from './fleet/stalled.ts';
import { settleToRotate } from './fleet/to-rotate.ts';
import { pack } from './fleet/unpacked.ts';
import { letGoOfOld } from './keyring/changes.ts';
import { forgetReplaced } from './keyring/replaced.ts';
import { deliverDue, forgetDelivered, nextDeliveryAt } from './notices/deliveries.ts';
import * as outbox from './outbox/outbox.ts';
import { lookOnAtLeavers, someToLookAt } from './people/leavers.ts';
import { forgetReveals } from './secrets/budgets.ts';
import { goOnDating } from './secrets/dating.ts';
import { goOnSettling } from './secrets/gone-keys.ts';
import { expiringTokens, LOOK_EVERY_MS, someoneAsks, tellExpiring } from './tokens/expiring.ts';

/** An object as its duties see it. `told`: the index has the head of this seq. `lookAtSuspension`: what SQL may have set there is taken over. */
export type Dutiful = {
  storage: DurableObjectStorage;
  env: Bindings;
  tenant: string;
  told: (seq: number) => void;
  lookAtSuspension: () => Promise<void>;
};

/** Every duty must be idempotent: an alarm may repeat. */
type Duty = {
  /** When it falls due where nobody has scheduled it, ms since the epoch; null: not now. Asked after every act, so it reads little. */
  arises?: (sql: SqlStorage, env: Bindings, now: number, due: () => number | null) => number | null;
  /** A slice of it, in the transaction that takes it off; it schedules what is left. */
  slice?: (storage: DurableObjectStorage, now: number, tenant: string) => void;
  /**
   * The part that asks others, after that transaction and in the order of the rows; if the object goes away meanwhile,
   * the alarm comes again after `againMs`.
   */
  run?: (object: Dutiful) => Promise<void>;
  againMs?: number;
};

const DUTIES: Record<Due, Duty> = {
  refusals: { slice: (storage, now, tenant) => audit.settleRefusals(storage, tenant, now) },
  to_rotate: { slice: settleToRotate },
  kept_keys: { slice: letGoOfOld },
  search: { slice: fillSearch },
  names: { slice: walkNames },
  replaced: { slice: forgetReplaced },
  dating: { slice: goOnDating },
  clocks: { slice: goOnWithClocks },
  packing: { slice: pack },
  retention: {
    arises: (sql, _env, now, due) => firstSweepAt(sql, now, due),
    slice: (storage, now, tenant) => sweep(storage, tenant, now),
  },
  put_out: { slice: putOut },
  aside: { slice: goOnAside },
  gone_keys: { slice: (storage, now, tenant) => goOnSettling(storage, tenant, now) },
  leavers: {
    arises: (sql, _env, now, due) => (due() === null && someToLookAt(sql) ? now : null),
    slice: lookOnAtLeavers,
  },
  index: {
    run: async ({ storage, env, tenant }) => {
      await outbox.drain(storage, env.INDEX_DB, tenant);
    },
    againMs: outbox.retryDelay(0),
  },
  head: { run: tellIndexOfHead, againMs: outbox.retryDelay(0) },
  standing: { run: ({ lookAtSuspension }) => lookAtSuspension() },
  stalled: {
    arises: (sql, _env, now, due) => (due() === null && someRunning(sql) ? now + STALLED_AFTER_MS : null),
    run: async ({ storage, tenant }) =>
      storage.transactionSync(() => {
        const lookAgainAt = noteStalled(storage.sql, tenant, Date.now());
        if (lookAgainAt !== null) schedule(storage, 'stalled', lookAgainAt);
      }),
  },
  tokens_expiring: { run: lookAtTokens, againMs: 3_600_000 },
  backup: {
    arises: (_sql, env, now, due) => (env.BACKUP && due() === null ? now + FIRST_BACKUP_MS : null),
    run: makeBackup,
    againMs: 900_000,
  },
  // Last: receivers are other people's, and may be slow.
  notices: {
    arises: (sql, _env, now, due) => {
      const at = nextDeliveryAt(sql);
      return at !== null && (due() ?? Number.POSITIVE_INFINITY) > Math.max(at, now) ? Math.max(at, now) : null;
    },
    run: deliver,
    againMs: 60_000,
  },
};

const ROWS = Object.entries(DUTIES) as [Due, Duty][];

/**
 * Sees to it that all pending work has its alarm. Call it in the turn of whatever may have caused that work; mostly it
 * only reads.
 */
export function arm(storage: DurableObjectStorage, env: Bindings, now: number): void {
  const { sql } = storage;
  if (isRestoring(sql)) return;
  for (const [what, { arises }] of ROWS) {
    const at = arises?.(sql, env, now, () => dueAt(sql, what)) ?? null;
    if (at !== null) schedule(storage, what, at);
  }
}

/**
 * Takes off the duties that are due, with a slice of each done, and reschedules those that are only begun. In one
 * transaction.
 */
export const takeTurn = (storage: DurableObjectStorage, tenant: string, now: number): Due[] =>
  storage.transactionSync(() => {
    const due = takeDue(storage, now);
    for (const [what, { slice, againMs }] of ROWS) {
      if (!due.includes(what)) continue;
      slice?.(storage, now, tenant);
      if (againMs !== undefined) schedule(storage, what, now + againMs);
    }
    return due;
  });

/** Runs the parts of the due duties that ask others. Notices that other duties caused go out in the same turn. */
export async function doDuties(object: Dutiful, due: readonly Due[]): Promise<void> {
  for (const [what, { run }] of ROWS)
    if (run && (due.includes(what) || (what === 'notices' && nextDeliveryAt(object.storage.sql) !== null)))
      await run(object);
}

/** How soon an object whose disk is full looks again. */
const FULL_RETRY_MS = 120_000;

/**
 * The disk is full: rows past their time are removed, nothing is written, and the rest waits for a later turn. A backup
 * that is under way begins anew, because what changes is kept for it.
 */
export async function makeRoom(storage: DurableObjectStorage, now: number): Promise<void> {
  const { sql } = storage;
  if (walkUnderWay(sql)) forgetWalk(sql);
  forgetDelivered(sql, now);
  forgetReveals(sql, now);
  setAlarm(storage, now + FULL_RETRY_MS);
}

/** The index follows the chain's head; where it does not answer now, what is scheduled tries again. */
async function tellIndexOfHead({ storage, env, tenant, told }: Dutiful): Promise<void> {
  // The chain itself may be on its way in.
  if (isRestoring(storage.sql)) return;
  try {
    const seq = await within(outbox.ANSWER_MS, tellHead(storage, env.INDEX_DB, tenant, Date.now()));
    if (seq === null || isRestoring(storage.sql)) return;
    told(seq);
    done(storage, 'head');
  } catch {
    logTrouble('index-unreachable', tenant);
  }
}

async function lookAtTokens({ storage, env, tenant }: Dutiful): Promise<void> {
  const { sql } = storage;
  if (!someoneAsks(sql)) return done(storage, 'tokens_expiring');
  try {
    const now = Date.now();
    const tokens = await within(outbox.ANSWER_MS, expiringTokens(env.INDEX_DB, tenant, now));
    const told = storage.transactionSync(() => {
      if (isRestoring(sql)) return false;
      tellExpiring(sql, tenant, tokens, now);
      return true;
    });
    if (!told) return;
    next(storage, 'tokens_expiring', now + LOOK_EVERY_MS);
  } catch {
    // The alarm that was set as a precaution tries again.
    logTrouble('index-unreachable', tenant);
  }
}

async function makeBackup({ storage, env, tenant }: Dutiful): Promise<void> {
  if (!env.BACKUP) return;
  const went = await backUp(storage, env.BACKUP, tenant);
  next(storage, 'backup', Date.now() + { done: BACKUP_EVERY_MS, 'under way': 0, failed: BACKUP_RETRY_MS }[went]);
  if (went !== 'done') return;
  // The index is told at once, not at the next turn: until then it vouches for no backup. Where it does not answer, the outbox goes on.
  for (const { id } of all<{ id: string }>(storage.sql, "SELECT id FROM outbox WHERE what = 'backup'"))
    await outbox.write(storage, env.INDEX_DB, tenant, { what: 'backup', id });
}

async function deliver({ storage, env }: Dutiful): Promise<void> {
  const more = await deliverDue(storage, env);
  const at = more ? 0 : nextDeliveryAt(storage.sql);
  next(storage, 'notices', at === null ? null : Math.max(at, Date.now()));
}

/**
 * Puts the next date in place of the precautionary one, unless somebody has asked meanwhile for it to be done at once.
 */
function next(storage: DurableObjectStorage, what: Due, at: number | null): void {
  storage.transactionSync(() => {
    if (isRestoring(storage.sql)) return;
    if ((dueAt(storage.sql, what) ?? Number.POSITIVE_INFINITY) <= Date.now()) return;
    done(storage, what);
    if (at !== null) schedule(storage, what, at);
  });
}
