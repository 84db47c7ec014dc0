// Machine tokens as people manage them. The token itself is only in the answer that issues it.
import * as z from 'zod';
import { TokenAside } from './aside.ts';
import { Instant, Text, Thumbprint } from './text.ts';

const HOUR_MS = 3_600_000;
export const OVERLAP_MIN_MS = HOUR_MS;
export const OVERLAP_MAX_MS = 90 * 24 * HOUR_MS;
/** How long an earlier token goes on by default: time enough to visit a bench of USB sticks. */
export const OVERLAP_MS = 7 * 24 * HOUR_MS;

/**
 * `createdBy` null: made by SQL. `fingerprint`: the pin it was handed out with, null where it is unpinned. `missing`:
 * SQL took its row out of the index. `uses` is a lower bound: counts in memory are lost when the object is evicted.
 */
export const Token = z.object({
  id: z.string(),
  label: z.string(),
  prefix: z.string(),
  createdAt: z.int(),
  createdBy: z.string().nullable(),
  expiresAt: z.int().nullable(),
  revokedAt: z.int().nullable(),
  fingerprint: z.string().nullable(),
  minEpoch: z.int().nullable(),
  replacedBy: z.string().nullable(),
  missing: z.boolean(),
  lastUsedAt: z.int().nullable(),
  lastIp: z.string().nullable(),
  uses: z.int(),
  /** The part of what it brought that an admin set aside; null: nothing. */
  aside: TokenAside.nullable(),
});
export type Token = z.infer<typeof Token>;

/** Which tokens: those after this one. */
export const TokensQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,16}\/.{1,64}$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(500).default(500),
});
export type TokensQuery = z.infer<typeof TokensQuery>;

/** Newest first; `next` is the cursor to go on from, null at the end. */
export const TokenList = z.object({ tokens: z.array(Token), next: z.string().nullable() });
export type TokenList = z.infer<typeof TokenList>;

/** `fingerprint`: the root that the asking browser has verified, to go into the engine's file; null for none. */
export const TokenWrite = z.strictObject({
  label: Text(100),
  expiresAt: Instant.nullable(),
  fingerprint: Thumbprint.nullable(),
});
export type TokenWrite = z.infer<typeof TokenWrite>;

/** The earlier token works beside its successor for `overlapMs` from now. */
export const TokenRotate = z.strictObject({
  overlapMs: z.int().min(OVERLAP_MIN_MS).max(OVERLAP_MAX_MS).default(OVERLAP_MS),
  fingerprint: Thumbprint.nullable().default(null),
});
export type TokenRotate = z.infer<typeof TokenRotate>;

/** Shown once. `minEpoch`: the active escrow key's, null before set-up. */
export const IssuedToken = z.object({
  id: z.string(),
  token: z.string(),
  prefix: z.string(),
  label: z.string(),
  expiresAt: z.int().nullable(),
  fingerprint: z.string().nullable(),
  minEpoch: z.int().nullable(),
  replaces: z.string().nullable(),
});
export type IssuedToken = z.infer<typeof IssuedToken>;

export const TokenRevoked = z.object({ id: z.string(), revokedAt: z.int() });
export type TokenRevoked = z.infer<typeof TokenRevoked>;
