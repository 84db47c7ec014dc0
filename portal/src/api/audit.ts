// The API of the audit: its pages, its heads, and the whole as a file.
import type { AuditExportRequest, AuditFilter } from '../../../schema/audit.ts';
import { call, download } from './call.ts';

export type PageAsked = AuditFilter & { order?: 'oldest' | 'newest'; after?: number; limit: number };

export const auditPage = (tenant: string, query: PageAsked, signal?: AbortSignal) =>
  call('GET /v1/tenants/:tenant/audit', { params: { tenant }, query, signal });

export const auditCounts = (tenant: string, query: AuditFilter, signal?: AbortSignal) =>
  call('GET /v1/tenants/:tenant/audit/counts', { params: { tenant }, query, signal });

export const auditHeads = (tenant: string) => call('GET /v1/tenants/:tenant/audit/head', { params: { tenant } });

/** The audit as a file, on record. */
export const exportAudit = (tenant: string, body: AuditExportRequest, signal: AbortSignal): Promise<Blob> =>
  download('POST /v1/tenants/:tenant/audit/export', { params: { tenant }, body, signal });
