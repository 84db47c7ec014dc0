// What a secret is called: its kind, and its name within that.
import * as z from 'zod';
import { Text, Uuid } from './text.ts';

export const SecretKind = z.enum(['local_admin_password', 'bitlocker_recovery_key', 'bios_password', 'other']);
export type SecretKind = z.infer<typeof SecretKind>;

/** The name within its kind: an account, or BitLocker's protector and volume, or a label. */
export const REF_BY_KIND = {
  local_admin_password: z.strictObject({ account: Text(256) }),
  bitlocker_recovery_key: z.strictObject({ protectorId: Uuid, volume: Text(64) }),
  bios_password: z.strictObject({ label: Text(64) }),
  other: z.strictObject({ label: Text(64) }),
} as const satisfies Record<SecretKind, z.ZodType>;

export const SecretRef = z.union([
  REF_BY_KIND.local_admin_password,
  REF_BY_KIND.bitlocker_recovery_key,
  REF_BY_KIND.other,
]);
export type SecretRef = z.infer<typeof SecretRef>;

/** The ref as it is written, as one string, members in a fixed order. Which spellings name the same thing, `sameRefKey` says (windows-names.ts). */
export function refKey(ref: SecretRef): string {
  if ('account' in ref) return JSON.stringify({ account: ref.account });
  if ('protectorId' in ref) return JSON.stringify({ protectorId: ref.protectorId, volume: ref.volume });
  return JSON.stringify({ label: ref.label });
}
