// Limits that an operator changes, on the tenant's own record.
import { LIMIT_NAMES } from '../../schema/limit-table.ts';
import type { Limits, LimitsChange } from '../../schema/limits.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Operator } from '../core/caller.ts';
import { readLimits, type StoredLimits, storedLimits } from '../limits/limits.ts';

/** Changes the limits that were sent; the rest stay. On the tenant's own record. */
export function changeLimits(
  storage: DurableObjectStorage,
  caller: Caller<Operator>,
  change: LimitsChange,
  now: number,
): Limits {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const next: StoredLimits = { ...storedLimits(sql) };
    for (const name of LIMIT_NAMES) {
      const value = change[name];
      if (value === null) delete next[name];
      else if (value !== undefined) next[name] = value;
    }
    sql.exec(
      "INSERT INTO settings VALUES ('limits', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      JSON.stringify(next),
    );
    record(sql, caller.tenant, caller, now, {
      action: 'limits.changed',
      subject: caller.tenant,
      detail: { ...change },
    });
    return readLimits(sql);
  });
}
