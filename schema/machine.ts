// A machine and its runs, as a person reads them.
import { z } from 'zod';
import { Uuid } from './text.ts';

export const RunStatus = z.enum(['running', 'succeeded', 'failed', 'abandoned']);
export type RunStatus = z.infer<typeof RunStatus>;

export const PhaseState = z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped']);
export type PhaseState = z.infer<typeof PhaseState>;

export const Phase = z.object({
  name: z.string(),
  state: PhaseState,
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
});
export type Phase = z.infer<typeof Phase>;

export const Run = z.object({
  id: z.string(),
  machine: z.string(),
  status: RunStatus,
  startedAt: z.int(),
  finishedAt: z.int().nullable(),
  lastEventAt: z.int(),
  engineVersion: z.string().nullable(),
  phases: z.array(Phase),
  reboots: z.int(),
  warnings: z.int(),
  errors: z.int(),
  events: z.int(),
  nextSeq: z.int(),
  /** The person who uploaded its first report from a spool file; null where the engine sent it. */
  uploadedBy: z.string().nullable(),
});
export type Run = z.infer<typeof Run>;

/** Why somebody should look at a machine. */
export const Attention = z.enum(['run_failed', 'serial_changed', 'seq_conflict', 'no_recovery_key', 'to_be_rotated']);
export type Attention = z.infer<typeof Attention>;

/** Where a machine's row is kept: `merged` ones are shown with the machine they were merged into. */
export const Shelf = z.enum(['fleet', 'archived', 'merged']);
export type Shelf = z.infer<typeof Shelf>;

/** One row of the fleet list. `null` run fields: a machine that escrowed a secret but never reported. */
export const MachineSummary = z.object({
  id: z.string(),
  hostname: z.string().nullable(),
  serial: z.string().nullable(),
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  osVersion: z.string().nullable(),
  client: z.string().nullable(),
  enrolledAt: z.int(),
  lastEventAt: z.int().nullable(),
  secrets: z.int(),
  /** Secrets that were revealed and whose day to be rotated has come. */
  toRotate: z.int(),
  attention: z.array(Attention),
  shelf: Shelf,
  run: z
    .object({
      id: z.string(),
      status: RunStatus,
      startedAt: z.int(),
      phase: z.string().nullable(),
      phasesDone: z.int(),
      phasesTotal: z.int(),
    })
    .nullable(),
});
export type MachineSummary = z.infer<typeof MachineSummary>;

export const MachinePage = z.object({ machines: z.array(MachineSummary), next: z.string().nullable() });
export type MachinePage = z.infer<typeof MachinePage>;

/** What an attribute was before: the rename phase changes a hostname, a new mainboard a serial. */
export const AttributeChange = z.object({
  attribute: z.enum(['hostname', 'serial', 'manufacturer', 'model', 'osVersion', 'client']),
  value: z.string().nullable(),
  sinceAt: z.int(),
  /** The id that reported it: the machine's own, or one merged into it. */
  machine: z.string(),
});
export type AttributeChange = z.infer<typeof AttributeChange>;

/** Another id of the same PC. Its runs and secrets keep that id and are shown with the machine that is kept. */
export const MergedMachine = z.object({
  id: z.string(),
  hostname: z.string().nullable(),
  mergedAt: z.int(),
  mergedBy: z.string(),
});
export type MergedMachine = z.infer<typeof MergedMachine>;

export const Machine = MachineSummary.extend({
  archivedAt: z.int().nullable(),
  archivedBy: z.string().nullable(),
  mergedInto: z.string().nullable(),
  merged: z.array(MergedMachine),
  history: z.array(AttributeChange),
});
export type Machine = z.infer<typeof Machine>;

export const RunList = z.object({ runs: z.array(Run) });
export type RunList = z.infer<typeof RunList>;

export const FLEET_SORTS = ['started', 'hostname'] as const;
export const FLEET_STATUSES = ['running', 'succeeded', 'failed', 'abandoned'] as const;

/** The fleet list's query; objects/machines.ts holds the allowed pairs beside their indexes. */
export const MachinesQuery = z.strictObject({
  sort: z.enum(FLEET_SORTS).default('started'),
  status: z.enum(FLEET_STATUSES).optional(),
  shelf: Shelf.default('fleet'),
  after: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type MachinesQuery = z.infer<typeof MachinesQuery>;

export const MergeRequest = z.strictObject({ into: Uuid });
export type MergeRequest = z.infer<typeof MergeRequest>;

/** Where a machine is after it was archived, restored, merged or unmerged. */
export const MachineShelved = z.object({ machine: z.string(), shelf: Shelf, mergedInto: z.string().nullable() });
export type MachineShelved = z.infer<typeof MachineShelved>;

/** How a tenant's ways to unlock stand. `recoveryProvenAt`: when its recovery set was made or last drilled, ms since the epoch. */
export const Custody = z.object({
  unlockers: z.int(),
  adminUnlockers: z.int(),
  recoveryProvenAt: z.int().nullable(),
  grantsWaiting: z.int(),
  /** Versions that a health sweep could not open with any held key. */
  notOpening: z.int(),
});
export type Custody = z.infer<typeof Custody>;

/** A machine token that ends soon and has no successor. */
export const ExpiringToken = z.object({ id: z.string(), label: z.string(), expiresAt: z.int() });
export type ExpiringToken = z.infer<typeof ExpiringToken>;

export const Overview = z.object({
  tenant: z.string(),
  name: z.string(),
  keyState: z.enum(['none', 'ready']),
  fingerprint: z.string().nullable(),
  activeKid: z.string().nullable(),
  manifestVersion: z.int(),
  machines: z.int(),
  runs: z.record(RunStatus, z.int()),
  secrets: z.int(),
  attention: z.int(),
  archived: z.int(),
  /** Secrets in the fleet that are to be rotated now. */
  toRotate: z.int(),
  /** Who went over their budget of reveals within the last day, and when last. */
  budgetExceeded: z.array(z.object({ email: z.string(), at: z.int() })),
  custody: Custody.nullable(),
  /** When the object last found that its chain is not the one it had told the index of, ms since the epoch. */
  rollbackNoticed: z.int().nullable(),
  /** For admins; empty for everybody else. */
  tokensExpiring: z.array(ExpiringToken),
});
export type Overview = z.infer<typeof Overview>;
