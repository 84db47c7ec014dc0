// A machine and its runs, as a person reads them.
import * as z from 'zod';
import { Aside } from './aside.ts';
import { Room } from './limits.ts';
import { CLONE_SIGNS } from './same-pc.ts';
import { Text, Uuid } from './text.ts';

export const RunStatus = z.enum(['running', 'succeeded', 'failed', 'abandoned']);
export type RunStatus = z.infer<typeof RunStatus>;

export const PhaseState = z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped']);
export type PhaseState = z.infer<typeof PhaseState>;

export const Phase = z.object({
  name: z.string(),
  state: PhaseState,
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
  /** How often it was started: more than once is a retry. */
  tries: z.int(),
  /** What it said as it failed, on one line, cut; absent where it did not fail, its events are removed, or the server is older. */
  error: z.string().optional(),
});
export type Phase = z.infer<typeof Phase>;

/**
 * The wrong words of a PC's clock in a run: when it said the run began, and by how much it was behind (less than 0:
 * ahead) when it sent, ms; null where that was not measured, or it was right by then.
 */
export const WrongClock = z.object({ startedAt: z.int(), skewMs: z.int().nullable() });
export type WrongClock = z.infer<typeof WrongClock>;

/** Its instants are the ones they are taken for (schema/clock.ts): the PC's, or ours where its clock was wrong. */
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
  /** When the PC restarted, ms since the epoch, in order; at most the first 64. */
  rebootsAt: z.array(z.int()),
  warnings: z.int(),
  errors: z.int(),
  events: z.int(),
  nextSeq: z.int(),
  /** The person who uploaded its first report from a spool file; null where the engine sent it. */
  uploadedBy: z.string().nullable(),
  /** The revoked token with which it was set aside; null where it counts. */
  aside: Aside.nullable(),
  /** Null where the PC's clock was right; older servers do not say. */
  clock: WrongClock.nullable().optional(),
  /** When its events were removed, as the tenant's settings say; what came since is there. Null where none were; older servers do not say. */
  prunedAt: z.int().nullable().optional(),
});
export type Run = z.infer<typeof Run>;

/** Why somebody should look at a machine. */
export const Attention = z.enum([
  'run_failed',
  'stalled',
  'serial_changed',
  'seq_conflict',
  'no_recovery_key',
  'to_be_rotated',
  'shared_id',
  'odd_hostname',
  'cloned',
  'id_changed',
] as const);
export type Attention = z.infer<typeof Attention>;

/**
 * A mark with what it is about: while that is the same, nothing has happened anew. Clients must not rely on what it
 * looks like.
 */
export const Mark = z.object({
  mark: Attention,
  of: z.string(),
  /** For `id_changed`: the name of the token, or the person, whose report claims it; absent where nobody knows. */
  by: z.string().optional(),
});
export type Mark = z.infer<typeof Mark>;

/**
 * A person's word that they have looked into a mark, as they saw it. Not for what is to be rotated: there an admin who
 * has not revealed the secret says so for each.
 */
export const MarkSeen = z.strictObject({
  mark: Attention.exclude(['to_be_rotated']),
  of: Text(256).or(z.literal('')),
});
export type MarkSeen = z.infer<typeof MarkSeen>;

/** An admin's word that several PCs have an id, as they saw it marked. */
export const SplitRequest = z.strictObject({ of: Text(256) });
export type SplitRequest = z.infer<typeof SplitRequest>;

/** The remaining marks. */
export const Acknowledged = z.object({ machine: z.string(), mark: Attention, attention: z.array(Attention) });
export type Acknowledged = z.infer<typeof Acknowledged>;

/**
 * Where a machine's row is kept: `merged` ones are shown with the machine they were merged into; `aside` ones have
 * nothing that stands, since everything ever brought about them is set aside.
 */
export const Shelf = z.enum(['fleet', 'archived', 'merged', 'aside']);
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
  /** How many secrets stand under all ids of the PC: its own, and those merged into it. */
  secrets: z.int(),
  /** Secrets that were revealed and are now due to be rotated. */
  toRotate: z.int(),
  attention: z.array(Attention),
  /** Where its run is stalled: when it was last heard of, by the server's clock, ms since the epoch. */
  silentSince: z.int().nullable(),
  shelf: Shelf,
  /** The machine that it is another id of. */
  mergedInto: z.string().nullable().optional(),
  run: z
    .object({
      id: z.string(),
      status: RunStatus,
      startedAt: z.int(),
      phase: z.string().nullable(),
      phasesDone: z.int(),
      phasesTotal: z.int(),
      /** Of a failed run: what its last failed phase said, on one line, cut. Null where nobody knows; older servers do not say. */
      error: z.string().nullable().optional(),
    })
    .nullable(),
});
export type MachineSummary = z.infer<typeof MachineSummary>;

