// What an operator may know of a tenant: numbers and states. No name, hostname, email or label of the tenant's own.
import type { TenantCounts } from '../schema/operator.ts';
import * as counters from './counters.ts';
import { schemaVersion } from './migrations.ts';
import type { IndexedPerson } from './people.ts';
import { adopt, members } from './people.ts';
import { all } from './rows.ts';
import { revokedAt } from './tokens.ts';

/** Counts. `people` and `tokens` (salted hashes) are the index's, less those that are out here already. In the caller's transaction. */
export function census(sql: SqlStorage, people: readonly IndexedPerson[], tokens: readonly string[]): TenantCounts {
  adopt(sql, people);
  const count = counters.read(sql);
  const states = all<{ state: string }>(sql, 'SELECT DISTINCT state FROM escrow_keys').map((row) => row.state);
  return {
    lastReportAt: count('last_report_at') || null,
    machines: count('machines'),
    secrets: count('secrets'),
    people: members(sql).filter((one) => one.removedAt === null).length,
    tokens: tokens.filter((hash) => revokedAt(sql, hash) === null).length,
    storageBytes: sql.databaseSize,
    keyState: states.length === 0 ? 'none' : states.includes('retiring') ? 'rotating' : 'ready',
    schemaVersion: schemaVersion(sql),
  };
}
