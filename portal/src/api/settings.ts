// The API of a tenant's settings and limits.
import type { SettingsChange } from '../../../schema/settings.ts';
import { call } from './call.ts';

export const settings = (tenant: string) => call('GET /v1/tenants/:tenant/settings', { params: { tenant } });
export const changeSettings = (tenant: string, body: SettingsChange) =>
  call('POST /v1/tenants/:tenant/settings', { params: { tenant }, body });

export const limits = (tenant: string) => call('GET /v1/tenants/:tenant/limits', { params: { tenant } });
