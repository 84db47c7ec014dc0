// The audit: its pages, its heads, and the whole as a file.
import { AuditCounts, AuditCountsQuery, AuditExportRequest, AuditHeads, AuditPage, AuditQuery } from '../audit.ts';
import { CSV } from '../csv.ts';
import { NDJSON } from '../report.ts';
import { AUDITORS, json, type Rows, SMALL_BODY_BYTES } from './row.ts';

export const audit = {
  'GET /v1/tenants/:tenant/audit': {
    who: 'member',
    summary: 'The audit chain in either order, filtered, a page at a time',
    roles: AUDITORS,
    audit: null,
    query: AuditQuery,
    answer: AuditPage,
  },
  'GET /v1/tenants/:tenant/audit/counts': {
    who: 'member',
    summary: 'How many entries fit the filters, of whom, on how many PCs',
    roles: AUDITORS,
    audit: null,
    query: AuditCountsQuery,
    answer: AuditCounts,
    refuses: ['rate_limited'],
  },
  'GET /v1/tenants/:tenant/audit/head': {
    who: 'member',
    summary: 'The chain’s head as the object has it, and as the index was told',
    roles: AUDITORS,
    audit: null,
    answer: AuditHeads,
  },
  'POST /v1/tenants/:tenant/audit/export': {
    who: 'member',
    summary: 'Export the audit, whole or filtered, as a file; on record',
    roles: AUDITORS,
    audit: ['audit.exported'],
    body: json(AuditExportRequest, SMALL_BODY_BYTES),
    answer: { streams: [NDJSON, CSV] },
    refuses: ['export_running', 'rate_limited'],
  },
} as const satisfies Rows;
