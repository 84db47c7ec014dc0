// A secret in escrow: what an engine submits to `POST /v1/secret`, the receipt, the metadata people see.
import * as z from 'zod';
import { Aside } from './aside.ts';
import { REF_BY_KIND, SecretKind, SecretRef } from './secret-ref.ts';
import { Instant, Reason, Sha256, Text, Thumbprint, Uuid } from './text.ts';

export { REF_BY_KIND, SecretKind, SecretRef };

export const SECRET_MAX_BYTES = 64 * 1024;
/** A sealed secret is some 1,000 characters; a note of 8 KiB still fits. */
export const SEALED_MAX_CHARACTERS = 16 * 1024;

export const SealedFormat = z.enum(['jwe', 'rsa-oaep-256']);
export type SealedFormat = z.infer<typeof SealedFormat>;

const KINDS = SecretKind.options.join(', ');
const kindError = {
  error: (issue: { code?: string }) => (issue.code === 'invalid_union' ? `must be one of ${KINDS}` : undefined),
};

/**
 * A request to escrow, for one kind. Members that may be absent may be null: that is how PowerShell writes a variable
 * that was never set.
 */
const escrowOf = <K extends SecretKind>(kind: K) =>
  z.strictObject({
    machine: Uuid,
    run: Uuid,
    kind: z.literal(kind),
    eid: Uuid,
    ref: REF_BY_KIND[kind],
    format: SealedFormat.nullish(),
    kid: Thumbprint.nullish(),
    /** The engine's own count of what it sealed, which only grows within a run: of two versions the higher is the later. */
    order: z.int().min(1).nullish(),
    /** What the PC's clock says as the request goes out, ms since the epoch. Carried secrets do not have it. */
    sentAt: z.int().min(0).nullish(),
    sealed: z.string().min(1).max(SEALED_MAX_CHARACTERS),
    /** As for a report's machine: the engine can seal anew under another machine id. */
    takesOtherId: z.boolean().nullish(),
  });

/**
 * What an engine hands over. `eid` makes a resend harmless. `sealed` is a compact JWE whose protected header repeats
 * these fields (jwe.ts), or, where the tenant allows it, base64 of raw RSA-OAEP-SHA256, which then names its `kid`.
 * `order` and `sentAt` belong to the request alone: nothing seals them.
 */
export const EscrowRequest = z
  .discriminatedUnion(
    'kind',
    [
      escrowOf('local_admin_password'),
      escrowOf('bitlocker_recovery_key'),
      escrowOf('bios_password'),
      escrowOf('other'),
    ],
    kindError,
  )
  .refine(({ format, kid }) => format !== 'rsa-oaep-256' || Boolean(kid), {
    error: 'is required with format rsa-oaep-256',
    path: ['kid'],
  })
  .meta({
    if: { required: ['format'], properties: { format: { const: 'rsa-oaep-256' } } },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: { required: ['kid'], properties: { kid: { type: 'string' } } },
  })
  .transform(
    ({ kid, order, sentAt, sealed, ...rest }): Escrowing => ({
      ...rest,
      format: rest.format ?? ('jwe' as const),
      ...(kid ? { kid } : {}),
      ...(order ? { order } : {}),
      ...(typeof sentAt === 'number' ? { sentAt } : {}),
      sealed,
    }),
  );
export type EscrowRequest = z.infer<typeof EscrowRequest>;

/** The same for any kind, without null members. */
type Escrowing = {
  machine: string;
  run: string;
  kind: SecretKind;
  eid: string;
  ref: SecretRef;
  format: SealedFormat;
  kid?: string;
  order?: number;
  sentAt?: number;
  sealed: string;
  takesOtherId?: boolean | null | undefined;
};

const byHandOf = <K extends SecretKind>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    eid: Uuid,
    ref: REF_BY_KIND[kind],
    sealed: z.string().min(1).max(SEALED_MAX_CHARACTERS),
  });

/** What a person's browser hands over for a machine: a JWE whose header has `run` null and `by` the person's email. */
export const HandSecret = z
  .discriminatedUnion(
    'kind',
    [
      byHandOf('local_admin_password'),
      byHandOf('bitlocker_recovery_key'),
      byHandOf('bios_password'),
      byHandOf('other'),
    ],
    kindError,
  )
  .transform((secret): { kind: SecretKind; eid: string; ref: SecretRef; sealed: string } => secret);
export type HandSecret = z.infer<typeof HandSecret>;

/** Proof that a version is kept. `auditHash` makes its holder a witness of the tenant's audit chain. */
export const Receipt = z.object({
  secretId: z.string(),
  version: z.int(),
  kid: z.string(),
  sha256: Sha256,
  auditSeq: z.int(),
  auditHash: Sha256,
});
export type Receipt = z.infer<typeof Receipt>;

export const SecretVersion = z.object({
  version: z.int(),
  kid: z.string(),
  format: SealedFormat,
  bound: z.boolean(),
  /** Null where a person sealed it by hand. */
  run: z.string().nullable(),
  /** Who sealed it by hand; null where an engine did. */
  by: z.string().nullable(),
  /** Who uploaded it from a spool file; null where it came from the place it was sealed at. */
  uploadedBy: z.string().nullable(),
  eid: z.string(),
  escrowedAt: Instant,
  /** The engine's own count within its run, where it has one. */
  order: z.int().nullable(),
  /**
   * When it was sealed, by the server's clock, ms since the epoch; null: its header names an impossible instant, so its
   * order is unknown.
   */
  sealedAt: z.int().nullable(),
  /** The name of its PC when it was sealed, as far as anybody said. */
  hostname: z.string().nullable(),
  /** Whether it may take another's place: its PC's engine has the receipt, or an admin said that the PC has it. */
  counts: z.boolean(),
  sha256: Sha256,
  /** Marked by an admin: no held key opens it; it is kept for ever. */
  unopenable: z.boolean(),
  /** When an admin's browser last opened it to see that it can be, ms since the epoch; null: never under its present key. */
  verifiedAt: z.int().nullable(),
  /** The finding of that time. */
  finding: z.enum(['sound', 'malformed', 'does_not_open']).nullable(),
  /** It was set aside with a revoked token; absent where it counts, and in exports from before this existed. */
  setAside: z.literal(true).optional(),
});
export type SecretVersion = z.infer<typeof SecretVersion>;

