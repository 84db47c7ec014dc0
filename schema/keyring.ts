// A tenant's keyring on the wire and in storage: the server keeps only public, signed or sealed parts of it.
import * as z from 'zod';
import { isBase64Url } from './base64url.ts';
import { RsaPublicJwk } from './jwk.ts';
import { CompactJws, SealedBytes, VaultPurpose } from './signed.ts';
import { Base64Url, LowerCaseEmail, Reason, Sha256, Thumbprint, Uuid } from './text.ts';

/** Argon2id (RFC 9106): m in KiB. Floor: OWASP's 19 MiB, t = 2; ceiling: 1 GiB, t = 20. Outside it is refused by both sides. */
export const Argon2idKdf = z.strictObject({
  name: z.literal('argon2id'),
  m: z.int().min(19_456).max(1_048_576),
  t: z.int().min(2).max(20),
  p: z.int().min(1).max(16),
  salt: Base64Url(22).length(22),
});
export type Argon2idKdf = z.infer<typeof Argon2idKdf>;

/** HKDF-SHA256 (RFC 5869) over a recovery secret of 16 random bytes: already uniform, so it needs no stretching. */
export const HkdfKdf = z.strictObject({ name: z.literal('hkdf-sha256'), salt: Base64Url(22).length(22) });

/**
 * A passkey: HKDF-SHA256 over the output of WebAuthn's PRF extension (Level 3, §10.1.4) for this salt. `credential` is the id of the
 * credential to ask, `rpId` where it was made.
 */
export const PrfKdf = z.strictObject({
  name: z.literal('webauthn-prf'),
  salt: Base64Url(22).length(22),
  // Authenticated as text; only the browser that asks for it decodes it.
  credential: z
    .string()
    .max(1400)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be unpadded base64url' }),
  rpId: z.string().min(1).max(253),
});
export type PrfKdf = z.infer<typeof PrfKdf>;

export const Kdf = z.discriminatedUnion('name', [Argon2idKdf, HkdfKdf, PrfKdf]);
export type Kdf = z.infer<typeof Kdf>;

/** A recovery set: `threshold` of `count` shares give the secret. The first set-up makes one of one. */
export const RecoverySet = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/, { error: 'must be 4 bytes in hex' }),
  threshold: z.int().min(1).max(16),
  count: z.int().min(1).max(16),
});
export type RecoverySet = z.infer<typeof RecoverySet>;

/** An unlocker's private half with the root's thumbprint, sealed under the key its KDF yields (docs/protocol.md). */
export const SealedUnlocker = z.strictObject({
  id: Uuid,
  kdf: Kdf,
  set: RecoverySet.optional(),
  sealed: SealedBytes,
});
export type SealedUnlocker = z.infer<typeof SealedUnlocker>;

/** A private half under a vault key: the root's under admin, an escrow key's under reveal. `kid` is its public thumbprint. */
export const SealedKey = z.strictObject({ kid: Thumbprint, vaultEpoch: z.int().min(1), sealed: SealedBytes });
export type SealedKey = z.infer<typeof SealedKey>;

/** A vault key encrypted to one unlocker's public half: compact JWE, ECDH-ES+A256KW, A256GCM. */
export const Wrap = z.strictObject({
  unlocker: Uuid,
  purpose: VaultPurpose,
  vaultEpoch: z.int().min(1),
  jwe: z
    .string()
    .max(4096)
    .regex(/^([A-Za-z0-9_-]+\.){4}[A-Za-z0-9_-]+$/, { error: 'must be a compact JWE' })
    .refine((text) => text.split('.').every(isBase64Url), { error: 'must be a compact JWE without unused bits' })
    .describe('Compact JWE, each segment in canonical base64url'),
});
export type Wrap = z.infer<typeof Wrap>;

/** `oldStatements`: those of earlier roots that overlap, so that engines which pin one of them go on working. */
export const EscrowKey = z.strictObject({
  kid: Thumbprint,
  jwk: RsaPublicJwk,
  statement: CompactJws(4096),
  oldStatements: z.array(CompactJws(4096)).max(10).optional(),
  sealedPrivate: SealedKey,
});
export type EscrowKey = z.infer<typeof EscrowKey>;

export const MANIFEST_MAX_CHARACTERS = 512 * 1024;

/**
 * One verified call. Anything that the manifest names and this does not carry must already be in the object, or else
 * the answer is 422 `keyring_incomplete`; anything that the object holds and the manifest does not name is dropped.
 */
export const KeyringWrite = z.strictObject({
  manifest: CompactJws(MANIFEST_MAX_CHARACTERS),
  root: SealedKey,
  /** The root follows another: the old one's word for it, in the write that brings the new one. */
  succession: CompactJws(4096).optional(),
  /** Earlier roots that overlap, sealed again, when the admin vault key is new. */
  oldRoots: z.array(SealedKey).max(10).optional(),
  /** Each takes some 4 KiB of the body's 2 MiB. */
  escrowKeys: z.array(EscrowKey).max(400),
  unlockers: z.array(SealedUnlocker).max(500),
  wraps: z.array(Wrap).max(2000),
  /** The writer's sweep on which a key's destruction rests (bulk.ts). */
  sweep: Uuid.optional(),
  /** The shared unlockers that the writer has chosen to keep at a leaver's act: this goes on record. */
  kept: z.strictObject({ leaver: LowerCaseEmail, unlockers: z.array(Uuid).min(1).max(500) }).optional(),
});
export type KeyringWrite = z.infer<typeof KeyringWrite>;

