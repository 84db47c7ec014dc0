// The API of the operators: tenants and counts of them.
import type { LimitsChange, OperatedLimits } from '../../../schema/limits.ts';
import type {
  TenantCreate,
  TenantCreated,
  TenantPage,
  TenantStanding,
  TenantSuspend,
} from '../../../schema/operator.ts';
import { call } from './http.ts';

const TENANTS = '/v1/operator/tenants';

export const tenants = (after: string | null): Promise<TenantPage> =>
  call(after === null ? TENANTS : `${TENANTS}?after=${after}`);
export const createTenant = (wanted: TenantCreate): Promise<TenantCreated> => call(TENANTS, wanted);
export const suspend = (tenant: string, wanted: TenantSuspend): Promise<TenantStanding> =>
  call(`${TENANTS}/${tenant}/suspend`, wanted);
export const resume = (tenant: string): Promise<TenantStanding> => call(`${TENANTS}/${tenant}/resume`, {});
export const limits = (tenant: string): Promise<OperatedLimits> => call(`${TENANTS}/${tenant}/limits`);
export const changeLimits = (tenant: string, change: LimitsChange): Promise<OperatedLimits> =>
  call(`${TENANTS}/${tenant}/limits`, change);
