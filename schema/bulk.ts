// Reading ciphertexts in bulk outside a rotation: to check that every secret opens, and to take everything along.
import * as z from 'zod';
import { PAGE_MAX } from './rotation.ts';
import { Revealed } from './secret.ts';
import { Sha256, Thumbprint, Uuid } from './text.ts';

/** The purpose that the ciphertexts are read for; the audit has it beside their ids. */
export const BulkPurpose = z.enum(['health', 'export']);
export type BulkPurpose = z.infer<typeof BulkPurpose>;

export const BulkPageRequest = z.strictObject({
  purpose: BulkPurpose,
  /** A health sweep that a destruction is to rest on: a new random id, the same on all its pages and findings. Its first page begins it. */
  sweep: Uuid.optional(),
  after: z
    .strictObject({ secret: Uuid, version: z.int().min(1) })
    .nullable()
    .default(null),
  limit: z.int().min(1).max(PAGE_MAX).default(PAGE_MAX),
});
export type BulkPageRequest = z.infer<typeof BulkPageRequest>;

/** Every version, by secret and version. Empty where nothing is left after `after`. */
export const BulkPage = z.object({ items: z.array(Revealed), total: z.int() });
export type BulkPage = z.infer<typeof BulkPage>;

/**
 * An admin's browser's finding when it opened a version: nothing of the plaintext, only whether it is valid for its
 * kind.
 */
export const Finding = z.enum(['sound', 'malformed', 'does_not_open']);
export type Finding = z.infer<typeof Finding>;

/**
 * `sha256` and `kid` are of the opened ciphertext: a version that was re-sealed meanwhile keeps no finding about the
 * previous one.
 */
export const Verified = z.strictObject({
  secret: Uuid,
  version: z.int().min(1),
  kid: Thumbprint,
  sha256: Sha256,
  finding: Finding,
});
export type Verified = z.infer<typeof Verified>;

export const VerifiedRequest = z.strictObject({
  items: z.array(Verified).min(1).max(PAGE_MAX),
  /** The sweep that found them; it counts for the person who began it. */
  sweep: Uuid.optional(),
});
export type VerifiedRequest = z.infer<typeof VerifiedRequest>;

export const VerifiedAnswer = z.object({ kept: z.int(), passedOver: z.int() });
export type VerifiedAnswer = z.infer<typeof VerifiedAnswer>;
