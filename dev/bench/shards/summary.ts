// What crosses between a shard and its parent.
/** What a parent keeps of a machine of another object: its line of the fleet's list, and how many events stand behind it. */
export type Summary = { id: string; startedAt: number; hostname: string | null; events: number; line: string };
