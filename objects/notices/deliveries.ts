// Deliveries: the alarm sends the outbox to its webhooks, notices that matter to security first, signed, and tried
// again until three days are over. An eviction between a try and its note repeats the try under the same id; nothing is
// lost.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { Notice } from '../../schema/notice.ts';
import type { Delivery, Receiver, SignatureScheme } from '../../schema/webhook.ts';
import { type House, webhookUrlFault } from '../../schema/webhook-url.ts';
import { record } from '../audit/audit.ts';
import { SYSTEM } from '../core/caller.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { RANK, RANKS, rankAfter } from '../outbox/notice-ranks.ts';
import { payloadOf } from './payloads.ts';
import { isRefused, type Outcome, outcomeOf, retryAfterMs, waitMs } from './retries.ts';
import { signed } from './signatures.ts';
import { teamsStatus } from './teams-answer.ts';

const TIMEOUT_MS = 10_000;

/** Counted from when it was queued; then it is given up, and the log says so. */
export const GIVE_UP_MS = 3 * DAY_MS;

/** How long a delivery stays in the log. */
const KEPT_MS = 30 * DAY_MS;

/** One alarm's share for one webhook: what waits beyond it gets an alarm of its own, so that other duties have their turn. */
const RUN_MS = 30_000;

const LOG_SHOWN = 100;

/** How many deliveries wait for a webhook: at most a thousand are counted. */
export const WAITING = `(SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_waiting
  WHERE webhook = webhooks.id AND state = 'waiting' LIMIT 1000))`;

/**
 * The instant since which the oldest notice of each webhook and rank waits: one index read each, however long the queue
 * is.
 */
const HEADS = `heads AS (SELECT webhooks.id AS webhook, ranks.rank, (SELECT queued_at FROM deliveries INDEXED BY deliveries_waiting
    WHERE webhook = webhooks.id AND state = 'waiting' AND deliveries.rank = ranks.rank ORDER BY place LIMIT 1) AS queued_at
  FROM webhooks, (SELECT value AS rank FROM json_each('${JSON.stringify(RANKS)}')) AS ranks)`;

/** When the next delivery is due, or a notice that waits for a paused webhook is given up; null where nothing waits. */
export const nextDeliveryAt = (sql: SqlStorage): number | null =>
  remembered(
    sql,
    'next delivery',
    ['webhooks', 'deliveries'],
    () =>
      first<{ at: number | null }>(
        sql,
        `WITH ${HEADS}
         SELECT min(CASE WHEN paused_at IS NOT NULL THEN queued_at + ? WHEN rank < held_rank THEN 0 ELSE next_at END) AS at
         FROM heads JOIN webhooks ON webhooks.id = webhook WHERE queued_at IS NOT NULL`,
        GIVE_UP_MS,
      )?.at ?? null,
  );

/** How many deliveries wait, and since when the oldest of them; at most a thousand are counted for each webhook. */
export function waiting(sql: SqlStorage): { count: number; oldestAt: number | null } {
  const rows = all<{ waiting: number; oldest: number | null }>(
    sql,
    `WITH ${HEADS} SELECT ${WAITING} AS waiting,
       (SELECT min(queued_at) FROM heads WHERE heads.webhook = webhooks.id) AS oldest FROM webhooks`,
  );
  const oldest = rows.flatMap((row) => row.oldest ?? []);
  return {
    count: rows.reduce((sum, row) => sum + row.waiting, 0),
    oldestAt: oldest.length > 0 ? Math.min(...oldest) : null,
  };
}

type Target = { url: string; secret: string; receiver: Receiver; signature: SignatureScheme };

type Waiting = Target & {
  webhook: string;
  place: number;
  rank: number;
  notice: string;
  body: string;
  tries: number;
};

/** The lowest of all ranks goes first. */
const BEYOND_RANKS = Math.max(...RANKS) + 1;

/**
 * The one delivery whose turn it is; null where nothing waits, or the webhook is paused, gone or not due. A notice that
 * outranks a failing one does not wait for it.
 */
function nextWaiting(sql: SqlStorage, webhook: string, now: number): Waiting | null {
  const to = first<Target & { next_at: number; held_rank: number }>(
    sql,
    'SELECT url, secret, receiver, signature, next_at, held_rank FROM webhooks WHERE id = ? AND paused_at IS NULL',
    webhook,
  );
  const next =
    to &&
    first<Omit<Waiting, keyof Target>>(
      sql,
      `SELECT webhook, place, rank, notice, body, tries FROM deliveries INDEXED BY deliveries_waiting
       WHERE webhook = ? AND state = 'waiting' AND rank < ? ORDER BY rank, place LIMIT 1`,
      webhook,
      to.next_at <= now ? BEYOND_RANKS : to.held_rank,
    );
  return next && { ...to, ...next };
}

