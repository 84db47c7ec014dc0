// Deliveries: the outbox sent to its webhooks by the alarm, what security turns on first, signed, tried again until three days are over. An
// eviction between a try and its note repeats the try under the same id; nothing is lost.
import { createHmac } from 'node:crypto';
import { NOTICE_HEADER, SIGNATURE_HEADER } from '../schema/notice.ts';
import { type Delivery, type DeliveryFault, type House, webhookUrlFault } from '../schema/webhook.ts';
import { all, first } from './rows.ts';

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 6 * 3_600_000;
/** From when it was queued on; then it is given up, and the log says so. */
export const GIVE_UP_MS = 3 * 24 * 3_600_000;
/** A receiver that refuses one notice for what it is must not hold back the others: then it is given up. Some eight minutes. */
export const REFUSED_TRIES = 5;
/** Those of the 4xx that speak of the moment and not of the notice (RFC 9110, 8470, 6585). */
const PASSING = new Set([408, 425, 429]);
/** How long a delivery stays in the log. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** One alarm's share for one webhook: what waits beyond it gets an alarm of its own, so that other chores have their turn. */
const RUN_MS = 30_000;
const LOG_SHOWN = 100;

/** How long to wait after so many failures in a row: 30 s, doubling up to 6 h. Pure. */
export const backOffMs = (failures: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), LONGEST_RETRY_MS);

/** What a receiver's answer means. Pure. Any 2xx is taken; a redirect is never followed, since it could lead inside. */
export function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { delivered: true, fault: null };
  if (status >= 300 && status < 400) return { delivered: false, fault: 'redirected' };
  return { delivered: false, fault: status >= 400 && status < 500 && !PASSING.has(status) ? 'turned_down' : 'failed' };
}
/** Whether a notice is given up after so many tries, the last one ended so: turned down for good, five times. Pure. */
export const isRefused = (fault: DeliveryFault | null, tries: number): boolean =>
  tries >= REFUSED_TRIES && fault === 'turned_down';

export type Outcome = { delivered: boolean; fault: DeliveryFault | null };

/** `t=…,v1=…`: HMAC-SHA256 over the instant and the body, so that neither can be exchanged. `now` is ms since the epoch. */
export const signature = (secret: string, body: string, now: number): string =>
  `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')}`;

/** When the next delivery is due, or what waits for a paused webhook is given up; null where nothing waits. Of each rank the first is the oldest. */
export const nextDeliveryAt = (sql: SqlStorage): number | null =>
  first<{ at: number | null }>(
    sql,
    `WITH heads AS (SELECT webhooks.id, rank, (SELECT queued_at FROM deliveries
         WHERE webhook = webhooks.id AND state = 'waiting' AND deliveries.rank = ranks.rank ORDER BY place LIMIT 1) AS queued_at
       FROM webhooks, (SELECT 0 AS rank UNION ALL SELECT 1) AS ranks)
     SELECT min(CASE WHEN paused_at IS NOT NULL THEN queued_at + ? WHEN rank < held_rank THEN 0 ELSE next_at END) AS at
     FROM heads JOIN webhooks USING (id) WHERE queued_at IS NOT NULL`,
    GIVE_UP_MS,
  )?.at ?? null;

/** How many deliveries wait, and since when the oldest of them. */
export const waiting = (sql: SqlStorage): { count: number; oldestAt: number | null } =>
  first<{ count: number; oldestAt: number | null }>(
    sql,
    "SELECT count(*) AS count, min(queued_at) AS oldestAt FROM deliveries WHERE state = 'waiting'",
  ) ?? { count: 0, oldestAt: null };

type Waiting = {
  webhook: string;
  place: number;
  rank: number;
  notice: string;
  body: string;
  tries: number;
  url: string;
  secret: string;
};

/** The one delivery whose turn it is; null where nothing waits, or the webhook is paused, gone or not due. What outranks a failing one does not wait for it. */
const nextWaiting = (sql: SqlStorage, webhook: string, now: number): Waiting | null =>
  first<Waiting>(
    sql,
    `SELECT webhook, place, rank, notice, body, tries, url, secret FROM deliveries JOIN webhooks ON webhooks.id = webhook
     WHERE webhook = ? AND state = 'waiting' AND paused_at IS NULL AND (next_at <= ? OR rank < held_rank)
     ORDER BY rank, place LIMIT 1`,
    webhook,
    now,
  );

function giveUpOld(sql: SqlStorage, webhook: string, now: number): void {
  sql.exec(
    "UPDATE deliveries SET state = 'given_up' WHERE webhook = ? AND state = 'waiting' AND queued_at <= ?",
    webhook,
    now - GIVE_UP_MS,
  );
  sql.exec(
    "DELETE FROM deliveries WHERE webhook = ? AND state <> 'waiting' AND queued_at <= ?",
    webhook,
    now - KEPT_MS,
  );
}

async function send({ url, secret, notice, body }: Waiting, house: House, now: number): Promise<Outcome> {
  // It was added under the rules of its day.
  if (webhookUrlFault(url, house)) return { delivered: false, fault: 'not_allowed' };
  // Not AbortSignal.timeout: its timer would keep the object awake for the rest of its time.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: limit.signal,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'TotlProvision',
        [NOTICE_HEADER]: notice,
        [SIGNATURE_HEADER]: signature(secret, body, now),
      },
    });
    // What a receiver says is neither kept nor read.
    await answer.body?.cancel();
    return outcomeOf(answer.status);
  } catch {
    return { delivered: false, fault: limit.signal.aborted ? 'timed_out' : 'unreachable' };
  } finally {
    clearTimeout(timer);
  }
}

function note(
  sql: SqlStorage,
  { webhook, place, rank, tries }: Waiting,
  { delivered, fault }: Outcome,
  now: number,
): void {
  const refused = isRefused(fault, tries + 1);
  sql.exec(
    'UPDATE deliveries SET state = ?, tries = tries + 1, tried_at = ?, fault = ? WHERE webhook = ? AND place = ?',
    delivered ? 'delivered' : refused ? 'given_up' : 'waiting',
    now,
    fault,
    webhook,
    place,
  );
  const before = first<{ failures: number }>(sql, 'SELECT failures FROM webhooks WHERE id = ?', webhook)?.failures ?? 0;
  // The next notice's turn comes at once, with tries of its own.
  const failures = delivered || refused ? 0 : before + 1;
  const nextAt = failures === 0 ? 0 : now + backOffMs(failures);
  sql.exec(
    'UPDATE webhooks SET failures = ?, next_at = ?, held_rank = ? WHERE id = ?',
    ...[failures, nextAt, failures === 0 ? 0 : rank, webhook],
  );
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

/** Gives up what is old, paused webhooks' too, and sends what is due, all webhooks side by side: a slow receiver delays its own notices only. */
export async function deliverDue(storage: DurableObjectStorage, house: House): Promise<void> {
  const now = Date.now();
  storage.transactionSync(() => {
    for (const { id } of all<{ id: string }>(storage.sql, 'SELECT id FROM webhooks')) giveUpOld(storage.sql, id, now);
  });
  const due = all<{ id: string }>(
    storage.sql,
    `SELECT id FROM webhooks WHERE paused_at IS NULL AND (next_at <= ? OR held_rank > (SELECT rank FROM deliveries
       WHERE webhook = webhooks.id AND state = 'waiting' ORDER BY rank, place LIMIT 1))`,
    now,
  );
  await Promise.all(due.map(({ id }) => deliverTo(storage, id, house, now + RUN_MS)));
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
