// A machine and its runs, as a person reads them.
import { z } from 'zod';

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
});
export type Run = z.infer<typeof Run>;

/** Why somebody should look at a machine. */
export const Attention = z.enum(['run_failed', 'serial_changed', 'seq_conflict', 'no_recovery_key']);
export type Attention = z.infer<typeof Attention>;

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
  attention: z.array(Attention),
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
});
export type AttributeChange = z.infer<typeof AttributeChange>;

export const Machine = MachineSummary.extend({ history: z.array(AttributeChange) });
export type Machine = z.infer<typeof Machine>;

export const RunList = z.object({ runs: z.array(Run) });
export type RunList = z.infer<typeof RunList>;

export const FLEET_SORTS = ['started', 'hostname'] as const;
export const FLEET_STATUSES = ['running', 'succeeded', 'failed', 'abandoned'] as const;

/** The fleet list's query; objects/machines.ts holds the allowed pairs beside their indexes. */
export const MachinesQuery = z.strictObject({
  sort: z.enum(FLEET_SORTS).default('started'),
  status: z.enum(FLEET_STATUSES).optional(),
  after: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type MachinesQuery = z.infer<typeof MachinesQuery>;

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
  custody: Custody.nullable(),
  /** When the object last found that its chain is not the one it had told the index of, ms since the epoch. */
  rollbackNoticed: z.int().nullable(),
  /** For admins; empty for everybody else. */
  tokensExpiring: z.array(ExpiringToken),
});
export type Overview = z.infer<typeof Overview>;

export const Settings = z.object({ allowRawRsaOaep: z.boolean() });
export type Settings = z.infer<typeof Settings>;
export const SettingsWrite = z.strictObject({ allowRawRsaOaep: z.boolean() });
