// The comparison Workers, one a path: each the least that does a part of what the product does.
import type { FloorBindings } from './bindings.ts';
import { designPage, designReport, designSecret } from './d1-design.ts';
import { d1Batch, d1Insert } from './d1-rows.ts';
import { objectDeflated, objectRow } from './object.ts';
import { floorReveal } from './reveal.ts';

export { Row } from './row.ts';

type Floor = (request: Request, bindings: FloorBindings) => Promise<Response>;

/** Reads what was sent and answers: what no Worker can be faster than, and what shows whether the generator is fast enough. */
async function constant(request: Request): Promise<Response> {
  await request.arrayBuffer();
  return new Response('{"accepted":1}', { headers: { 'content-type': 'application/json' } });
}

const FLOORS: Readonly<Record<string, Floor>> = {
  '/constant': constant,
  '/d1-batch': d1Batch,
  '/d1-insert': d1Insert,
  '/object-row': objectRow,
  '/object-deflated': objectDeflated,
  '/reveal': floorReveal,
  '/design/report': designReport,
  '/design/secret': designSecret,
  '/design/page': designPage,
};

export default {
  async fetch(request: Request, bindings: FloorBindings): Promise<Response> {
    const floor = FLOORS[new URL(request.url).pathname];
    return floor === undefined ? new Response(null, { status: 404 }) : floor(request, bindings);
  },
};