/** How many of one webhook's are given up, or forgotten, in one turn; the next one takes the rest. */
const SLICE = 500;

/**
 * Gives up notices that have waited too long: within a rank they stand in the order in which they were queued. Answers
 * whether there may be more.
 */
function giveUpOld(sql: SqlStorage, webhook: string, now: number): boolean {
  const waiting = RANKS.map((rank) =>
    all<{ place: number; queued_at: number }>(
      sql,
      `SELECT place, queued_at FROM deliveries INDEXED BY deliveries_waiting
       WHERE webhook = ? AND state = 'waiting' AND rank = ? ORDER BY place LIMIT ?`,
      webhook,
      rank,
      SLICE / 2,
    ),
  );
  const old = waiting.map((ranked) => ranked.filter((one) => one.queued_at <= now - GIVE_UP_MS));
  sql.exec(
    "UPDATE deliveries SET state = 'given_up' WHERE webhook = ? AND place IN (SELECT value FROM json_each(?))",
    webhook,
    JSON.stringify(old.flat().map(({ place }) => place)),
  );
  return old.some((ranked) => ranked.length === SLICE / 2);
}

/** Takes the log's oldest away once they are old enough. Answers whether there may be more. */
function forgetOld(sql: SqlStorage, webhook: string, now: number): boolean {
  const oldest = all<{ place: number; queued_at: number; state: string }>(
    sql,
    'SELECT place, queued_at, state FROM deliveries WHERE webhook = ? ORDER BY place LIMIT ?',
    webhook,
    SLICE,
  );
  const old = oldest.filter((one) => one.state !== 'waiting' && one.queued_at <= now - KEPT_MS);
  drop(sql, webhook, old);
  return old.length === SLICE;
}

const drop = (sql: SqlStorage, webhook: string, gone: readonly { place: number }[]): void => {
  sql.exec(
    'DELETE FROM deliveries WHERE webhook = ? AND place IN (SELECT value FROM json_each(?))',
    webhook,
    JSON.stringify(gone.map(({ place }) => place)),
  );
};

/** Takes away the remains of webhooks that were removed, some of them at a time. Answers whether there is more. */
export function forgetRemoved(sql: SqlStorage): boolean {
  const known = new Set(all<{ id: string }>(sql, 'SELECT id FROM webhooks').map(({ id }) => id));
  for (let last = ''; ; ) {
    const webhook = first<{ webhook: string }>(
      sql,
      'SELECT webhook FROM deliveries WHERE webhook > ? ORDER BY webhook LIMIT 1',
      last,
    )?.webhook;
    if (webhook === undefined) return false;
    last = webhook;
    if (known.has(webhook)) continue;
    const gone = all<{ place: number }>(sql, 'SELECT place FROM deliveries WHERE webhook = ? LIMIT ?', webhook, SLICE);
    drop(sql, webhook, gone);
    return true;
  }
}

/** How many slices go at once where room is wanted. */
const SLICES_FOR_ROOM = 20;

/** Takes old entries out of the log, for every webhook: some of them at a time, since this is done again soon. */
export function forgetDelivered(sql: SqlStorage, now: number): void {
  for (const { id } of all<{ id: string }>(sql, 'SELECT id FROM webhooks'))
    for (let slices = 0; slices < SLICES_FOR_ROOM && forgetOld(sql, id, now); slices++);
  for (let slices = 0; slices < SLICES_FOR_ROOM && forgetRemoved(sql); slices++);
}

async function send(waiting: Waiting, house: House, now: number): Promise<Outcome> {
  const { url, receiver, notice } = waiting;
  // It was added under the rules of that time.
  if (webhookUrlFault(url, house)) return { delivered: false, fault: 'not_allowed' };
  // Not AbortSignal.timeout: its timer would keep the object awake for the rest of its time.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  try {
    const body = payloadOf(receiver, waiting.body, house.PORTAL_ORIGIN);
    const answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: limit.signal,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'TotlProvision',
        ...(receiver === 'generic' ? signed(waiting.signature, waiting.secret, { notice, body }, now) : {}),
      },
    });
    // A receiver's answer is neither kept nor read, except for one sentence of Teams.
    const status = receiver === 'teams' ? await teamsStatus(answer) : answer.status;
    await answer.body?.cancel();
    return { ...outcomeOf(status), retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now) };
  } catch {
    return { delivered: false, fault: limit.signal.aborted ? 'timed_out' : 'unreachable' };
  } finally {
    clearTimeout(timer);
  }
}

