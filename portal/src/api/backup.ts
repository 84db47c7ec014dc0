// The API of backups.
import { call } from './call.ts';

export const backup = (tenant: string) => call('GET /v1/tenants/:tenant/backup', { params: { tenant } });
export const runBackup = (tenant: string) => call('POST /v1/tenants/:tenant/backup/run', { params: { tenant } });
