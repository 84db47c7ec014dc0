// The object of the floors: what comes is one row, deflated or as it is.
import { DurableObject } from 'cloudflare:workers';
import { deflateRawSync } from 'node:zlib';

export class Row extends DurableObject {
  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body ANY NOT NULL) STRICT');
  }

  put(body: string): void {
    this.ctx.storage.sql.exec('INSERT INTO rows (body) VALUES (?)', body);
  }

  putDeflated(body: string): void {
    const { buffer, byteOffset, byteLength } = deflateRawSync(body);
    const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
    this.ctx.storage.sql.exec('INSERT INTO rows (body) VALUES (?)', bytes);
  }
}
