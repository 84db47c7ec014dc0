// What the shards' Worker is bound to.
import type { Parent } from './parent.ts';
import type { Shard } from './shard.ts';

export type ShardBindings = {
  SHARD: DurableObjectNamespace<Shard>;
  PARENT: DurableObjectNamespace<Parent>;
  /** How many objects share the machines here, as text. */
  SHARDS: string;
  /** Where summaries go: `none`, as where one object has everything; `own`, the parent beside it; else the origin of its process. */
  SUMMARIES: string;
};

/** What a parent keeps of a machine of another object: its line of the fleet's list, and how many events stand behind it. */
export type Summary = { id: string; startedAt: number; hostname: string | null; events: number; line: string };
