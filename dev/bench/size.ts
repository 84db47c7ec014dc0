// How many bytes PCs leave in an object: their events by themselves, beside a row an event, and all that there is of them.
import { DatabaseSync } from 'node:sqlite';
import { PC_REPORTS } from './design.ts';
import { type Figure, shown } from './figure.ts';
import type { Ground } from './ground.ts';
import type { Shot } from './load.ts';
import type { Measured, Part } from './part.ts';
import { bytesOf, reportsOf, secretsOf } from './pcs.ts';
import { machineHeaders, serveProduct } from './product.ts';
import { sealSample } from './secrets.ts';
import { bytesOfEvents, openStored, sizesOf } from './stored.ts';
import { newTenant } from './tenant.ts';

const PCS_A_LANE = 63;
const QUICK_PCS_A_LANE = 3;
const RUNS = 1_000;
const OBJECT_MAX_BYTES = 10e9;
const MB = 1e6;

export type PcSize = { pcs: number; events: number; eventsInRows: number; all: number };

type Sent = ReturnType<typeof reportsOf>[number];

/** The table of events as it was while each was a row of its own: what a pack is held against. */
const ROWS = `CREATE TABLE events (run_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, received_at INTEGER NOT NULL,
  level TEXT NOT NULL, type TEXT NOT NULL, phase TEXT, message TEXT NOT NULL, data TEXT, mended TEXT, taken_at INTEGER,
  PRIMARY KEY (run_id, seq)) STRICT, WITHOUT ROWID`;

/** Bytes of the same events as rows, in the order in which they come. */
function bytesInRows(reports: readonly Sent[]): number {
  const database = new DatabaseSync(':memory:');
  database.exec(ROWS);
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)');
  for (const { run, events } of reports)
    for (const { seq, at, level, type, phase, message, data } of events)
      insert.run(
        run.id,
        seq,
        at,
        at,
        level,
        type,
        phase ?? null,
        message,
        data === undefined ? null : JSON.stringify(data),
      );
  const bytes = sizesOf(database).get('events') ?? 0;
  database.close();
  return bytes;
}

async function measureSize(ground: Ground): Promise<PcSize> {
  const folder = ground.folder('size');
  const [script, team] = await Promise.all([ground.bundle(), ground.team()]);
  const product = await serveProduct({ script, team, folder });
  const reports: Sent[] = [];
  const count = ground.isQuick ? QUICK_PCS_A_LANE : PCS_A_LANE;
  const [tenant, empty] = [await newTenant(product), await newTenant(product)];
  try {
    const sample = await sealSample(tenant);
    const lanes = tenant.tokens.map((token) => {
      const headers = machineHeaders(token);
      const lane: Shot[] = [];
      for (let pc = 0; pc < count; pc++) {
        const sent = reportsOf(PC_REPORTS);
        const [first] = sent;
        if (first === undefined) continue;
        reports.push(...sent);
        for (const report of sent) lane.push({ path: '/v1/report', headers, body: bytesOf(report) });
        for (const secret of secretsOf(sample, first.machine.id, first.run.id))
          lane.push({ path: '/v1/secret', headers, body: bytesOf(secret) });
      }
      return lane;
    });
    await ground.generator.fire({ origin: product.url, lanes, seconds: null });
    // Both objects are there, the one with nothing in it too.
  } finally {
    await product.close();
  }
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const stored = openStored(folder, tenant.id);
  const sizes = sizesOf(stored);
  const events = bytesOfEvents(stored);
  stored.close();
  const bare = openStored(folder, empty.id);
  const before = sum(sizesOf(bare).values());
  bare.close();
  return {
    pcs: count * tenant.tokens.length,
    events,
    eventsInRows: bytesInRows(reports),
    all: sum(sizes.values()) - before,
  };
}

/** Measured once, since the price of storage follows from it too. */
export const pcSize = (ground: Ground): Promise<PcSize> => ground.once('size', () => measureSize(ground));

async function measure(ground: Ground): Promise<Measured> {
  const { pcs, events, eventsInRows, all } = await pcSize(ground);
  const megabytes = (bytes: number) => `${shown(((bytes / pcs) * RUNS) / MB)} MB`;
  const figures: Figure[] = [
    {
      what: 'size of the events of 1,000 runs of 40',
      measured: megabytes(events),
      against: `a row each: ${megabytes(eventsInRows)}`,
      value: events / eventsInRows,
      unit: ' ×',
      wanted: { most: 0.4 },
    },
    {
      what: 'runs that fit into 10 GB, with all else about their PCs',
      measured: `${shown(all / pcs / 1000)} kB a PC`,
      against: '–',
      value: Math.floor(OBJECT_MAX_BYTES / (all / pcs)),
      unit: '',
      wanted: null,
    },
  ];
  const remark =
    'The events of a run of forty stand in the row of their run. That row is too long for its page without them and has a second one, which they fill: they take hardly a page more.';
  return { figures, remarks: [remark] };
}

export const size: Part = { name: 'size', title: 'Storage', measure };
