// The same PC on the design that has D1 alone, counted in the same way.
import { plus, type Usage } from './cost.ts';
import { type Design, PC_EVENTS, PC_REPORTS } from './design.ts';
import { reportsOf, secretsOf } from './pcs.ts';
import type { Served } from './workerd.ts';

type Rows = { read: number; written: number };

/** Enough for a whole page of the fleet, and for what each leaves in a database that grows by pages. */
const PCS_STORED = 120;

async function provision({ url }: Served, sample: string): Promise<Usage> {
  const reports = reportsOf(PC_REPORTS);
  const [first] = reports;
  if (first === undefined) throw new Error('a run has a report');
  const sent: Usage[] = [];
  for (const report of reports) sent.push(await ask(url, 'report', report));
  for (const secret of secretsOf(sample, first.machine.id, first.run.id)) {
    // The engine fetches the key first, from a Worker that remembers it.
    sent.push({ workerRequests: 1 }, await ask(url, 'secret', secret));
  }
  return plus(...sent);
}

async function ask(url: string, path: string, body: unknown): Promise<Usage> {
  const answer = await fetch(`${url}/design/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the design's ${path} answered ${answer.status}: ${await answer.text()}`);
  const { read, written } = (await answer.json()) as Rows;
  return { workerRequests: 1, indexRowsRead: read, indexRowsWritten: written };
}

const bytesOf = async ({ database }: Served): Promise<number> =>
  (await database.prepare('SELECT 1').run()).meta.size_after;

/** `sample`: a sealed secret, as long as any. */
export async function countIndexed(floors: Served, sample: string): Promise<Design> {
  const before = await bytesOf(floors);
  for (let pc = 0; pc < PCS_STORED; pc++) await provision(floors, sample);
  const bytes = ((await bytesOf(floors)) - before) / PCS_STORED;
  const page = await ask(floors.url, 'page', {});
  return {
    pc: await provision(floors, sample),
    opened: page,
    again: page,
    minute: {},
    pruned: { indexRowsRead: PC_EVENTS, indexRowsWritten: PC_EVENTS },
    bytes,
  };
}
