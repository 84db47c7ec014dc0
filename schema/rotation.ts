// Rotation of the escrow key: what is left to re-seal, the pages a browser works through, and the keys' history.
import * as z from 'zod';
import { Revealed, SEALED_MAX_CHARACTERS } from './secret.ts';
import { KeyState } from './signed.ts';
import { Reason, Sha256, Thumbprint, Uuid } from './text.ts';

/** How many ciphertexts one page hands out, and one upload takes. */
export const PAGE_MAX = 50;

/** One escrow key's life, visible for ever. `remaining`: versions under it that still have to be re-sealed. */
export const KeyHistory = z.object({
  kid: Thumbprint,
  keyEpoch: z.int(),
  state: KeyState,
  madeAt: z.int(),
  madeBy: z.string(),
  retiredAt: z.int().nullable(),
  destroyedAt: z.int().nullable(),
  secrets: z.int(),
  remaining: z.int(),
  unopenable: z.int(),
});
export type KeyHistory = z.infer<typeof KeyHistory>;

/** `remaining` over all keys but the active one; `total` counts every version that can be opened. */
export const Rotation = z.object({ keys: z.array(KeyHistory), total: z.int(), remaining: z.int() });
export type Rotation = z.infer<typeof Rotation>;

/** `after`: the place of the last item seen, so that an item that cannot be opened does not stop the rest. */
export const RotationPageRequest = z.strictObject({
  after: z
    .strictObject({ secret: Uuid, version: z.int().min(1) })
    .nullable()
    .default(null),
  limit: z.int().min(1).max(PAGE_MAX).default(PAGE_MAX),
});
export type RotationPageRequest = z.infer<typeof RotationPageRequest>;

/**
 * Ciphertexts to re-seal, each with the values its header is checked against. Empty where nothing is left after
 * `after`.
 */
export const RotationPage = z.object({ activeKid: Thumbprint, items: z.array(Revealed) });
export type RotationPage = z.infer<typeof RotationPage>;

/** The header of a re-sealed one is longer, by `src` and by `bound`: the largest that was accepted before must fit. */
const RESEALED_MAX_CHARACTERS = SEALED_MAX_CHARACTERS + 512;

/**
 * A version under its new key. `fromSha256` and `fromKid` are compared before the swap: another's work is never
 * overwritten.
 */
export const Resealed = z.strictObject({
  secret: Uuid,
  version: z.int().min(1),
  fromKid: Thumbprint,
  fromSha256: Sha256,
  sealed: z.string().min(1).max(RESEALED_MAX_CHARACTERS),
});
export type Resealed = z.infer<typeof Resealed>;

export const ResealRequest = z.strictObject({ items: z.array(Resealed).min(1).max(PAGE_MAX) });
export type ResealRequest = z.infer<typeof ResealRequest>;

/** `passedOver`: somebody else re-sealed that version meanwhile, which is as good. */
export const ResealAnswer = z.object({ resealed: z.int(), passedOver: z.int() });
export type ResealAnswer = z.infer<typeof ResealAnswer>;

export const MarkUnopenable = z.strictObject({
  secret: Uuid,
  version: z.int().min(1),
  reason: Reason(),
});
export type MarkUnopenable = z.infer<typeof MarkUnopenable>;

/**
 * Puts the earlier ciphertext back in the place of a re-sealed one that does not open. `sha256` names one of those that
 * are kept, even one that a restore has put aside; without it, the last one that was re-sealed is meant.
 */
export const RestoreReplaced = MarkUnopenable.extend({ sha256: Sha256.optional() });
export type RestoreReplaced = z.infer<typeof RestoreReplaced>;
export const Restored = z.object({ secret: z.string(), version: z.int(), kid: Thumbprint });
export type Restored = z.infer<typeof Restored>;

export const Marked = z.object({ secret: z.string(), version: z.int() });
export type Marked = z.infer<typeof Marked>;
