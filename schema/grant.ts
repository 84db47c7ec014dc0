// A grant on its way: a person's browser has made an unlocker, and an admin has yet to sign it into the manifest.
import * as z from 'zod';
import { EcPublicJwk } from './jwk.ts';
import { SealedUnlocker } from './keyring.ts';
import { Role } from './person.ts';
import { ManifestUnlocker, UnlockerKind, VaultPurpose } from './signed.ts';
import { Uuid } from './text.ts';

/**
 * The manifest's future words about the unlocker, including its rights, and the sealed private half, which only its
 * owner ever gets back.
 */
export const GrantRequest = z.strictObject({
  unlocker: ManifestUnlocker.pick({ id: true, kind: true, label: true, rights: true, jwk: true }),
  half: SealedUnlocker,
});
export type GrantRequest = z.infer<typeof GrantRequest>;

export const Grant = z.object({
  id: Uuid,
  email: z.string(),
  role: Role,
  kind: UnlockerKind,
  label: z.string(),
  /**
   * What its owner asked to be able to open. Null: a request in the earlier form, whose words do not name it; nobody
   * signs that.
   */
  rights: z.array(VaultPurpose).nullable(),
  jwk: EcPublicJwk,
  requestedAt: z.int(),
});
export type Grant = z.infer<typeof Grant>;

/** Which requests: those after this one. */
export const GrantsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}\/[0-9a-f-]{36}$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(200),
});
export type GrantsQuery = z.infer<typeof GrantsQuery>;

/** An admin sees all that wait, oldest first; anybody else their own. `next` is the cursor for more, null at the end. */
export const GrantList = z.object({ grants: z.array(Grant), next: z.string().nullable() });
export type GrantList = z.infer<typeof GrantList>;
