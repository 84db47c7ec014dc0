// Webhooks: where a tenant's notices go, and how each delivery went.
import * as z from 'zod';
import { NoticeKind, SentKind } from './notice.ts';
import { Text } from './text.ts';

/** The receiver that a webhook sends to: a chat, in the form that it takes, or anything that reads our JSON. */
export const Receiver = z.enum(['generic', 'slack', 'teams', 'discord']);
export type Receiver = z.infer<typeof Receiver>;

export const WebhookChange = z.strictObject({
  url: Text(2000),
  label: Text(100),
  kinds: z
    .array(NoticeKind)
    .min(1)
    .max(NoticeKind.options.length)
    .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'must name each kind once' })
    .meta({ uniqueItems: true }),
});
export type WebhookChange = z.infer<typeof WebhookChange>;

export const WebhookWrite = WebhookChange.extend({ receiver: Receiver.default('generic') });
export type WebhookWrite = z.infer<typeof WebhookWrite>;

/**
 * How a generic receiver can check that a notice is ours: Standard Webhooks 1.0, or the earlier way. Chats check
 * nothing.
 */
export const SignatureScheme = z.enum(['standard', 'totl']);
export type SignatureScheme = z.infer<typeof SignatureScheme>;

export const Webhook = z.object({
  id: z.string(),
  url: z.string(),
  label: z.string(),
  kinds: z.array(NoticeKind),
  receiver: Receiver,
  /** Null: its receiver is a chat. */
  signature: SignatureScheme.nullable(),
  madeAt: z.int(),
  madeBy: z.string(),
  pausedAt: z.int().nullable(),
  /** When its receiver said that it is gone for good (410), which paused it. */
  goneAt: z.int().nullable(),
  /** Notices that wait for it; at most a thousand are counted. */
  waiting: z.int(),
  /** Something was to be told to it; until then nobody knows whether it arrives. */
  begun: z.boolean(),
  /** Tries in a row that failed; 0: the last one went well, or there was none. */
  failures: z.int(),
  /** When it is tried again, if something waits. */
  nextAt: z.int().nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

export const WebhookList = z.object({ webhooks: z.array(Webhook) });
export type WebhookList = z.infer<typeof WebhookList>;

/** `secret` is shown only this once; null: its receiver is a chat, which checks no signature. */
export const WebhookMade = z.object({ webhook: Webhook, secret: z.string().nullable() });
export type WebhookMade = z.infer<typeof WebhookMade>;

export const WebhookPause = z.strictObject({ paused: z.boolean() });
export type WebhookPause = z.infer<typeof WebhookPause>;

export const WebhookActed = z.object({ webhook: z.string() });
export type WebhookActed = z.infer<typeof WebhookActed>;

export const TestQueued = z.object({ webhook: z.string(), notice: z.string() });
export type TestQueued = z.infer<typeof TestQueued>;

/**
 * Why a try failed, as far as an admin needs it: the status itself is not told, or a webhook would be a way to probe
 * hosts that the admin cannot reach. `turned_down`: for good (4xx); `gone`: the receiver itself (410); `failed`: for
 * now; `not_allowed`: a webhook may no longer have its URL.
 */
export const DeliveryFault = z.enum([
  ...(['timed_out', 'unreachable', 'redirected', 'turned_down', 'gone', 'failed'] as const),
  'not_allowed',
]);
export type DeliveryFault = z.infer<typeof DeliveryFault>;

export const Delivery = z.object({
  notice: z.string(),
  kind: SentKind,
  queuedAt: z.int(),
  state: z.enum(['waiting', 'delivered', 'given_up']),
  tries: z.int(),
  triedAt: z.int().nullable(),
  /** The fault of the last try; null: it went well, or there was none. */
  fault: DeliveryFault.nullable(),
  /** Null: it is not tried again, or the webhook is paused. */
  nextAt: z.int().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Newest first. */
export const DeliveryList = z.object({ deliveries: z.array(Delivery) });
export type DeliveryList = z.infer<typeof DeliveryList>;
