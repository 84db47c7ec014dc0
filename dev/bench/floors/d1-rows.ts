// The floors on D1: the same events, a row each, in one batch or by one insert. No token, no check, no summary, no audit.
import type { FloorBindings, SentEvent, SentReport } from './bindings.ts';

const INSERT = 'INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';

const valuesOf = (run: string, event: SentEvent, receivedAt: number) => [
  run,
  event.seq,
  event.at,
  receivedAt,
  event.level ?? 'info',
  event.type ?? 'message',
  event.phase ?? null,
  event.message,
  event.data === undefined ? null : JSON.stringify(event.data),
];

export async function d1Batch(request: Request, { DB }: FloorBindings): Promise<Response> {
  const { run, events } = await request.json<SentReport>();
  const insert = DB.prepare(INSERT);
  const now = Date.now();
  await DB.batch(events.map((event) => insert.bind(...valuesOf(run.id, event, now))));
  return Response.json({ accepted: events.length });
}

/** For a report of one event. */
export async function d1Insert(request: Request, { DB }: FloorBindings): Promise<Response> {
  const { run, events } = await request.json<SentReport>();
  const [event] = events;
  if (event === undefined) return new Response(null, { status: 400 });
  await DB.prepare(INSERT)
    .bind(...valuesOf(run.id, event, Date.now()))
    .run();
  return Response.json({ accepted: 1 });
}
