// What of the Worker's bindings a tenant's object uses. By itself, because the object's calls and its duties need it, and calls import no duties.
import type { House } from '../../schema/webhook-url.ts';

/** The index, where only this object writes its tenant's rows, and a bucket, without which there are no backups. */
export type Bindings = House & { INDEX_DB: D1Database; BACKUP?: R2Bucket };
