// docs/cost.md: its tables, made of the prices and of what was counted. Pure.
import { firstYear, firstYearOf, PCS, provisioning } from './bill.ts';
import { dollars, dollarsAYear, dollarsFor, type Usage } from './cost.ts';
import type { Design, Designs } from './design.ts';
import { shown } from './figure.ts';
import {
  LOGS_BY_VOLUME_FROM,
  METERS,
  type Meter,
  PLAN_DOLLARS_A_MONTH,
  PRICES,
  PRICES_READ,
  PRICES_SOURCE,
} from './prices.ts';
import { markdownTable, withPlaced } from './table.ts';

const MSPS = [1_000, 10_000, 100_000] as const;

export const money = (value: number): string => `$${value.toFixed(2)}`;
const amount = (value: number): string => (value === 0 ? '–' : shown(value));
const whole = (value: number): string => value.toLocaleString('en-US');

function priceTable(): string {
  const rows = METERS.map((meter) => {
    const { label, dollars: each, per, includedAMonth } = PRICES[meter];
    const unit = per === 1 ? 'each' : `a ${per === 1e6 ? 'million' : whole(per)}`;
    return [label, `$${each} ${unit}`, includedAMonth === 0 ? 'none' : whole(includedAMonth)];
  });
  return `Read on ${PRICES_READ} from ${PRICES_SOURCE}; logs by volume from ${LOGS_BY_VOLUME_FROM} on. The plan itself is $${PLAN_DOLLARS_A_MONTH} a month.\n\n${markdownTable(['what', 'price', 'included a month'], rows)}`;
}

const COUNTED = [
  ['a PC', 'pc'],
  ['a page opened', 'opened'],
  ['a page reads again', 'again'],
  ['a minute of work', 'minute'],
  ['a PC’s events deleted', 'pruned'],
] as const satisfies readonly (readonly [string, keyof Design])[];

/** Follow from the counts and the clock; nobody counts them by the PC. */
const TIMES: ReadonlySet<Meter> = new Set(['workerCpuMs', 'objectGbSeconds']);
const KB_A_GB = 1e6;

function countTable(design: Design): string {
  const used = METERS.filter((meter) => !TIMES.has(meter) && COUNTED.some(([, of]) => (design[of][meter] ?? 0) > 0));
  const rows = used.map((meter) => {
    const isLog = meter === 'logGb';
    const counts = COUNTED.map(([, of]) => (design[of][meter] ?? 0) * (isLog ? KB_A_GB : 1));
    return [isLog ? 'logs, kB' : PRICES[meter].label, ...counts.map(amount)];
  });
  const bytes = `A PC leaves ${shown(design.bytes / 1000)} kB in storage.`;
  return `${markdownTable(['', ...COUNTED.map(([title]) => title)], rows)}\n\n${bytes}`;
}

function billTable({ product, indexed }: Designs): string {
  const [ours, theirs] = [provisioning(product), provisioning(indexed)];
  const rows = METERS.filter((meter) => ours[meter] || theirs[meter]).map((meter) => [
    PRICES[meter].label,
    amount(ours[meter] ?? 0),
    money(dollarsFor(meter, ours[meter] ?? 0)),
    amount(theirs[meter] ?? 0),
    money(dollarsFor(meter, theirs[meter] ?? 0)),
  ]);
  const total = ['**together**', '', `**${money(dollars(ours))}**`, '', `**${money(dollars(theirs))}**`];
  const storage = (design: Design) => money(dollars(firstYear(design)));
  const kept = ['its storage for a year, beside it', '', storage(product), '', storage(indexed)];
  const head = ['', 'TotlProvision', '', 'D1 alone', ''];
  return `${markdownTable(head, [...rows, total, kept])}\n\nThat is ${shown(dollars(ours) / dollars(theirs))} times the price of D1 alone, and ${shown((dollars(ours) / PCS) * 100)} cents a PC.`;
}

function mspTable({ product, indexed }: Designs): string {
  const cells = (usage: Usage) => [money(dollars(usage)), money(dollarsAYear(usage))];
  const rows = MSPS.map((pcs) => [
    whole(pcs),
    ...cells(firstYearOf(product, pcs)),
    ...cells(firstYearOf(indexed, pcs)),
  ]);
  return markdownTable(
    ['PCs a year', 'at list price', 'as billed', 'D1 alone, at list price', 'D1 alone, as billed'],
    rows,
  );
}

/** The page with its tables as these counts and the prices have them. */
export const costPage = (page: string, designs: Designs): string =>
  (
    [
      ['prices', priceTable()],
      ['product', countTable(designs.product)],
      ['indexed', countTable(designs.indexed)],
      ['provisioning', billTable(designs)],
      ['msp', mspTable(designs)],
    ] as const
  ).reduce((text, [name, table]) => withPlaced(text, name, table), page);
