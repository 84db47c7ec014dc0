// A tenant's settings, each with its default: a row is written only when an admin changes one.
import { DEFAULT_SETTINGS } from '../../schema/default-settings.ts';
import type { Settings, SettingsChange } from '../../schema/settings.ts';
import { record } from '../audit/audit.ts';
import { schedule } from '../core/alarms.ts';
import type { Caller, Person } from '../core/caller.ts';
import { remembered } from '../core/memory.ts';
import { first } from '../core/rows.ts';

/** A row stored before a setting existed goes on with that setting's default. */
export const readSettings = (sql: SqlStorage): Settings =>
  remembered(sql, 'settings', ['settings'], () => {
    const row = first<{ value: string }>(sql, "SELECT value FROM settings WHERE name = 'tenant'");
    return row ? { ...DEFAULT_SETTINGS, ...JSON.parse(row.value) } : DEFAULT_SETTINGS;
  });

/** A change as the audit records it: one level deep, only the settings that were sent. */
function told({ revealBudget, ...plain }: SettingsChange): Record<string, string | number | boolean | null> {
  return { ...plain, ...revealBudget };
}

/** Changes the settings that were sent; the rest stay. */
export function changeSettings(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  change: SettingsChange,
  now: number,
): Settings {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const before = readSettings(sql);
    const next = { ...before, ...change };
    if (next.eventsKeptDays !== before.eventsKeptDays) schedule(storage, 'retention', now);
    sql.exec(
      "INSERT INTO settings VALUES ('tenant', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      JSON.stringify(next),
    );
    record(sql, caller.tenant, caller, now, {
      action: 'settings.changed',
      subject: caller.tenant,
      detail: told(change),
    });
    return next;
  });
}
