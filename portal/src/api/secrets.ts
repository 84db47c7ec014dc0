// The API of secrets: metadata, reveals, what people bring, and ciphertexts in bulk.
import type { BulkPageRequest, Verified } from '../../../schema/bulk.ts';
import type { Report } from '../../../schema/report.ts';
import type { EscrowRequest, HandSecret, SecretKind, VersionsQuery } from '../../../schema/secret.ts';
import { call } from './call.ts';
import { type ListedPart, ofPart } from './machines.ts';

/** Which secrets: of one kind, whose account, label or key id begins like this. */
export type SecretFilter = { kind: SecretKind; starts: string };

/** The first `after` is absent; then each page's `next`. */
export const secrets = (
  tenant: string,
  machine: string,
  part: ListedPart,
  filter: SecretFilter | null = null,
  after?: string,
) =>
  call('GET /v1/tenants/:tenant/machines/:machine/secrets', {
    params: { tenant, machine },
    query: { kind: filter?.kind, starts: filter?.starts || undefined, aside: ofPart(part), after },
  });
export const versions = (
  tenant: string,
  secret: string,
  part: ListedPart,
  order: VersionsQuery['order'],
  after?: number,
) =>
  call('GET /v1/tenants/:tenant/secrets/:secret/versions', {
    params: { tenant, secret },
    query: { order, aside: ofPart(part), after },
  });

/** Hands out one ciphertext, on record. */
export const reveal = (tenant: string, secret: string, reason: string, version: number) =>
  call('POST /v1/tenants/:tenant/secrets/:secret/reveal', {
    params: { tenant, secret },
    body: { reason, version },
    what: `version ${version}`,
  });

export const addSecret = (tenant: string, machine: string, body: HandSecret) =>
  call('POST /v1/tenants/:tenant/machines/:machine/secrets', { params: { tenant, machine }, body });
/** Says that a version which a person brought, or whose order nobody knows, is on the PC. */
export const confirmSecret = (tenant: string, secret: string, version: number) =>
  call('POST /v1/tenants/:tenant/secrets/:secret/confirm', { params: { tenant, secret }, body: { version } });
/** Says that the revealed versions of a secret are no longer on the PC. */
export const sayRotated = (tenant: string, secret: string, reason: string) =>
  call('POST /v1/tenants/:tenant/secrets/:secret/rotated', { params: { tenant, secret }, body: { reason } });

/** A report and a sealed secret out of a spool file, each in the body that its engine would have sent. */
export const uploadReport = (tenant: string, body: Report) =>
  call('POST /v1/tenants/:tenant/spool/report', { params: { tenant }, body });
export const uploadSecret = (tenant: string, body: EscrowRequest) =>
  call('POST /v1/tenants/:tenant/spool/secret', { params: { tenant }, body });

/** Ciphertexts in bulk: they go on record and off the person's budget. */
export const bulkPage = (tenant: string, body: BulkPageRequest) =>
  call('POST /v1/tenants/:tenant/ciphertexts/page', { params: { tenant }, body });
export const keepFindings = (tenant: string, items: Verified[], sweep?: string) =>
  call('POST /v1/tenants/:tenant/ciphertexts/findings', { params: { tenant }, body: { items, sweep } });
