// What a person sees first of their tenant: the fleet in numbers, how its keys stand, and what somebody should look at. It only reads.
import type { Overview } from '../../schema/machine.ts';
import { rollbackNotice } from '../audit/pages.ts';
import type { Caller, Person } from '../core/caller.ts';
import { fleetCounts } from '../fleet/counts.ts';
import { custody, outline } from '../keyring/keyring.ts';
import { readRoom } from '../operator/limit-uses.ts';
import { recentlyExceeded } from '../secrets/budgets.ts';
import { expiring } from '../tokens/tokens.ts';

/** `name` is the tenant's, as the index has it. `now` is ms since the epoch. */
export function overviewOf(
  sql: SqlStorage,
  { tenant, principal }: Caller<Person>,
  name: string,
  now: number,
): Overview {
  const keys = outline(sql);
  return {
    tenant,
    name,
    keyState: keys ? 'ready' : 'none',
    fingerprint: keys?.fingerprint ?? null,
    activeKid: keys?.activeKid ?? null,
    manifestVersion: keys?.version ?? 0,
    ...fleetCounts(sql),
    budgetExceeded: recentlyExceeded(sql, now),
    custody: custody(sql, principal.role),
    rollbackNoticed: rollbackNotice(sql)?.at ?? null,
    room: readRoom(sql),
    tokensExpiring: principal.role === 'admin' ? expiring(sql, now) : [],
  };
}
