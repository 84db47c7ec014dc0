// Whether what a token brings is still within the day's limits of the token, its machine and its secret. This is
// decided before anything is written; a resent secret gets its receipt before it is counted.
import type { LimitName, Limits } from '../../schema/limits.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { Caller, Principal } from '../core/caller.ts';
import { wasFull } from '../core/full.ts';
import { first } from '../core/rows.ts';
import { dayOf, decideCount, readLimits, refusalFor } from '../limits/limits.ts';
import { type MachineDay, machineDay } from '../limits/machine-day.ts';
import { noteNear } from '../limits/nears.ts';
import { usesOf } from '../limits/token-uses.ts';
import { queue } from '../outbox/notices.ts';

export type SecretDay = { day: number; day_versions: string };

/** How many versions of a secret each token has brought today. */
export const versionsToday = (row: SecretDay | null, now: number): Record<string, number> =>
  row?.day === dayOf(now) ? JSON.parse(row.day_versions) : {};

/** Secrets are refused last: they may go on for this much beyond what a token may bring in a day. */
const SECRETS_SHARE = 1.1;

/** Checks one count against its limit, and reports it where it comes near. */
function hold(
  sql: SqlStorage,
  name: LimitName,
  limit: number,
  count: { id: string; used: number; adding: number },
  now: number,
): Refusal | null {
  const { id, used, adding } = count;
  const decision = decideCount(name, limit, used, adding, now);
  if (decision !== 'ok') noteNear(sql, now, { limit: name, id, used: used + adding, value: limit });
  return refusalFor(name, limit, decision);
}

/** Tells the webhooks once a day that a token brings much. */
function tellToken(sql: SqlStorage, tenant: string, token: string, limits: Limits, now: number): void {
  const uses = usesOf(sql);
  const { bytes, machines } = uses.today(token, now);
  const tell = (limit: LimitName, used: number, value: number) => {
    if (!uses.toldToday(token, limit, now)) queue(sql, tenant, now, 'limit_near', { token, limit, used, value });
  };
  const told = limits.tokenMachinesTold;
  if (decideCount('tokenMachinesTold', told, machines, 0, now) !== 'ok')
    noteNear(sql, now, { limit: 'tokenMachinesTold', id: token, used: machines, value: told });
  if (machines >= told) tell('tokenMachinesTold', machines, told);
  if (decideCount('tokenBytes', limits.tokenBytes, bytes, 0, now) !== 'ok')
    tell('tokenBytes', bytes, limits.tokenBytes);
}

/** The least that one row takes, an event or a tombstone: ten bytes of a body may leave one. And the size of a run. */
const ROW_BYTES = 80;
const RUN_BYTES = 400;

/** How many bytes a report counts as: its own, or what it leaves in the object if that is more. */
export const reportBytes = (caller: Caller, rows: number, newRun: boolean): number =>
  Math.max(caller.bodyBytes ?? 0, rows * ROW_BYTES + (newRun ? RUN_BYTES : 0));

/** Counts what a report takes beyond its own bytes, which the gate has counted, against whoever sent it. In the transaction that stores it. */
export function countReport(
  sql: SqlStorage,
  { principal, bodyBytes }: Caller<Principal>,
  bytes: number,
  now: number,
): void {
  const more = bytes - (bodyBytes ?? 0);
  if (more > 0) usesOf(sql).kept(usesKey(principal), now, more);
}

/** A person's uploads are counted like a token's, under a name that no token has: an id holds no space. */
const usesKey = ({ kind, id }: Principal): string => (kind === 'person' ? `person ${id}` : id);

/** A person's bytes of today, this body's among them. A person's script may bring no more than a token. */
export function personQuota(
  sql: SqlStorage,
  { principal, ip, bodyBytes }: Caller<Principal>,
  secret: boolean,
  { personBytes }: Limits,
  now: number,
): Refusal | null {
  if (principal.kind !== 'person') return null;
  const key = usesKey(principal);
  if (!wasFull(sql, now)) usesOf(sql).note(key, ip, now, bodyBytes ?? 0);
  const most = secret ? Math.floor(personBytes * SECRETS_SHARE) : personBytes;
  return hold(sql, 'personBytes', most, { id: principal.id, used: usesOf(sql).today(key, now).bytes, adding: 0 }, now);
}

/** A token's bytes of today, this body's among them, and its new machines where this one is new. */
function tokenQuota(
  sql: SqlStorage,
  { principal, tenant }: Caller<Principal>,
  { isNew, secret }: { isNew: boolean; secret: boolean },
  limits: Limits,
  now: number,
): Refusal | null {
  if (principal.kind !== 'machine') return null;
  const { id } = principal;
  const { bytes, machines } = usesOf(sql).today(id, now);
  const most = secret ? Math.floor(limits.tokenBytes * SECRETS_SHARE) : limits.tokenBytes;
  const refusal =
    hold(sql, 'tokenBytes', most, { id, used: bytes, adding: 0 }, now) ??
    (isNew ? hold(sql, 'tokenMachines', limits.tokenMachines, { id, used: machines, adding: 1 }, now) : null);
  tellToken(sql, tenant, id, limits, now);
  return refusal;
}

/** Whether a report may be stored. `today`: what its machine has sent on this day, null where it is new. */
export function reportQuota(
  sql: SqlStorage,
  caller: Caller,
  { machine, today: sent, newRun }: { machine: string; today: MachineDay | null; newRun: boolean },
  limits: Limits,
  now: number,
): Refusal | null {
  const today = machineDay(sent, now);
  const bytes = { id: machine, used: today.day_bytes, adding: caller.bodyBytes ?? 0 };
  return (
    personQuota(sql, caller, false, limits, now) ??
    tokenQuota(sql, caller, { isNew: sent === null, secret: false }, limits, now) ??
    hold(sql, 'machineBytes', limits.machineBytes, bytes, now) ??
    (newRun
      ? hold(sql, 'machineRuns', limits.machineRuns, { id: machine, used: today.day_runs, adding: 1 }, now)
      : null)
  );
}

/**
 * Whether a secret of a machine may be stored: it is never refused for what others have brought, and a new token starts
 * anew.
 */
export function secretQuota(
  sql: SqlStorage,
  caller: Caller,
  { machine, known, secret }: { machine: string; known: boolean; secret: string | null },
  now: number,
): Refusal | null {
  const { principal } = caller;
  const limits = readLimits(sql);
  if (principal.kind !== 'machine') return personQuota(sql, caller, true, limits, now);
  const refusal = tokenQuota(sql, caller, { isNew: !known, secret: true }, limits, now);
  if (refusal) return refusal;
  if (secret === null) {
    const brought = first<{ brought: number }>(
      sql,
      `SELECT count(*) AS brought FROM
         (SELECT 1 FROM secrets INDEXED BY secrets_by_token WHERE machine_id = ? AND token = ? AND token IS NOT NULL LIMIT ${limits.machineSecrets})`,
      machine,
      principal.id,
    );
    const count = { id: machine, used: brought?.brought ?? 0, adding: 1 };
    return hold(sql, 'machineSecrets', limits.machineSecrets, count, now);
  }
  const row = first<SecretDay>(sql, 'SELECT day, day_versions FROM secrets WHERE id = ?', secret);
  const used = versionsToday(row, now)[principal.id] ?? 0;
  return hold(sql, 'secretVersions', limits.secretVersions, { id: machine, used, adding: 1 }, now);
}
