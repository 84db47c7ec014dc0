// A tenant's settings, each with its default: a row is written only when an admin changes one.
import type { Settings } from '../schema/machine.ts';
import { first } from './rows.ts';

const DEFAULTS: Settings = { allowRawRsaOaep: false };

export function readSettings(sql: SqlStorage): Settings {
  const row = first<{ value: string }>(sql, "SELECT value FROM settings WHERE name = 'tenant'");
  return row ? { ...DEFAULTS, ...JSON.parse(row.value) } : DEFAULTS;
}

export function writeSettings(sql: SqlStorage, settings: Settings): void {
  sql.exec(
    "INSERT INTO settings VALUES ('tenant', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    JSON.stringify(settings),
  );
}
