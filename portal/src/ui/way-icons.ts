// The icon of each way to unlock.
import type { TemplateResult } from 'lit';
import type { UnlockerKind } from '../../../schema/signed.ts';
import { fingerprintIcon, lifeBuoyIcon, textCursorInputIcon } from './icons.ts';

export const WAY_ICONS: Record<UnlockerKind, TemplateResult> = {
  passphrase: textCursorInputIcon,
  passkey: fingerprintIcon,
  recovery: lifeBuoyIcon,
};
