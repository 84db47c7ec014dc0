// A run's last pack while it is small: it stands in the run's row, so that a report that goes on after it writes that row and no other.
import type { KeptEvent } from './pack-body.ts';

/** The events from seq `from` to `to`. `body`: as in a row of `packs`. `events`: the same, where somebody has had them in hand. */
export type Tail = { from: number; to: number; body: ArrayBuffer; events: readonly KeptEvent[] | null };

/** About how many bytes it takes in memory. */
export const tailBytes = (tail: Tail | null): number =>
  tail === null
    ? 0
    : 100 +
      tail.body.byteLength +
      (tail.events ?? []).reduce((sum, { message, data }) => sum + 200 + 2 * (message.length + (data?.length ?? 0)), 0);
