// The fleet's counters, as the overview and the live sockets show them.
import type { FleetCounts } from '../schema/live.ts';
import { read } from './counters.ts';

/** Reads the counters and nothing of the fleet. */
export function fleetCounts(sql: SqlStorage): FleetCounts {
  const count = read(sql);
  return {
    machines: count('machines'),
    runs: {
      running: count('status:running'),
      succeeded: count('status:succeeded'),
      failed: count('status:failed'),
      abandoned: count('status:abandoned'),
    },
    attention: count('attention'),
    stalled: count('stalled'),
    archived: count('archived'),
    toRotate: count('to_rotate'),
    secrets: count('secrets'),
  };
}
