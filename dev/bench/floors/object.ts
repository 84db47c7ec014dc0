// The floors with an object. No token, no check, no summary, no audit, nobody told.
import type { FloorBindings } from './bindings.ts';

export async function objectRow(request: Request, { ROW }: FloorBindings): Promise<Response> {
  await ROW.getByName('one').put(await request.text());
  return Response.json({ stored: true });
}

export async function objectDeflated(request: Request, { ROW }: FloorBindings): Promise<Response> {
  await ROW.getByName('one').putDeflated(await request.text());
  return Response.json({ stored: true });
}
