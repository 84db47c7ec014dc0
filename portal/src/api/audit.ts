// The API of the audit: its pages, its heads, and the whole as a file.
import type { AuditExportRequest, AuditFilter, AuditHeads, AuditPage } from '../../../schema/audit.ts';
import { call, download } from './http.ts';

const at = (tenant: string, path: string): string => `/v1/tenants/${tenant}/${path}`;

export type PageAsked = AuditFilter & { order?: 'oldest' | 'newest'; after?: number; limit: number };

export function auditPage(tenant: string, asked: PageAsked, signal?: AbortSignal): Promise<AuditPage> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, String(value));
  return call(at(tenant, `audit?${query}`), undefined, signal);
}

export const auditHeads = (tenant: string): Promise<AuditHeads> => call(at(tenant, 'audit/head'));

/** The audit as a file, on record. */
export const exportAudit = (tenant: string, request: AuditExportRequest, signal: AbortSignal): Promise<Blob> =>
  download(at(tenant, 'audit/export'), request, signal);
