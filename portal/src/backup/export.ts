// The contents of an exit bundle, in order: machines, secrets with every version, the audit. Events of runs are left
// out: they are the fleet's diary, and open no PC.
import type { MachinePage } from '../../../schema/machine.ts';
import type { BundlePart } from '../../vault/contract.ts';
import { auditPage } from '../api/audit.ts';
import * as fleetApi from '../api/fleet.ts';
import * as secretsApi from '../api/secrets.ts';
import { everyPage, type Progress } from '../secrets/sweep.ts';

/** Archived and merged machines have secrets too, and so do those that were set aside. */
const SHELVES = ['fleet', 'archived', 'merged', 'aside'] as const;
const MACHINES_PAGE = 100;
const AUDIT_PAGE = 500;

/** The sealed lines of a bundle's body; null if it was stopped. Throws what the API throws. */
export async function exportBundle(
  tenant: string,
  seal: (part: BundlePart) => Promise<string>,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<string[] | null> {
  const lines: string[] = [];
  for (const shelf of SHELVES) {
    let cursor: string | null = null;
    do {
      const filter = { sort: 'started', shelf } as const;
      const page: MachinePage = await fleetApi.machines(tenant, filter, cursor, MACHINES_PAGE);
      lines.push(await seal({ kind: 'machines', machines: page.machines }));
      cursor = page.next;
    } while (cursor !== null && !signal.aborted);
  }
  const keep = async (secrets: Extract<BundlePart, { kind: 'secrets' }>['secrets']) => {
    lines.push(await seal({ kind: 'secrets', secrets }));
  };
  await everyPage((request) => secretsApi.bulkPage(tenant, request), { purpose: 'export' }, keep, onProgress, signal);
  let after: number | null = 0;
  while (after !== null && !signal.aborted) {
    const page = await auditPage(tenant, { after, limit: AUDIT_PAGE });
    lines.push(await seal({ kind: 'audit', entries: page.entries }));
    after = page.next;
  }
  return signal.aborted ? null : lines;
}
