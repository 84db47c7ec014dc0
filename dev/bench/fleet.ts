// Rows read by what people look at, at 100,000 machines: the object's own word for each call, in its log line.
import { FLEET_SORTS, type MachinePage, type SearchResult } from '../../schema/machine.ts';
import { COMBINED, FILTERS, SEARCHED } from '../../test/support/large-fleet.ts';
import { type Figure, shown } from './figure.ts';
import type { Ground } from './ground.ts';
import { type LargeTenant, largeTenant } from './large-tenant.ts';
import { Lines } from './lines.ts';
import type { Measured, Part } from './part.ts';
import { asPerson, type Product, serveProduct } from './product.ts';

/** Whose object it is, who asks, what is due: a call reads that much whatever it shows. */
const BESIDE = 15;
const A_ROW_SHOWN = 3;
/** Combined filters look at so many machines a call, and answer with a cursor (design §9). */
const LOOKED_AT_MAX = 2_000;
/** Beside them also the counters by which the rarest filter is found. */
const COMBINED_BESIDE = 30;
const COUNTERS_MAX = 200;

type Read = { of: string; read: number; shown: number };

class Reader {
  readonly #product: Product;
  readonly #lines: Lines;
  readonly #large: LargeTenant;

  constructor(product: Product, lines: Lines, large: LargeTenant) {
    this.#product = product;
    this.#lines = lines;
    this.#large = large;
  }

  /** What a call read, and how many rows of its answer people see. */
  async of<T>(route: string, rowsOf: (answer: T) => number): Promise<Read> {
    const { id, admin } = this.#large.tenant;
    let shownRows = 0;
    const heard = await this.#lines.during(
      async () => {
        shownRows = rowsOf(await asPerson<T>(this.#product, admin, `/v1/tenants/${id}/${route}`));
      },
      (line) => line.event === 'request',
    );
    const read = heard.reduce((sum, line) => sum + (line.event === 'object' ? line.rowsRead : 0), 0);
    return { of: route, read, shown: shownRows };
  }
}

const perRow = ({ read, shown: rows }: Read): number => Math.max(0, read - BESIDE) / Math.max(1, rows);

const worst = (reads: readonly Read[], by: (read: Read) => number): Read =>
  reads.reduce((most, read) => (by(read) > by(most) ? read : most));

const text = ({ of, read, shown: rows }: Read) => `\`${of}\`: ${read} read, ${rows} shown`;

function figure(what: string, reads: readonly Read[], by: (read: Read) => number, most: number): Figure {
  const found = worst(reads, by);
  return { what, measured: text(found), against: '–', value: by(found), unit: '', wanted: { most } };
}

async function measure(ground: Ground): Promise<Measured> {
  const large = await largeTenant(ground);
  const [script, team] = await Promise.all([ground.bundle(), ground.team()]);
  const lines = new Lines();
  const product = await serveProduct({ script, team, folder: large.folder, onLine: lines.take });
  try {
    const reader = new Reader(product, lines, large);
    const pages: Read[] = [];
    const combined: Read[] = [];
    const searches: Read[] = [];
    const page = (filter: object, sort: string) =>
      reader.of<MachinePage>(`machines?${new URLSearchParams({ sort, ...filter })}`, ({ machines }) => machines.length);
    // The first call of an object that has just started reads what it keeps in mind.
    await reader.of('overview', () => 0);
    for (const sort of FLEET_SORTS) {
      for (const filter of FILTERS) pages.push(await page(filter, sort));
      for (const filter of COMBINED) combined.push(await page(filter, sort));
    }
    for (const q of SEARCHED)
      searches.push(
        await reader.of<SearchResult>(`search?${new URLSearchParams({ q })}`, ({ matches }) => matches.length),
      );
    const counters = [await reader.of('overview', () => 0)];
    const at = `at ${large.machines.toLocaleString('en-US')} machines`;
    const beyond = `rows read per row shown, beyond ${BESIDE} a call`;
    return {
      figures: [
        figure(`a page, each filter and sort, ${at}: ${beyond}`, pages, perRow, A_ROW_SHOWN),
        figure(`a search ${at}: ${beyond}`, searches, perRow, A_ROW_SHOWN),
        figure(
          `filters combined ${at}: rows read a call`,
          combined,
          ({ read }) => read,
          LOOKED_AT_MAX + COMBINED_BESIDE,
        ),
        figure(`the counters ${at}: rows read a refresh`, counters, ({ read }) => read, COUNTERS_MAX),
      ],
      remarks: searches.map((read) => `Search ${text(read)}, ${shown(perRow(read))} a row.`),
    };
  } finally {
    await product.close();
  }
}

export const fleet: Part = { name: 'fleet', title: 'A large fleet', measure };