function note(
  sql: SqlStorage,
  { webhook, place, rank, tries, body, url }: Waiting,
  { delivered, fault, retryAfterMs: asked = null }: Outcome,
  now: number,
): void {
  const refused = isRefused(fault, tries + 1);
  const failed = !delivered && !refused;
  const after = failed ? rankAfter(rank, tries + 1) : rank;
  sql.exec(
    'UPDATE deliveries SET state = ?, rank = ?, tries = tries + 1, tried_at = ?, fault = ? WHERE webhook = ? AND place = ?',
    delivered ? 'delivered' : refused ? 'given_up' : 'waiting',
    after,
    now,
    fault,
    webhook,
    place,
  );
  const before = first<{ failures: number }>(sql, 'SELECT failures FROM webhooks WHERE id = ?', webhook)?.failures ?? 0;
  // The next notice's turn comes at once, with tries of its own.
  const failures = failed ? before + 1 : 0;
  const nextAt = failed ? now + waitMs(failures, asked) : 0;
  // If the receiver asks for patience, nothing outranks it.
  const held = asked === null ? after : RANK.fresh;
  // The previous receiver's answer does not count against the current URL: it may have been changed while the try was
  // on its way.
  const isStill = all(
    sql,
    'UPDATE webhooks SET failures = ?, next_at = ?, held_rank = ? WHERE id = ? AND url = ? RETURNING id',
    failures,
    nextAt,
    failed ? held : 0,
    webhook,
    url,
  );
  if (fault === 'gone' && isStill.length > 0) pauseGone(sql, webhook, (JSON.parse(body) as Notice).tenant, now);
}

/**
 * On record, which tells the other webhooks: notices that wait here are kept until somebody mends it, three days at
 * most.
 */
function pauseGone(sql: SqlStorage, webhook: string, tenant: string, now: number): void {
  const paused = first<{ label: string }>(
    sql,
    'UPDATE webhooks SET paused_at = ?1, gone_at = ?1 WHERE id = ?2 AND paused_at IS NULL RETURNING label',
    now,
    webhook,
  );
  if (paused)
    record(sql, tenant, SYSTEM, now, {
      action: 'webhook.paused',
      subject: webhook,
      detail: { label: paused.label, why: 'gone' },
    });
}

/** Sends what waits for one webhook, by rank and then the oldest first, until one fails: the webhook is not due then. */
async function deliverTo(storage: DurableObjectStorage, webhook: string, house: House, until: number): Promise<void> {
  const { sql } = storage;
  while (Date.now() < until) {
    const now = Date.now();
    const waiting = nextWaiting(sql, webhook, now);
    if (!waiting) return;
    const outcome = await send(waiting, house, now);
    storage.transactionSync(() => note(sql, waiting, outcome, Date.now()));
  }
}

/**
 * Gives up what is old, paused webhooks' too, and sends what is due, all webhooks side by side: a slow receiver delays its own notices only.
 * Answers whether there is more to remove.
 */
export async function deliverDue(storage: DurableObjectStorage, house: House): Promise<boolean> {
  const now = Date.now();
  const { sql } = storage;
  const more = storage.transactionSync(() =>
    all<{ id: string }>(sql, 'SELECT id FROM webhooks')
      .flatMap(({ id }) => [giveUpOld(sql, id, now), forgetOld(sql, id, now)])
      .concat(forgetRemoved(sql))
      .includes(true),
  );
  const due = all<{ id: string }>(
    sql,
    `SELECT id FROM webhooks WHERE paused_at IS NULL AND (next_at <= ? OR held_rank > (SELECT rank FROM deliveries
       INDEXED BY deliveries_waiting WHERE webhook = webhooks.id AND state = 'waiting' ORDER BY rank, place LIMIT 1))`,
    now,
  );
  await Promise.all(due.map(({ id }) => deliverTo(storage, id, house, now + RUN_MS)));
  return more;
}

type DeliveryRow = {
  notice: string;
  kind: Delivery['kind'];
  queued_at: number;
  state: Delivery['state'];
  tries: number;
  tried_at: number | null;
  fault: Delivery['fault'];
  paused_at: number | null;
  next_at: number;
};

/** A webhook's log, newest first. */
export const deliveriesOf = (sql: SqlStorage, webhook: string): Delivery[] =>
  all<DeliveryRow>(
    sql,
    `SELECT notice, kind, queued_at, state, tries, tried_at, fault, paused_at, next_at
     FROM deliveries JOIN webhooks ON webhooks.id = webhook WHERE webhook = ? ORDER BY place DESC LIMIT ?`,
    webhook,
    LOG_SHOWN,
  ).map((row) => ({
    notice: row.notice,
    kind: row.kind,
    queuedAt: row.queued_at,
    state: row.state,
    tries: row.tries,
    triedAt: row.tried_at,
    fault: row.fault,
    nextAt: row.state === 'waiting' && row.paused_at === null ? Math.max(row.next_at, row.queued_at) : null,
  }));
