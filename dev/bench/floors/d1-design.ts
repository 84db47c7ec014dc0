// What one would build instead, on D1 alone: as few rows as its tables allow, everything in one batch a request. It tells what each
// request read and wrote, and is counted, never timed.
import { createHash } from 'node:crypto';
import type { FloorBindings, SentReport } from './bindings.ts';

type Rows = { read: number; written: number };

const TENANT = 'one';

async function run(db: D1Database, statements: D1PreparedStatement[]): Promise<Rows> {
  const results = await db.batch(statements);
  return {
    read: results.reduce((sum, { meta }) => sum + meta.rows_read, 0),
    written: results.reduce((sum, { meta }) => sum + meta.rows_written, 0),
  };
}

const lookUp = (db: D1Database): D1PreparedStatement =>
  db.prepare('SELECT tenant_id, hash, salt FROM tokens WHERE prefix = ?').bind('tok_aaaa');

/** The chain's next entry: it reads the one before. */
const record = (db: D1Database, action: string, subject: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO audit SELECT ?1, coalesce((SELECT seq FROM audit WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT 1), 0) + 1,
         ?2, ?3, ?4, ?5`,
    )
    .bind(TENANT, now, action, subject, createHash('sha256').update(`${action} ${subject}`).digest('hex'));

export async function designReport(request: Request, { DB }: FloorBindings): Promise<Response> {
  const { machine, run: of, events } = await request.json<SentReport>();
  const now = Date.now();
  const known = await DB.prepare('SELECT id FROM machines WHERE tenant_id = ? AND id = ?')
    .bind(TENANT, machine.id)
    .all();
  const phase = events.at(-1)?.phase ?? null;
  const status = events.at(-1)?.type === 'run_succeeded' ? 'succeeded' : 'running';
  const insert = DB.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const rows = await run(DB, [
    lookUp(DB),
    ...(known.results.length === 0 ? [record(DB, 'machine.enrolled', machine.id, now)] : []),
    DB.prepare(
      `INSERT INTO machines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET run_id = excluded.run_id, status = excluded.status, phase = excluded.phase,
         last_event_at = excluded.last_event_at`,
    ).bind(
      TENANT,
      machine.id,
      machine.hostname,
      machine.serial ?? null,
      machine.client ?? null,
      of.id,
      status,
      phase,
      of.startedAt,
      now,
    ),
    DB.prepare(
      `INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET status = excluded.status, phase = excluded.phase, last_event_at = excluded.last_event_at,
         events = events + excluded.events`,
    ).bind(of.id, TENANT, machine.id, status, phase, of.startedAt, now, events.length),
    ...events.map((event) =>
      insert.bind(
        of.id,
        event.seq,
        event.at,
        now,
        event.level ?? 'info',
        event.type ?? 'message',
        event.phase ?? null,
        event.message,
        event.data === undefined ? null : JSON.stringify(event.data),
      ),
    ),
  ]);
  return Response.json({ read: rows.read + known.meta.rows_read, written: rows.written });
}

export async function designSecret(request: Request, { DB }: FloorBindings): Promise<Response> {
  const { machine, kind, ref, eid, sealed } = await request.json<Record<string, string>>();
  const now = Date.now();
  const rows = await run(DB, [
    lookUp(DB),
    DB.prepare('INSERT INTO secrets VALUES (?, ?, ?, ?, ?, ?, ?)').bind(
      eid,
      TENANT,
      machine,
      kind,
      JSON.stringify(ref),
      sealed,
      now,
    ),
    record(DB, 'secret.escrowed', eid ?? '', now),
  ]);
  return Response.json(rows);
}

/** A look at the fleet: who asks, and a page of a hundred. Counters would be kept, and cost a row more at each report; they are given to it free. */
export async function designPage(_request: Request, { DB }: FloorBindings): Promise<Response> {
  const rows = await run(DB, [
    DB.prepare('SELECT role FROM users WHERE email = ? AND tenant_id = ?').bind('admin@example.com', TENANT),
    DB.prepare('SELECT * FROM machines WHERE tenant_id = ? ORDER BY started_at DESC LIMIT 100').bind(TENANT),
  ]);
  return Response.json(rows);
}
