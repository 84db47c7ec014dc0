// An engine's configuration file, as the portal makes it and an engine reads it: JSON.
import { z } from 'zod';
import { PublicKeyAnswer } from './keyring.ts';
import { Thumbprint } from './text.ts';

/**
 * `fingerprint` null: the engine pins on first use. `minEpoch`: the lowest escrow key it accepts. `tenantKey`: the escrow key of the day the file
 * was made, with its statements, for a PC that never gets to ask.
 */
export const EngineFile = z.object({
  apiOrigin: z.url({ protocol: /^https?$/, error: 'must be an http or https origin' }),
  token: z.string().regex(/^tok_[A-Za-z0-9_-]{32}$/, { error: 'must be a machine token' }),
  fingerprint: Thumbprint.nullable().default(null),
  minEpoch: z.int().min(1).default(1),
  tenantKey: PublicKeyAnswer.optional(),
});
export type EngineFile = z.infer<typeof EngineFile>;
