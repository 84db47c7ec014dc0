// `npm run torture`: what must not happen is made to happen, on this machine alone: kills, lost answers, load, malice, loss of everything. A
// short round by default, `-- --full` for the issue's figures, `-- --only PART,…`, and `-- --seed N` to run what failed again. A machine that is
// too slow for the load of a full round has fewer PCs with `-- --pcs N`.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Ground } from './bench/ground.ts';
import { bold, dim } from './lib/terminal.ts';
import { answers } from './torture/answers.ts';
import { crash } from './torture/crash.ts';
import { drill } from './torture/drill.ts';
import { load } from './torture/load.ts';
import type { Part } from './torture/part.ts';
import { requests } from './torture/requests.ts';
import { upgrade } from './torture/upgrade.ts';

const PARTS: readonly Part[] = [crash, answers, load, requests, drill, upgrade];
const USAGE = `npm run torture -- [--full] [--only PART,…] [--seed N] [--pcs N]\nParts: ${PARTS.map(({ name }) => name).join(', ')}`;
const SEED_MAX = 2 ** 31;
const PCS_MAX = 5_000;
/** A list of faults that nobody can read helps nobody. */
const SHOWN = 30;

function whole(name: string, said: string, most: number): number {
  const number = Number(said);
  if (!Number.isInteger(number) || number < 1 || number > most) throw new Error(`--${name} must be from 1 to ${most}.`);
  return number;
}

function read(): { parts: readonly Part[]; isFull: boolean; seed: number; pcs?: number } {
  try {
    const options = {
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(randomInt(1, SEED_MAX)) },
      pcs: { type: 'string' },
    } as const;
    const { only, full, seed: said, pcs } = parseArgs({ options }).values;
    const names = only?.split(',');
    const unknown = names?.find((name) => PARTS.every((part) => part.name !== name));
    if (unknown !== undefined) throw new Error(`There is no part ${unknown}.`);
    return {
      parts: PARTS.filter(({ name }) => names?.includes(name) ?? true),
      isFull: full,
      seed: whole('seed', said, SEED_MAX),
      pcs: pcs === undefined ? undefined : whole('pcs', pcs, PCS_MAX),
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

const { parts, isFull, seed, pcs } = read();
console.log(bold(`Seed ${seed}`));
const ground = new Ground(true);
let failed = 0;
try {
  for (const part of parts) {
    console.log(`\n${bold(part.title)}`);
    const from = performance.now();
    const { did, faults } = await part.run({ ground, seed, isFull, pcs, say: (line) => console.log(dim(`  ${line}`)) });
    for (const line of did) console.log(`  ${line}`);
    for (const fault of faults.slice(0, SHOWN)) console.log(`  FAULT ${fault}`);
    if (faults.length > SHOWN) console.log(`  and ${faults.length - SHOWN} more`);
    const seconds = Math.round((performance.now() - from) / 1000);
    console.log(`  ${faults.length === 0 ? 'held' : 'FAILED'} in ${seconds} s`);
    failed += faults.length;
  }
} finally {
  await ground.close();
}
const again = `npm run torture -- --seed ${seed}${isFull ? ' --full' : ''}${pcs === undefined ? '' : ` --pcs ${pcs}`} --only ${parts.map(({ name }) => name).join(',')}`;
console.log(failed === 0 ? `\nEverything held (seed ${seed}).` : `\n${failed} faults. Run again: ${again}`);
process.exitCode = failed === 0 ? 0 : 1;
