// Webhooks: added, changed, paused, tested, removed by admins, each on record. The secret signs what is sent, so it is
// kept as it is; it opens nothing, and is shown once.
import type { NoticeKind } from '../../schema/notice.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type {
  DeliveryList,
  Receiver,
  SignatureScheme,
  TestQueued,
  Webhook,
  WebhookActed,
  WebhookChange,
  WebhookList,
  WebhookMade,
  WebhookWrite,
} from '../../schema/webhook.ts';
import { type House, webhookUrl, webhookUrlFault } from '../../schema/webhook-url.ts';
import { record } from '../audit/audit.ts';
import { dueAt, schedule } from '../core/alarms.ts';
import type { Acting, Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { queueFor } from '../outbox/notices.ts';
import { deliveriesOf, forgetRemoved, WAITING } from './deliveries.ts';
import { newSecret } from './signatures.ts';

/** A Worker keeps at most six connections open at once: all webhooks of a tenant are served side by side. */
const WEBHOOKS_MAX = 5;

type WebhookRow = {
  id: string;
  url: string;
  label: string;
  kinds: string;
  receiver: Receiver;
  signature: SignatureScheme;
  gone_at: number | null;
  made_at: number;
  made_by: string;
  paused_at: number | null;
  failures: number;
  next_at: number;
  waiting: number;
  begun: number;
};

const SELECT = `SELECT id, url, label, kinds, receiver, signature, gone_at, made_at, made_by, paused_at, failures, next_at,
  ${WAITING} AS waiting, EXISTS (SELECT 1 FROM deliveries WHERE webhook = webhooks.id) AS begun FROM webhooks`;

const publicWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  label: row.label,
  kinds: JSON.parse(row.kinds) as NoticeKind[],
  receiver: row.receiver,
  signature: row.receiver === 'generic' ? row.signature : null,
  goneAt: row.gone_at,
  madeAt: row.made_at,
  madeBy: row.made_by,
  pausedAt: row.paused_at,
  waiting: row.waiting,
  begun: row.begun === 1,
  failures: row.failures,
  nextAt: row.waiting > 0 && row.paused_at === null ? row.next_at : null,
});

export const listWebhooks = (sql: SqlStorage): WebhookList => ({
  webhooks: all<WebhookRow>(sql, `${SELECT} ORDER BY made_at, id`).map(publicWebhook),
});

function findWebhook(sql: SqlStorage, id: string): Webhook | null {
  const row = first<WebhookRow>(sql, `${SELECT} WHERE id = ?`, id);
  return row && publicWebhook(row);
}

const unknownWebhook = () => refuse('unknown_webhook', 'The tenant has no webhook with this id.');

/** Adds a webhook. `house`: the hosts it must not lead to. The audit gets the host: a URL may hold a key. */
export function addWebhook(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { url: written, label, kinds, receiver }: WebhookWrite,
  house: House,
  now: number,
): WebhookMade | Refusal {
  const { sql } = storage;
  const refused = urlRefused(written, house);
  if (refused) return refused;
  if (listWebhooks(sql).webhooks.length >= WEBHOOKS_MAX)
    return refuse('too_many_webhooks', `A tenant has at most ${WEBHOOKS_MAX} webhooks; remove one first.`);
  const url = webhookUrl(written);
  const id = crypto.randomUUID();
  const secret = newSecret();
  return storage.transactionSync(() => {
    sql.exec(
      `INSERT INTO webhooks (id, url, label, kinds, receiver, signature, secret, made_at, made_by, failures, next_at)
       VALUES (?, ?, ?, ?, ?, 'standard', ?, ?, ?, 0, 0)`,
      id,
      url,
      label,
      JSON.stringify(kinds),
      receiver,
      secret,
      now,
      caller.principal.name,
    );
    record(sql, caller.tenant, caller, now, {
      action: 'webhook.added',
      subject: id,
      detail: { label, host: new URL(url).host, kinds: kinds.join(' '), receiver },
    });
    lookForExpiring(storage, kinds, now);
    const webhook = findWebhook(sql, id);
    if (!webhook) throw new Error('a webhook just added is there');
    return { webhook, secret: receiver === 'generic' ? secret : null };
  });
}

