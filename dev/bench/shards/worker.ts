// The Worker in front of one tenant's objects: it finds a report's shard by its machine. It proves nobody and counts no limit, for one object
// as for several.
import { isRefusal } from '../../../schema/refusal.ts';
import { parseReport } from '../../../worker/report-body.ts';
import type { ParentBindings, Shard } from './shard.ts';
import type { Summary } from './summary.ts';

export { Parent } from './parent.ts';
export { Shard } from './shard.ts';

type ShardBindings = ParentBindings & {
  SHARD: DurableObjectNamespace<Shard>;
  /** How many objects share the machines here, as text. */
  SHARDS: string;
};

const NAME = 'bench';

/** The shard of a machine, for ever: ids are random, so their first digits are as good as a hash of them. */
const shardOf = (machine: string, shards: number): number => Number.parseInt(machine.slice(0, 8), 16) % shards;

async function report(request: Request, { SHARD, SHARDS }: ShardBindings): Promise<Response> {
  const submission = parseReport(await request.text(), 'application/json', true);
  if (isRefusal(submission)) return Response.json(submission, { status: 422 });
  const answer = await SHARD.getByName(`${shardOf(submission.machine.id, Number(SHARDS))}`).report(submission);
  return Response.json(answer, { status: isRefusal(answer) ? 422 : 200 });
}

async function summaries(request: Request, { PARENT }: ShardBindings): Promise<Response> {
  await PARENT.getByName(NAME).take(await request.json<Summary[]>());
  return new Response(null, { status: 204 });
}

/** Has every shard tell what it has not told yet, and counts the events that the shards have and those that the parent knows of. */
async function counts({ SHARD, SHARDS, PARENT }: ShardBindings): Promise<Response> {
  let stored = 0;
  for (let shard = 0; shard < Number(SHARDS); shard++) {
    const stub = SHARD.getByName(`${shard}`);
    await stub.flush();
    stored += await stub.events();
  }
  return Response.json({ stored, told: await PARENT.getByName(NAME).events() });
}

export default {
  async fetch(request: Request, bindings: ShardBindings): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/report') return report(request, bindings);
    if (pathname === '/summaries') return summaries(request, bindings);
    return counts(bindings);
  },
};
