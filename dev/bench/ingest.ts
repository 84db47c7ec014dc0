// Reports a second, and how long each takes: the whole way of the product beside the floors, each given the same bodies.
import { type Figure, median, ratio, shown } from './figure.ts';
import { CONNECTIONS } from './generator.ts';
import type { Ground } from './ground.ts';
import type { Measured, Part } from './part.ts';
import { reportLanes, to } from './pcs.ts';
import { interleaved, laneLength, type Series, type Subject, seriesOf } from './rounds.ts';
import { newTenant, openLive } from './tenant.ts';

/** A size of report with the floors it is held against, the targets, and how many a second no subject reaches. */
type Size = {
  events: number;
  index: { path: string; name: string; least: number };
  object: { path: string; name: string; least: number; p50: number | null; p99: number | null };
  mostASecond: number;
};

const D1_BATCH = { path: '/d1-batch', name: 'a Worker that gives D1 a batch of the same rows' };
const D1_INSERT = { path: '/d1-insert', name: 'a Worker that inserts the row into D1' };
const DEFLATED = { path: '/object-deflated', name: 'a Worker and an object that keeps it as one deflated row' };
const ROW = { path: '/object-row', name: 'a Worker and an object that keeps it as one row' };

const SIZES: readonly Size[] = [
  {
    events: 100,
    index: { ...D1_BATCH, least: 3 },
    object: { ...DEFLATED, least: 0.5, p50: null, p99: null },
    mostASecond: 2_000,
  },
  {
    events: 10,
    index: { ...D1_BATCH, least: 1 },
    object: { ...ROW, least: 0.6, p50: 1.6, p99: 2 },
    mostASecond: 5_000,
  },
  {
    events: 1,
    index: { ...D1_INSERT, least: 0.85 },
    object: { ...ROW, least: 0.6, p50: 1.6, p99: 2 },
    mostASecond: 6_000,
  },
];

/** The generator alone, against a Worker that answers at once. */
const CONSTANT = '/constant';

const ms = (values: readonly number[]) => `${shown(median(values))} ms`;

function figuresOf({ events, index, object }: Size, all: Record<string, Series>): Figure[] {
  const [ours, onD1, inObject] = ['ours', index.path, object.path].map((name) => seriesOf(all, name)) as [
    Series,
    Series,
    Series,
  ];
  const rate = (series: Series) => `${shown(median(series.rates) * events)} events/s`;
  const of = events === 1 ? 'reports of one event' : `reports of ${events} events`;
  const against = (floor: { name: string }, figure: string) => `${floor.name}: ${figure}`;
  const figures: Figure[] = [
    {
      what: `${of}, events stored a second`,
      measured: rate(ours),
      against: against(index, rate(onD1)),
      value: ratio(ours.rates, onD1.rates),
      unit: ' ×',
      wanted: { least: index.least },
    },
    {
      what: `${of}, events stored a second`,
      measured: rate(ours),
      against: against(object, rate(inObject)),
      value: ratio(ours.rates, inObject.rates),
      unit: ' ×',
      wanted: { least: object.least },
    },
  ];
  for (const share of ['p50', 'p99'] as const) {
    const most = object[share];
    if (most === null) continue;
    figures.push({
      what: `${of}, ${share} at ${CONNECTIONS} connections`,
      measured: ms(ours[share]),
      against: against(object, ms(inObject[share])),
      value: ratio(ours[share], inObject[share]),
      unit: ' ×',
      wanted: { most },
    });
  }
  return figures;
}

async function measure(ground: Ground): Promise<Measured> {
  const [product, floors] = [await ground.product(), await ground.floors()];
  const tenant = await newTenant(product);
  const live = await openLive(product, tenant);
  const figures: Figure[] = [];
  const remarks: string[] = [];
  try {
    for (const size of SIZES) {
      const prepare = (): Subject[] => {
        const lanes = reportLanes(tenant.tokens, size.events, laneLength(ground, size.mostASecond, CONNECTIONS));
        const floor = (path: string): Subject => ({ name: path, origin: floors.url, lanes: () => to(path, lanes) });
        return [
          { name: 'ours', origin: product.url, lanes: () => lanes },
          floor(size.index.path),
          floor(size.object.path),
          floor(CONSTANT),
        ];
      };
      const all = await interleaved(ground, prepare);
      figures.push(...figuresOf(size, all));
      remarks.push(headroom(size, all));
    }
    remarks.push(`The live socket heard ${live.heard().toLocaleString('en-US')} messages meanwhile.`);
  } finally {
    live.close();
  }
  return { figures, remarks };
}

/** How far the generator is from being what is measured. */
function headroom({ events }: Size, all: Record<string, Series>): string {
  const measured = Object.entries(all).filter(([name]) => name !== CONSTANT);
  const highest = Math.max(...measured.map(([, { rates }]) => median(rates)));
  const alone = median(seriesOf(all, CONSTANT).rates);
  const busy = Math.max(...measured.map(([, series]) => series.busy));
  const of = events === 1 ? 'one event' : `${events} events`;
  return `Reports of ${of}: against a Worker that answers at once the generator reaches ${shown(alone)} a second, ${shown(alone / highest)} times the highest figure measured; its thread was busy ${Math.round(busy * 100)} % of the time at most.`;
}

export const ingest: Part = { name: 'ingest', title: 'Reports', measure };