/**
 * A change of the keyring that can still be taken back: what it replaced is kept, and no route hands it out, until an
 * unlocker has signed that it opened every key, or until `until`. `replaces`: something sealed was overwritten or
 * dropped. `waitsFor`: whose unlocker, as seen by the person who asks; their own in another session if they are the
 * only admin. Instants in ms.
 */
export const KeyringChange = z.object({
  change: z.int(),
  from: z.int(),
  version: z.int(),
  by: z.string(),
  at: z.int(),
  until: z.int(),
  replaces: z.boolean(),
  waitsFor: z.enum(['you', 'your_next_sign_in', 'another_admin']).optional(),
});
export type KeyringChange = z.infer<typeof KeyringChange>;

/** What one person may fetch: only the unlockers that are theirs or shared with their role; the roots' halves to admins. */
export const Keyring = z.object({
  manifest: z.string(),
  version: z.int(),
  fingerprint: z.string(),
  root: SealedKey.nullable(),
  oldRoots: z.array(SealedKey).default([]),
  /** The newest successions, oldest first; `successionsBefore`: where the page of those before them ends, null where there are none. */
  successions: z.array(z.string()).default([]),
  successionsBefore: z.int().nullable().default(null),
  /** When a recovery unlocker was last proven by a drill, ms since the epoch, by unlocker. */
  drills: z.record(z.string(), z.int()).default({}),
  /** Since when each unlocker that the person may fetch is what it is, and who made it so; absent where that was before this was kept. */
  since: z.record(z.string(), z.object({ at: z.int(), by: z.string() })).default({}),
  /** When each unlocker was last used, ms since the epoch, to the hour; those that the person may fetch, and to admins all. */
  used: z.record(z.string(), z.int()).default({}),
  /** As the tenant's settings have it; whoever opens a vault holds it against its bounds. Older servers do not say. */
  lockAfterMinutes: z.int().optional(),
  /** Oldest first, to admins. */
  changes: z.array(KeyringChange).optional(),
  escrowKeys: z.array(EscrowKey),
  unlockers: z.array(SealedUnlocker),
  wraps: z.array(Wrap),
});
export type Keyring = z.infer<typeof Keyring>;

/** Manifests as they were written, from a version on, oldest first; `next` is the version to go on from, null at the end. */
export const ManifestPage = z.object({ manifests: z.array(z.string()), next: z.int().nullable() });
export type ManifestPage = z.infer<typeof ManifestPage>;

/** Successions in the order in which they were signed; `before` is where the page of earlier ones ends, null where there are none. */
export const SuccessionPage = z.object({ successions: z.array(z.string()), before: z.int().nullable() });
export type SuccessionPage = z.infer<typeof SuccessionPage>;

export const SuccessionsQuery = z.strictObject({ before: z.coerce.number().int().min(1) });
export type SuccessionsQuery = z.infer<typeof SuccessionsQuery>;

export const ManifestsQuery = z.strictObject({ from: z.coerce.number().int().min(1) });
export type ManifestsQuery = z.infer<typeof ManifestsQuery>;

/**
 * A person took a keyring that does not follow on what their browser had seen, after comparing fingerprint, version and hash with an admin.
 * `signed` is SHA-256 over header and payload of the manifest taken; `instead` is that of the one seen, or of its whole
 * text where only that was remembered.
 */
export const LineTaken = z.strictObject({
  version: z.int().min(1),
  signed: Sha256,
  insteadVersion: z.int().min(1),
  instead: Sha256,
});
export type LineTaken = z.infer<typeof LineTaken>;

export const KeyringWritten = z.object({ version: z.int(), fingerprint: z.string(), activeKid: z.string() });
export type KeyringWritten = z.infer<typeof KeyringWritten>;

/** `GET /v1/tenant/pubkey`: the active escrow key itself, and for each living root its statement about that key. */
export const PublicKeyAnswer = RsaPublicJwk.extend({
  kid: Thumbprint,
  alg: z.literal('RSA-OAEP-256'),
  use: z.literal('enc'),
  statements: z.array(z.string()),
});
export type PublicKeyAnswer = z.infer<typeof PublicKeyAnswer>;

/** A new sealed half for an unlocker that the caller may use, with its own signature over the change. */
export const UnlockerChanged = z.strictObject({ half: SealedUnlocker, change: CompactJws(4096) });
export type UnlockerChanged = z.infer<typeof UnlockerChanged>;

/** `proof`: signed by the recovery unlocker itself, `typ` totl-recovery-drill+jws. */
export const DrillProven = z.strictObject({ proof: CompactJws(2048) });
export type DrillProven = z.infer<typeof DrillProven>;

/** An unlocker's signed word that it opened every key of the keyring as it is. */
export const OpenedWord = z.strictObject({ opened: CompactJws(4096) });
export type OpenedWord = z.infer<typeof OpenedWord>;

/** Takes back a change and all after it; `version` is the keyring's present one. */
export const UndoChange = z.strictObject({
  change: z.int().min(1),
  version: z.int().min(1),
  reason: Reason(),
});
export type UndoChange = z.infer<typeof UndoChange>;

export const UnlockerActed = z.object({ unlocker: z.string() });
export type UnlockerActed = z.infer<typeof UnlockerActed>;
