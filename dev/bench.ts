// `npm run bench`: everything that is promised of speed, size and price, measured in one run and held against its target. A whole run writes
// docs/performance.md and docs/cost.md; `-- --only PART` runs parts of it, `-- --quick` short rounds, and both write nothing. `-- --profile` looks
// into what a request costs instead.
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { keys, portal } from './bench/browser.ts';
import { bundleSize } from './bench/bundle-size.ts';
import { ceiling } from './bench/ceiling.ts';
import { costPage } from './bench/cost-page.ts';
import { depth } from './bench/depth.ts';
import { fleet } from './bench/fleet.ts';
import { Ground } from './bench/ground.ts';
import { indexQueries } from './bench/index-queries.ts';
import { ingest } from './bench/ingest.ts';
import { memory } from './bench/memory.ts';
import type { Measured, Part } from './bench/part.ts';
import { designsOf, price } from './bench/price.ts';
import { type Profiled, profile } from './bench/profile.ts';
import { retention } from './bench/retention.ts';
import { secrets } from './bench/secrets.ts';
import { shards } from './bench/shards/part.ts';
import { size } from './bench/size.ts';
import { figureTable, placed, withPlaced } from './bench/table.ts';
import { tell } from './bench/told.ts';
import { root } from './lib/run.ts';
import { bold, dim } from './lib/terminal.ts';

const PARTS: readonly Part[] = [
  ingest,
  secrets,
  indexQueries,
  fleet,
  memory,
  depth,
  retention,
  ceiling,
  shards,
  size,
  bundleSize,
  price,
  portal,
  keys,
];
const PERFORMANCE = path.join(root, 'docs/performance.md');
const COST = path.join(root, 'docs/cost.md');
const COUNTED = path.join(root, 'dev/bench/counted.json');
const USAGE = `npm run bench -- [--only PART,…] [--quick]\nnpm run bench -- --profile [--only KIND,…] [--beside BUNDLE]\nParts: ${PARTS.map(({ name }) => name).join(', ')}`;

/** `profiled`: what requests cost is looked into instead. */
type Asked = { parts: readonly Part[]; isQuick: boolean; profiled: Profiled | null };

function read(): Asked {
  try {
    const options = {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      beside: { type: 'string' },
    } as const;
    const { only, quick, profile: isProfile, beside } = parseArgs({ options }).values;
    const names = only?.split(',');
    if (isProfile) return { parts: [], isQuick: true, profiled: { only: names ?? [], beside: beside ?? null } };
    const unknown = names?.find((name) => PARTS.every((part) => part.name !== name));
    if (unknown !== undefined) throw new Error(`There is no part ${unknown}.`);
    return { parts: PARTS.filter(({ name }) => names?.includes(name) ?? true), isQuick: quick, profiled: null };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

/** What a reader has to know of the machine; never its name, never where anything lies on it. */
function machine(): string {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.availableParallelism()} cores of ${cpu?.model.trim() ?? 'an unknown CPU'}, ${memory} GB of memory, ${os.platform()}, Node ${process.versions.node}.`;
}

type Told = { part: Part; measured: Measured };

function performancePage(page: string, told: readonly Told[], minutes: number): string {
  const tables = told.flatMap(({ part, measured: { figures, remarks = [] } }) => [
    `### ${part.title}`,
    figureTable(figures),
    ...remarks,
  ]);
  const about = `Measured on ${new Date().toISOString().slice(0, 10)} in ${minutes} minutes: ${machine()}`;
  return withPlaced(page, 'figures', [about, ...tables].join('\n\n'));
}

const { parts, isQuick, profiled } = read();
const isWhole = parts.length === PARTS.length && !isQuick;
// Ten minutes later it would be too late to find that the page has no place for them.
placed(readFileSync(PERFORMANCE, 'utf8'), 'figures');
const startedAt = performance.now();
const ground = new Ground(isQuick);
const told: Told[] = [];
try {
  console.log(dim(machine()));
  if (profiled) await profile(ground, profiled);
  for (const part of parts) {
    console.log(`\n${bold(part.title)}`);
    const measured = await part.measure(ground);
    told.push({ part, measured });
    tell(measured.figures, false);
    for (const remark of measured.remarks ?? []) console.log(dim(remark));
  }
  if (isWhole) {
    const minutes = Math.ceil((performance.now() - startedAt) / 60_000);
    writeFileSync(PERFORMANCE, performancePage(readFileSync(PERFORMANCE, 'utf8'), told, minutes));
    const designs = await designsOf(ground);
    writeFileSync(COUNTED, `${JSON.stringify(designs, null, 2)}\n`);
    writeFileSync(COST, costPage(readFileSync(COST, 'utf8'), designs));
    console.log('\nWritten: docs/performance.md, docs/cost.md');
  }
} finally {
  await ground.close();
}