/**
 * A page may be short, even empty, while `next` is not null: a rare combination of filters is searched for a slice at a
 * time.
 */
export const MachinePage = z.object({ machines: z.array(MachineSummary), next: z.string().nullable() });
export type MachinePage = z.infer<typeof MachinePage>;

/** What an attribute was before: the rename phase changes a hostname, a new mainboard a serial. */
export const AttributeChange = z.object({
  attribute: z.enum(['hostname', 'serial', 'manufacturer', 'model', 'osVersion', 'client']),
  value: z.string().nullable(),
  sinceAt: z.int(),
  /** The id that reported it: the machine's own, or one merged into it. */
  machine: z.string(),
  /** If it came back to this value: how often it has had it, and since when last. */
  times: z.int().optional(),
  lastAt: z.int().optional(),
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
  marks: z.array(Mark),
  /** How several PCs under this id were noticed; null: they were not. */
  clonedBy: z.enum(CLONE_SIGNS).nullable(),
  /** An admin has said that it is several; the mark with its `of` is no longer among the marks. */
  split: z.object({ at: z.int(), by: z.string(), of: z.string() }).nullable(),
  /** Something of it was set aside: its lists of runs and secrets show that when asked for `aside`. */
  someAside: z.boolean(),
  /** At most a hundred. */
  merged: z.array(MergedMachine),
  /** The latest changes, in order of time. */
  history: z.array(AttributeChange),
  /** The cursor for the changes before them; null: these are all. */
  historyNext: z.string().nullable(),
});
export type Machine = z.infer<typeof Machine>;

/** When, of what, under which id. */
const HISTORY_CURSOR = new RegExp(`^\\d{1,15}/(?:${AttributeChange.shape.attribute.options.join('|')})/[0-9a-f-]{36}$`);

/** Which changes: those before the cursor's. */
export const HistoryQuery = z.strictObject({
  after: z.string().regex(HISTORY_CURSOR, { error: 'must be a cursor from an earlier answer' }).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(200),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** Latest first; `next` is the cursor for more, null at the end. */
export const HistoryPage = z.object({ history: z.array(AttributeChange), next: z.string().nullable() });
export type HistoryPage = z.infer<typeof HistoryPage>;

/** Which runs of a machine: those before the cursor's; `aside`: those that were set aside, and no others. */
export const RunsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}\/[0-9a-f-]{36}$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  aside: z.literal('yes').optional(),
});
export type RunsQuery = z.infer<typeof RunsQuery>;

/** Latest start first; `next` is the cursor for more, null at the end. */
export const RunList = z.object({ runs: z.array(Run), next: z.string().nullable() });
export type RunList = z.infer<typeof RunList>;

export const FLEET_SORTS = ['started', 'hostname'] as const;
/** `stalled` is a run that says it is running while nothing is heard of it: `running` finds it too. */
export const FLEET_STATUSES = ['running', 'succeeded', 'failed', 'abandoned', 'stalled'] as const;