function urlRefused(written: string, house: House): Refusal | null {
  const message = webhookUrlFault(written, house);
  return message ? refuse('invalid_body', `body.url: ${message}.`, [{ field: 'body.url', message }]) : null;
}

/** Tokens are looked at only while somebody wants to be told of them. */
function lookForExpiring(storage: DurableObjectStorage, kinds: readonly NoticeKind[], now: number): void {
  if (kinds.includes('token_expiring') && dueAt(storage.sql, 'tokens_expiring') === null)
    schedule(storage, 'tokens_expiring', now);
}

/**
 * Changes name, URL and kinds. The secret, the form and the waiting notices stay; those that failed at the old URL are
 * tried anew at once.
 */
export function changeWebhook(
  { storage, caller, now }: Acting<Person>,
  id: string,
  { url: written, label, kinds }: WebhookChange,
  house: House,
): Webhook | Refusal {
  const { sql } = storage;
  const before = findWebhook(sql, id);
  if (!before) return unknownWebhook();
  const refused = urlRefused(written, house);
  if (refused) return refused;
  const url = webhookUrl(written);
  return storage.transactionSync(() => {
    sql.exec(
      `UPDATE webhooks SET url = ?1, label = ?2, kinds = ?3, failures = 0, next_at = ?4, held_rank = 0, changed_by = ?5, changed_at = ?4
       WHERE id = ?6`,
      url,
      label,
      JSON.stringify(kinds),
      now,
      caller.principal.name,
      id,
    );
    record(sql, caller.tenant, caller, now, {
      action: 'webhook.changed',
      subject: id,
      detail: { label, host: new URL(url).host, hostBefore: new URL(before.url).host, kinds: kinds.join(' ') },
    });
    lookForExpiring(storage, kinds, now);
    schedule(storage, 'notices', now);
    return findWebhook(sql, id) ?? before;
  });
}

/** Removes a webhook with its secret, its log and what waits for it. */
export function removeWebhook(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): WebhookActed | Refusal {
  const { sql } = storage;
  const webhook = findWebhook(sql, id);
  if (!webhook) return unknownWebhook();
  return storage.transactionSync(() => {
    sql.exec('DELETE FROM webhooks WHERE id = ?', id);
    if (forgetRemoved(sql)) schedule(storage, 'notices', now);
    record(sql, caller.tenant, caller, now, {
      action: 'webhook.removed',
      subject: id,
      detail: { label: webhook.label, waiting: webhook.waiting },
    });
    return { webhook: id };
  });
}

/** Pauses or resumes. Notices that come in meanwhile wait, three days at most; a resume tries them at once. */
export function pauseWebhook(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  paused: boolean,
  now: number,
): Webhook | Refusal {
  const { sql } = storage;
  const webhook = findWebhook(sql, id);
  if (!webhook) return unknownWebhook();
  return storage.transactionSync(() => {
    sql.exec(
      'UPDATE webhooks SET paused_at = ?, gone_at = NULL, next_at = ? WHERE id = ?',
      paused ? now : null,
      now,
      id,
    );
    const action = paused ? 'webhook.paused' : 'webhook.resumed';
    record(sql, caller.tenant, caller, now, { action, subject: id, detail: { label: webhook.label } });
    return findWebhook(sql, id) ?? webhook;
  });
}

/** Queues a test notice behind those that wait with its rank, and has them all tried at once. */
export function testWebhook(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): TestQueued | Refusal {
  const { sql } = storage;
  if (!findWebhook(sql, id)) return unknownWebhook();
  const notice = crypto.randomUUID();
  return storage.transactionSync(() => {
    const about = { by: caller.principal.id };
    queueFor(sql, [{ id }], { id: notice, kind: 'test', tenant: caller.tenant, at: now, about });
    sql.exec('UPDATE webhooks SET next_at = ? WHERE id = ?', now, id);
    record(sql, caller.tenant, caller, now, { action: 'webhook.tested', subject: id, detail: { notice } });
    return { webhook: id, notice };
  });
}

export const deliveryLog = (sql: SqlStorage, id: string): DeliveryList | Refusal =>
  findWebhook(sql, id) ? { deliveries: deliveriesOf(sql, id) } : unknownWebhook();
