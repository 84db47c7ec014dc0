// The icon of each kind of secret.
import type { TemplateResult } from 'lit';
import type { SecretKind } from '../../../schema/secret.ts';
import { cpuIcon, keyRoundIcon, textCursorInputIcon, userCogIcon } from '../ui/icons.ts';

export const KIND_ICONS: Record<SecretKind, TemplateResult> = {
  bitlocker_recovery_key: keyRoundIcon,
  local_admin_password: userCogIcon,
  bios_password: cpuIcon,
  other: textCursorInputIcon,
};
