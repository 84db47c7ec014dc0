// Webhooks: where a tenant's notices go, and how each delivery went.
import * as z from 'zod';
import { NoticeKind, SentKind } from './notice.ts';
import { Text } from './text.ts';

/** A Worker keeps at most six connections open at once: all webhooks of a tenant are served side by side. */
export const WEBHOOKS_MAX = 5;

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

/** Names that never belong to a receiver on the public internet (RFC 6761, RFC 6762, RFC 8375 and common usage). */
const PRIVATE_SUFFIXES = 'localhost local internal intranet private corp home lan arpa test invalid onion'.split(' ');

/**
 * The origins of an installation: a webhook never leads back into it. On localhost it is a developer's own machine, and
 * webhooks may be there too.
 */
export type House = { PORTAL_ORIGIN: string; API_ORIGIN?: string | undefined };

export const onLocalhost = ({ PORTAL_ORIGIN }: House): boolean => new URL(PORTAL_ORIGIN).hostname === 'localhost';

/** A name with a dot at its end is the same name: the dot is removed, so that it cannot evade a comparison. */
const bareHost = (url: URL): string => url.hostname.replace(/\.+$/, '');

const isOwn = (host: string, house: House): boolean =>
  [house.PORTAL_ORIGIN, house.API_ORIGIN || house.PORTAL_ORIGIN]
    .map((origin) => bareHost(new URL(origin)))
    .some((own) => host === own || host.endsWith(`.${own}`));

/** The URL as it is kept and called: without dots after its host. */
export function webhookUrl(text: string): string {
  const url = new URL(text);
  if (!url.hostname.endsWith('.')) return text;
  url.hostname = bareHost(url);
  return url.href;
}

/**
 * What is wrong with a webhook's URL, or null. The URL parser has already turned every spelling of an IPv4 address (2130706433, 0x7f.1)
 * into its dotted form. Only 443: another port is a service that expects no webhook.
 */
export function webhookUrlFault(text: string, house: House): string | null {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  if (url.username || url.password) return 'must not hold credentials';
  const host = bareHost(url);
  if (onLocalhost(house) && host === 'localhost' && ['http:', 'https:'].includes(url.protocol)) return null;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return 'must name a host, not an address';
  if (url.port !== '') return 'must be on port 443';
  const labels = host.split('.');
  if (labels.length < 2 || labels.includes('') || PRIVATE_SUFFIXES.includes(labels.at(-1) ?? ''))
    return 'must name a host on the public internet';
  return isOwn(host, house) ? 'must not lead back into this installation' : null;
}