/** The fleet list's query; objects/fleet/list.ts holds the allowed pairs beside their indexes. */
export const MachinesQuery = z.strictObject({
  sort: z.enum(FLEET_SORTS).default('started'),
  status: z.enum(FLEET_STATUSES).optional(),
  /** Exactly as the engine reports it. */
  client: Text(128).optional(),
  attention: z.literal('yes').optional(),
  /** Those with a secret that was revealed and is to be rotated now. */
  toRotate: z.literal('yes').optional(),
  shelf: Shelf.default('fleet'),
  after: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type MachinesQuery = z.infer<typeof MachinesQuery>;

/**
 * Substring search over hostname, serial, client and recovery-key id; letters of either case. Two characters find the beginnings of the
 * first three.
 */
export const SearchQuery = z.strictObject({
  q: Text(64).refine((q) => q.trim().length >= 2, { error: 'must be 2 characters or more' }),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

/**
 * A machine that was found, what matched, and the recovery-key id if that did. Merged ids are found as the machine that
 * is kept.
 */
export const Match = z.object({
  machine: MachineSummary,
  field: z.enum(['hostname', 'serial', 'client', 'recovery_key']),
  keyId: z.string().nullable(),
});
export type Match = z.infer<typeof Match>;

/** In no order that means anything; `more`: there are others, so type on; `further`: how many, null where they are more than are counted. */
export const SearchResult = z.object({
  matches: z.array(Match),
  more: z.boolean(),
  further: z.int().nullable(),
});
export type SearchResult = z.infer<typeof SearchResult>;

/**
 * How many runs began and ended within a quarter of an hour, by which every time zone's days begin; `at` is its beginning, ms since the epoch.
 * Those without any are left out. Older servers count by the hour.
 */
export const Hour = z.object({ at: z.int(), started: z.int(), succeeded: z.int(), failed: z.int() });
export type Hour = z.infer<typeof Hour>;
export const ActivityQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(31).default(30) });
export type ActivityQuery = z.infer<typeof ActivityQuery>;
/** In order of time. A reader adds them up to days of their own zone. */
export const Activity = z.object({ hours: z.array(Hour) });
export type Activity = z.infer<typeof Activity>;

/** Which clients: those whose name comes after this one. */
export const ClientsQuery = z.strictObject({
  after: Text(128).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});
export type ClientsQuery = z.infer<typeof ClientsQuery>;

/** The MSP's clients with machines in the fleet, by name; `next` is the name to go on after, null at the end. */
export const ClientList = z.object({
  clients: z.array(z.object({ name: z.string(), machines: z.int() })),
  next: z.string().nullable(),
});
export type ClientList = z.infer<typeof ClientList>;

export const MergeRequest = z.strictObject({ into: Uuid });
export type MergeRequest = z.infer<typeof MergeRequest>;

/** The place of a machine after it was archived, restored, merged or unmerged. */
export const MachineMoved = z.object({ machine: z.string(), shelf: Shelf, mergedInto: z.string().nullable() });
export type MachineMoved = z.infer<typeof MachineMoved>;

/** How a tenant's ways to unlock stand. `recoveryProvenAt`: when its recovery set was made or last drilled, ms since the epoch. */
export const Custody = z.object({
  unlockers: z.int(),
  adminUnlockers: z.int(),
  recoveryProvenAt: z.int().nullable(),
  /**
   * When somebody last opened a vault with the recovery set that counts, to the hour, and their address, if it is known; to admins and
   * auditors. Null where nobody has; older servers do not say.
   */
  recoveryUsed: z.object({ at: z.int(), by: z.string().nullable() }).nullable().optional(),
  grantsWaiting: z.int(),
  /** Who waits the longest of them; null where nobody does. Older servers do not say. */
  firstWaiting: z.string().nullable().optional(),
  /** Versions that a health sweep could not open with any held key. */
  notOpening: z.int(),
});
export type Custody = z.infer<typeof Custody>;

/** A machine token that ends soon and has no successor. */
export const ExpiringToken = z.object({ id: z.string(), label: z.string(), expiresAt: z.int() });
export type ExpiringToken = z.infer<typeof ExpiringToken>;

/** The fleet's counters, kept by writes. */
export const FleetCounts = z.object({
  machines: z.int(),
  runs: z.object(
    Object.fromEntries(RunStatus.options.map((status) => [status, z.int()])) as Record<RunStatus, z.ZodInt>,
  ),
  secrets: z.int(),
  attention: z.int(),
  /** Running machines that nothing has been heard of for three hours. */
  stalled: z.int(),
  archived: z.int(),
  /** Machines that have nothing that stands, since everything brought about them is set aside. */
  aside: z.int(),
  /** Secrets in the fleet that are to be rotated now. */
  toRotate: z.int(),
  /** Machines that have one. */
  rotating: z.int(),
});
export type FleetCounts = z.infer<typeof FleetCounts>;

export const Overview = FleetCounts.extend({
  tenant: z.string(),
  name: z.string(),
  keyState: z.enum(['none', 'ready']),
  fingerprint: z.string().nullable(),
  activeKid: z.string().nullable(),
  manifestVersion: z.int(),
  /** The people who went over their budget of reveals within the last day, and when last. */
  budgetExceeded: z.array(z.object({ email: z.string(), at: z.int() })),
  custody: Custody.nullable(),
  /** When the object last found that its chain is not the one it had reported to the index, ms since the epoch. */
  rollbackNoticed: z.int().nullable(),
  /** How much room the tenant's storage has left, and what is refused for lack of it. */
  room: Room,
  /** For admins; empty for everybody else. */
  tokensExpiring: z.array(ExpiringToken),
});
export type Overview = z.infer<typeof Overview>;

/** `unlockedWith`: the unlocker with which this person's vault is open, so that its last use is known, to the hour. */
export const OverviewQuery = z.strictObject({ unlockedWith: Uuid.optional() });
export type OverviewQuery = z.infer<typeof OverviewQuery>;
