// The questions of the installation's operators about tenants.
import { RestoreAborted, RestoreAnswer, RestoreRequest } from '../backup.ts';
import { Inspection } from '../inspection.ts';
import { LimitsChange, OperatedLimits } from '../limits.ts';
import { TenantCreate, TenantCreated, TenantPage, TenantSuspend, TenantSuspension, TenantsQuery } from '../operator.ts';
import { json, type Rows, SMALL_BODY_BYTES } from './row.ts';

export const operator = {
  'GET /v1/operator/tenants': {
    who: 'operator',
    summary: 'Tenants by name, with counts of each and nothing of its data',
    audit: null,
    query: TenantsQuery,
    answer: TenantPage,
  },
  'POST /v1/operator/tenants': {
    who: 'operator',
    summary: 'Create a tenant with its first admin',
    audit: ['tenant.created'],
    body: json(TenantCreate, SMALL_BODY_BYTES),
    answer: TenantCreated,
    status: 201,
    refuses: ['tenant_conflict', 'tenant_restoring'],
  },
  'GET /v1/operator/tenants/:tenant/inspect': {
    who: 'operator',
    summary: 'The health of a tenant’s object: numbers, states and instants',
    audit: null,
    answer: Inspection,
    refuses: ['unknown_tenant'],
  },
  'GET /v1/operator/tenants/:tenant/limits': {
    who: 'operator',
    summary: 'What counts for a tenant, and how much room its object has left',
    audit: null,
    answer: OperatedLimits,
    refuses: ['unknown_tenant'],
  },
  'POST /v1/operator/tenants/:tenant/limits': {
    who: 'operator',
    summary: 'Change a tenant’s limits; null brings a default back',
    audit: ['limits.changed'],
    body: json(LimitsChange, SMALL_BODY_BYTES),
    answer: OperatedLimits,
    refuses: ['unknown_tenant', 'tenant_restoring'],
  },
  'POST /v1/operator/tenants/:tenant/suspend': {
    who: 'operator',
    summary: 'Suspend a tenant at once: nobody but operators is answered, engines keep their spool',
    audit: ['tenant.suspended'],
    body: json(TenantSuspend, SMALL_BODY_BYTES),
    answer: TenantSuspension,
    refuses: ['unknown_tenant', 'tenant_restoring'],
  },
  'POST /v1/operator/tenants/:tenant/resume': {
    who: 'operator',
    summary: 'Resume a suspended tenant',
    audit: ['tenant.resumed'],
    answer: TenantSuspension,
    refuses: ['unknown_tenant', 'tenant_restoring'],
  },
  'POST /v1/operator/tenants/:tenant/restore': {
    who: 'operator',
    summary: 'Put a backup into a tenant that is empty; ask again until it is finished',
    audit: ['tenant.imported'],
    body: json(RestoreRequest, SMALL_BODY_BYTES),
    answer: RestoreAnswer,
    refuses: [
      'unknown_tenant',
      'unknown_backup',
      'not_empty',
      'backup_differs',
      'backup_damaged',
      'backup_off',
      'first_admin_needed',
      'index_unreachable',
    ],
  },
  'POST /v1/operator/tenants/:tenant/restore/abort': {
    who: 'operator',
    summary: 'End a restore that is on its way; the tenant is empty then',
    audit: ['tenant.restore_aborted'],
    answer: RestoreAborted,
    refuses: ['unknown_tenant', 'not_restoring'],
  },
} as const satisfies Rows;
