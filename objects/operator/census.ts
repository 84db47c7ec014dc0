// The part of a tenant that an operator may know: numbers and states, no name, hostname, email or label of the tenant's
// own.
import type { TenantCounts } from '../../schema/operator.ts';
import { schemaVersion } from '../core/migrations.ts';
import * as counters from '../fleet/counters.ts';
import { keyStates } from '../keyring/keyring.ts';
import type { IndexedToken } from '../outbox/index-rows.ts';
import * as people from '../people/people.ts';
import * as tokens from '../tokens/tokens.ts';
import { readRoom } from './limit-uses.ts';

type TokenIndex = { rows: readonly IndexedToken[] | null; before: ReadonlyMap<string, number> };

/**
 * Counts, including what SQL has made or taken away. In the caller's transaction: it adopts. `now` is ms since the
 * epoch.
 */
export function census(
  sql: SqlStorage,
  tenant: string,
  personIndex: people.Index,
  tokenIndex: TokenIndex,
  now: number,
): TenantCounts {
  if (tokenIndex.rows) tokens.adopt(sql, tokenIndex.rows);
  const count = counters.read(sql);
  return {
    lastReportAt: count('last_report_at') || null,
    machines: count('machines'),
    secrets: count('secrets'),
    people: people.members(sql, tenant, personIndex, now).filter((one) => one.removedAt === null && !one.missing)
      .length,
    tokens: tokens.countLive(sql, tokenIndex.rows, tokenIndex.before, now),
    storageBytes: sql.databaseSize,
    room: readRoom(sql).state,
    keyState: keyStates(sql).state,
    schemaVersion: schemaVersion(sql),
  };
}
