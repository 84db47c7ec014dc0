// The MSP's clients with machines in the fleet, kept by writes: a filter's choices never scan the fleet.
import type { ClientList, ClientsQuery } from '../../schema/machine.ts';
import { holdBack } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';

/** Counts a machine of a client in or out. A client whose last machine goes is no longer listed. */
export const addToClient = (sql: SqlStorage, name: string, by: 1 | -1): void =>
  holdBack<number>(
    sql,
    'clients',
    `client ${name}`,
    (held) => (held ?? 0) + by,
    (more) => write(sql, name, more),
  );

function write(sql: SqlStorage, name: string, by: number): void {
  if (by === 0) return;
  sql.exec(
    'INSERT INTO clients VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET machines = machines + excluded.machines',
    name,
    by,
  );
  if (by < 0) sql.exec('DELETE FROM clients WHERE name = ? AND machines = 0', name);
}

export const machinesOf = (sql: SqlStorage, name: string): number =>
  first<{ machines: number }>(sql, 'SELECT machines FROM clients WHERE name = ?', name)?.machines ?? 0;

export function listClients(sql: SqlStorage, { after = '', limit }: ClientsQuery): ClientList {
  const rows = all<{ name: string; machines: number }>(
    sql,
    'SELECT name, machines FROM clients WHERE name > ? ORDER BY name LIMIT ?',
    after,
    limit + 1,
  );
  const clients = rows.slice(0, limit);
  return { clients, next: rows.length > limit ? (clients.at(-1)?.name ?? null) : null };
}
