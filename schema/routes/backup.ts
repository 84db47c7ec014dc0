// Backups and how they went.
import { BackupRequested, BackupState } from '../backup.ts';
import { ADMINS, type Rows } from './row.ts';

export const backup = {
  'GET /v1/tenants/:tenant/backup': {
    who: 'member',
    summary: 'How the backups went',
    roles: ADMINS,
    audit: null,
    answer: BackupState,
  },
  'POST /v1/tenants/:tenant/backup/run': {
    who: 'member',
    summary: 'Have a backup made now',
    roles: ADMINS,
    audit: ['backup.requested'],
    answer: BackupRequested,
    refuses: ['backup_off', 'rate_limited'],
  },
} as const satisfies Rows;
