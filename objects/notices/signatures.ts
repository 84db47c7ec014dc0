// How a receiver knows that a notice is ours. The secret is the webhook's own, shown once to whoever added it.
import { Buffer } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import type { SignatureScheme } from '../../schema/webhook.ts';

const PREFIX = 'whsec_';

/** A new secret of 32 random bytes, written as in Standard Webhooks: `whsec_` and base64. */
export const newSecret = (): string => PREFIX + randomBytes(32).toString('base64');

/**
 * The headers of one try; `now` is ms since the epoch. `standard`: Standard Webhooks 1.0, HMAC-SHA256 of "id.seconds.body" under the bytes
 * of the secret. `totl`: for webhooks added before, HMAC-SHA256 of "ms.body" under the secret's text.
 */
export function signed(
  scheme: SignatureScheme,
  secret: string,
  { notice, body }: { notice: string; body: string },
  now: number,
): Record<string, string> {
  if (scheme === 'totl') {
    const mac = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
    return { 'totl-notice': notice, 'totl-signature': `t=${now},v1=${mac}` };
  }
  const seconds = Math.floor(now / 1000);
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const mac = createHmac('sha256', key).update(`${notice}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': notice, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${mac}` };
}
