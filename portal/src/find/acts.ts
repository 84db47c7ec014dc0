// What a person may do, by its name: each act of their role leads to where it is done, or is done at once.
import type { TemplateResult } from 'lit';
import type { Membership, Role } from '../../../schema/person.ts';
import { nextTheme } from '../core/theme.ts';
import * as icons from '../ui/icons.ts';
import { requestUnlock } from '../unlock/unlocking.ts';
import { lock, vaultState } from '../unlock/vault-client.ts';

export type Act = { words: string; about: string; icon: TemplateResult; to: string | (() => void) };

const ADMIN: readonly Role[] = ['admin'];
const REVEALING: readonly Role[] = ['admin', 'engineer'];
const OVERSEEING: readonly Role[] = ['admin', 'auditor'];

type Row = [roles: readonly Role[], words: string, about: string, icon: TemplateResult, page: string];
const ROWS: readonly Row[] = [
  [REVEALING, 'Upload an offline report', 'Fleet · of a PC that was never online', icons.fileUpIcon, '/upload'],
  [ADMIN, 'Issue token', 'Engine tokens · asks what it is for', icons.fileKeyIcon, '/tokens'],
  [ADMIN, 'Add a person', 'People', icons.userRoundPlusIcon, '/people'],
  [ADMIN, 'Rotate key', 'Keys · asks for an admin’s passphrase', icons.refreshCwIcon, '/keys'],
  [REVEALING, 'Add an unlock method', 'Unlock methods', icons.fingerprintIcon, '/access'],
  [
    ADMIN,
    'Replace the team passphrase',
    'Unlock methods · asks for an admin’s passphrase',
    icons.rotateCwIcon,
    '/access',
  ],
  [ADMIN, 'Make recovery sheets', 'Unlock methods · prints', icons.printerIcon, '/access'],
  [ADMIN, 'Test the recovery sheets', 'Unlock methods', icons.clipboardCheckIcon, '/access'],
  [ADMIN, 'Check every secret', 'Backup · asks to unlock', icons.shieldCheckIcon, '/safekeeping'],
  [ADMIN, 'Export everything', 'Backup · asks for an admin’s passphrase', icons.packageIcon, '/safekeeping'],
  [ADMIN, 'Add a webhook', 'Notices', icons.bellIcon, '/notices'],
  [OVERSEEING, 'Show who revealed what', 'Audit', icons.eyeIcon, '/audit?action=secret.revealed'],
];

/** The vault's own act, by its state in this moment. */
function vaultAct({ tenant, name }: Membership): Act {
  const now = vaultState();
  return now.state === 'unlocked' && now.tenant === tenant
    ? { words: 'Lock', about: 'The vault, in all tabs', icon: icons.lockIcon, to: () => void lock() }
    : {
        words: 'Unlock',
        about: `The vault of ${name}`,
        icon: icons.lockOpenIcon,
        to: () => void requestUnlock(tenant),
      };
}

/** `help`: shows the shortcuts. */
export function actsOf(membership: Membership | undefined, help: () => void): Act[] {
  const own: Act[] = [
    {
      words: 'Switch the theme',
      about: 'Light, dark, or as the system says',
      icon: icons.sunMoonIcon,
      to: () => void nextTheme(),
    },
    { words: 'Show help and shortcuts', about: 'Of this page', icon: icons.circleHelpIcon, to: help },
  ];
  if (membership?.status !== 'active') return own;
  const { tenant, role } = membership;
  return [
    ...(role === 'auditor' ? [] : [vaultAct(membership)]),
    ...ROWS.flatMap(([roles, words, about, icon, page]) =>
      roles.includes(role) ? [{ words, about, icon, to: `/t/${tenant}${page}` }] : [],
    ),
    ...own,
  ];
}
