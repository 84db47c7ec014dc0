// A shortage of room is reported once at each step, and again only after there was enough in between.
import { ROOM_STATES } from '../../schema/limit-table.ts';
import type { Room, RoomState } from '../../schema/limits.ts';
import { first } from '../core/rows.ts';
import { queue } from './notices.ts';

const rank = (state: RoomState): number => ROOM_STATES.indexOf(state);

/** Queues the notice of a step that was not told yet. In the caller's transaction; where nothing has changed it writes nothing. */
export function tellRoom(sql: SqlStorage, tenant: string, { bytes, limit, state }: Room, now: number): void {
  const told = first<{ value: number }>(sql, "SELECT value FROM counters WHERE name = 'room_told'")?.value ?? 0;
  if (rank(state) === told) return;
  sql.exec(
    "INSERT INTO counters VALUES ('room_told', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    rank(state),
  );
  if (rank(state) > told) queue(sql, tenant, now, 'storage_low', { limit: 'storageBytes', used: bytes, value: limit });
}
