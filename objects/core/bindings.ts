// The Worker's bindings that a tenant's object uses.
import type { House } from '../../schema/webhook.ts';

/** The index, where only this object writes its tenant's rows, and a bucket, without which there are no backups. */
export type Bindings = House & { INDEX_DB: D1Database; BACKUP?: R2Bucket };
