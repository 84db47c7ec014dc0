// The parent of the shards: it has the list of all machines, and of their events only how many there are.
import { DurableObject } from 'cloudflare:workers';
import type { Summary } from './summary.ts';

export class Parent extends DurableObject {
  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS machines (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, hostname TEXT,
        events INTEGER NOT NULL, line TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS machines_by_started ON machines (started_at);
      CREATE INDEX IF NOT EXISTS machines_by_hostname ON machines (hostname);`);
  }

  /** A newer line of a machine takes the place of the one before; the index is written where its column changes. */
  take(summaries: readonly Summary[]): void {
    this.ctx.storage.sql.exec(
      `INSERT INTO machines SELECT value->>'id', value->>'startedAt', value->>'hostname', value->>'events', value->>'line'
       FROM json_each(?) WHERE TRUE ON CONFLICT (id) DO UPDATE SET events = excluded.events, line = excluded.line`,
      JSON.stringify(summaries),
    );
  }

  /** How many events it has heard of. */
  events(): number {
    return Number(this.ctx.storage.sql.exec('SELECT coalesce(sum(events), 0) AS n FROM machines').one().n);
  }
}
