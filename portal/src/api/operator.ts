// The API of the operators: tenants and counts of them.
import type { LimitsChange } from '../../../schema/limits.ts';
import type { TenantCreate, TenantSuspend } from '../../../schema/operator.ts';
import { call } from './call.ts';

export const tenants = (after: string | null) =>
  call('GET /v1/operator/tenants', { query: { after: after ?? undefined } });
export const createTenant = (body: TenantCreate) => call('POST /v1/operator/tenants', { body });
export const suspend = (tenant: string, body: TenantSuspend) =>
  call('POST /v1/operator/tenants/:tenant/suspend', { params: { tenant }, body });
export const resume = (tenant: string) => call('POST /v1/operator/tenants/:tenant/resume', { params: { tenant } });
export const limits = (tenant: string) => call('GET /v1/operator/tenants/:tenant/limits', { params: { tenant } });
export const changeLimits = (tenant: string, body: LimitsChange) =>
  call('POST /v1/operator/tenants/:tenant/limits', { params: { tenant }, body });
