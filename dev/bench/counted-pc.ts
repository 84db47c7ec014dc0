// One PC on the counted product: what its provisioning, a dashboard beside it and its pruning come to.
import { plus, type Usage } from './cost.ts';
import { type Counted, countedProduct } from './counting.ts';
import type { Counts } from './counts.ts';
import { type Design, PC_REPORTS, PC_SECRETS } from './design.ts';
import type { Ground } from './ground.ts';
import { type Escrow, escrowedAfter, reportsOf, secretsOf } from './pcs.ts';
import { asMachine, asPerson } from './product.ts';
import { sealSample } from './secrets.ts';
import { eventRowsOf, openStored } from './stored.ts';
import { openLive } from './tenant.ts';

/** What a page of the fleet asks as it opens, and what it asks again while things change (portal/src/fleet). */
const OPENED = ['overview', 'machines', 'activity?days=31', 'clients'];
const AGAIN = ['activity?days=1', 'clients'];
/**
 * The chart, which this tenant has not lived through: a row each of its quarter hours. Mostly the last day's are read; every
 * ten minutes, which is one time in forty, the month's.
 */
const QUARTER_HOURS = ((39 + 31) / 40) * 24 * 4;
const MESSAGES_A_REQUEST = 20;
/** What an open page acknowledges of a PC on its day. Here it comes so fast that one message tells of several. */
const CHANGES = PC_REPORTS.length + PC_SECRETS;
const GB = 1e9;

/** As it is billed: an alarm that is set is a row written, one that rings a request, twenty messages of a socket one. */
const billed = (counts: Counts): Usage => ({
  workerRequests: counts.requests,
  objectRequests: counts.calls + counts.alarms + counts.socketMessages / MESSAGES_A_REQUEST,
  rowsRead: counts.rowsRead,
  rowsWritten: counts.rowsWritten + counts.alarmsSet,
  indexRowsRead: counts.indexRowsRead,
  indexRowsWritten: counts.indexRowsWritten,
  logGb: counts.logBytes / GB,
});

/** As an engine does: a secret is in escrow before the report that tells of what came after it. */
async function provision({ product, tenant }: Counted, sample: string): Promise<{ machine: string; run: string }> {
  const reports = reportsOf(PC_REPORTS);
  const [first] = reports;
  const [token = ''] = tenant.tokens;
  if (first === undefined) throw new Error('a run has a report');
  const escrow = async (secret: Escrow) => {
    await asMachine(product, token, '/v1/tenant/pubkey');
    await asMachine(product, token, '/v1/secret', secret);
  };
  let waiting = secretsOf(sample, first.machine.id, first.run.id);
  let written = 0;
  for (const report of reports) {
    written += report.events.length;
    const made = waiting.filter(({ kind }) => escrowedAfter(kind) < written);
    for (const secret of made) await escrow(secret);
    waiting = waiting.filter((secret) => !made.includes(secret));
    await asMachine(product, token, '/v1/report', report);
  }
  if (waiting.length > 0) throw new Error('a run goes on after its secrets');
  return { machine: first.machine.id, run: first.run.id };
}

/** Counts it. Another PC goes first: what a tenant does once, or once a minute, is in no PC's price. */
export async function countPc(ground: Ground): Promise<Omit<Design, 'bytes'>> {
  const folder = ground.folder('counted-pc');
  const counted = await countedProduct(ground, folder);
  const { product, tenant, count } = counted;
  const ask = async (routes: readonly string[]) => {
    for (const route of routes) await asPerson(product, tenant.admin, `/v1/tenants/${tenant.id}/${route}`);
  };
  let run = '';
  let counts: Omit<Design, 'bytes' | 'pruned'>;
  try {
    const sample = await sealSample(tenant);
    await provision(counted, sample);
    const opened = await count(async () => {
      await asPerson(product, tenant.admin, '/v1/me');
      await ask(OPENED);
      (await openLive(product, tenant)).close();
    });
    const live = await openLive(product, tenant);
    const pc = await count(async () => {
      const provisioned = await provision(counted, sample);
      run = provisioned.run;
      await live.until(({ id, secrets }) => id === provisioned.machine && secrets === PC_SECRETS);
    });
    live.close();
    const again = await count(() => ask(AGAIN));
    counts = {
      pc: billed({ ...pc, socketMessages: CHANGES }),
      opened: billed(opened),
      again: plus(billed(again), { rowsRead: QUARTER_HOURS }),
      minute: billed(counted.minute),
    };
  } finally {
    await product.close();
  }
  const stored = openStored(folder, tenant.id);
  const rows = eventRowsOf(stored, run);
  stored.close();
  // Each row that goes, and the run's, which says that they went.
  return { ...counts, pruned: { rowsRead: rows + 1, rowsWritten: rows + 1 } };
}
