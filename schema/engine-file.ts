// An engine's configuration file, as the portal makes it and an engine reads it: JSON.
import * as z from 'zod';
import { PublicKeyAnswer } from './keyring.ts';
import { Thumbprint } from './text.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The token goes with every request: over plain HTTP to loopback only. */
function isGuarded(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}

/**
 * `fingerprint` null: the engine pins on first use. `minEpoch`: the lowest escrow key it accepts. `tenantKey`: the
 * escrow key on the day the file was made, with its statements, for a PC that never gets to ask.
 */
export const EngineFile = z.object({
  apiOrigin: z
    .url({ protocol: /^https?$/, error: 'must be an http or https origin' })
    .refine(isGuarded, { error: 'must be https: plain http is for a stand on this machine only' }),
  token: z.string().regex(/^tok_[A-Za-z0-9_-]{32}$/, { error: 'must be a machine token' }),
  fingerprint: Thumbprint.nullable().default(null),
  minEpoch: z.int().min(1).default(1),
  tenantKey: PublicKeyAnswer.optional(),
});
export type EngineFile = z.infer<typeof EngineFile>;