/**
 * A version as a list shows it. `escrowedBy`: the token's label or the person's address in the audit entry that recorded it. `confirmedBy`: the
 * admin who said that it is on the PC; a version that a person brought replaces nothing until then. `aside`: the
 * revoked token with which it was set aside, so that it replaces nothing; null where it counts.
 */
export const ListedVersion = SecretVersion.extend({
  escrowedBy: z.string(),
  confirmedBy: z.string().nullable(),
  /** The serial number of the PC as its run says it; null where it names none. */
  serial: z.string().nullable(),
  aside: Aside.nullable(),
});
export type ListedVersion = z.infer<typeof ListedVersion>;

/** An admin's word that the revealed versions of a secret are no longer on the PC. */
const Rotated = z.object({ at: Instant, by: z.string() });

/**
 * Metadata only: a list never holds ciphertext. `versions`: those that came last, the last first; the others are a list
 * of their own. `count` says how many versions of the listed sort there are: those that stand, or those that were set
 * aside. `offered`: those that nothing replaces (schema/order.ts), the latest sealed first: the one that the PC has, or
 * all that it may have. It is empty where other ids of the PC hold the replacements, where its protector is gone from
 * the volume, and for versions that were set aside.
 */
export const Secret = z.object({
  id: z.string(),
  machine: z.string(),
  kind: SecretKind,
  ref: SecretRef,
  lastRevealedAt: z.int().nullable(),
  /** Who did: another person may know it too. */
  lastRevealedBy: z.string().nullable(),
  /**
   * From when it is to be rotated, because it was revealed; a newer version clears it; one that a person brought does
   * so once it is confirmed.
   */
  rotateDueAt: z.int().nullable(),
  /** Who last said that it was rotated, where nothing shows it; null: nobody. */
  rotated: Rotated.nullable(),
  /** For a recovery key: since when the PC has listed its volume's protectors without this one, ms since the epoch; null: it has not. */
  goneAt: z.int().nullable(),
  /** For a recovery key: when the PC last found its protector on the volume, ms since the epoch; null: it has not said so, or it is gone. */
  inForceAt: z.int().nullable(),
  offered: z.array(ListedVersion),
  /** There are more to be offered than are listed. */
  moreOffered: z.boolean(),
  count: z.int(),
  versions: z.array(ListedVersion),
});
export type Secret = z.infer<typeof Secret>;

/** Says that a version which a person brought is what the PC has. */
export const ConfirmRequest = z.strictObject({ version: z.int().min(1) });
export type ConfirmRequest = z.infer<typeof ConfirmRequest>;

export const Confirmed = z.object({ secret: z.string(), version: z.int(), confirmedAt: Instant });
export type Confirmed = z.infer<typeof Confirmed>;

/** An admin's word that the revealed versions of a secret are no longer on the PC; `reason` says how they know. */
export const RotatedRequest = z.strictObject({
  reason: Reason('must say how you know, in 3 characters or more'),
});
export type RotatedRequest = z.infer<typeof RotatedRequest>;

export const MarkCleared = z.object({ secret: z.string(), rotated: Rotated });
export type MarkCleared = z.infer<typeof MarkCleared>;

/** By kind, ref and machine; `next` is the cursor for more, null at the end. */
export const SecretList = z.object({ secrets: z.array(Secret), next: z.string().nullable() });
export type SecretList = z.infer<typeof SecretList>;

/**
 * Which of a machine's secrets. `starts` is the beginning of an account, a label or a key id, letter by letter as it
 * was sealed, and needs the kind: it finds the one that a locked PC names among thousands of false ones. `aside`: those
 * that have versions set aside, with these.
 */
export const SecretsQuery = z
  .strictObject({
    kind: SecretKind.optional(),
    starts: Text(256).optional(),
    aside: z.literal('yes').optional(),
    after: Uuid.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine((query) => query.starts === undefined || query.kind !== undefined, {
    error: 'needs a kind',
    path: ['starts'],
  });
export type SecretsQuery = z.infer<typeof SecretsQuery>;

/** Which versions of one secret: in either order, from after `after` on; `aside`: those that were set aside, and no others. */
export const VersionsQuery = z.strictObject({
  aside: z.literal('yes').optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
  after: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type VersionsQuery = z.infer<typeof VersionsQuery>;

export const VersionPage = z.object({ versions: z.array(ListedVersion), next: z.int().nullable() });
export type VersionPage = z.infer<typeof VersionPage>;

export const RevealRequest = z.strictObject({
  reason: Reason(),
  version: z.int().min(1).optional(),
});
export type RevealRequest = z.infer<typeof RevealRequest>;

/** One ciphertext, with everything that the opener checks its header against. */
export const Revealed = z.object({
  id: z.string(),
  machine: z.string(),
  kind: SecretKind,
  ref: SecretRef,
  version: SecretVersion,
  sealed: z.string(),
  auditSeq: z.int(),
  /** In a page for an export: since when its protector is gone from the volume. */
  goneAt: z.int().nullable().optional(),
  /** In the same: the PC it belongs to, where several report under its id; no version of another PC takes its place. */
  pc: z.string().nullable().optional(),
});
export type Revealed = z.infer<typeof Revealed>;
