// A bench that is a command of its own tells its figures: a line each for people, or JSON for the whole bench.
import { capture } from '../lib/run.ts';
import { type Figure, shown, verdictOf } from './figure.ts';

export const AS_JSON = '--json';

function line(figure: Figure): string {
  const { what, measured, value, unit, wanted } = figure;
  const figures = value === null ? '–' : `${shown(value)}${unit}`;
  const target =
    wanted === null ? '' : 'least' in wanted ? `, at least ${wanted.least}${unit}` : `, at most ${wanted.most}${unit}`;
  return `${verdictOf(figure).padEnd(8)} ${what.padEnd(46)} ${figures.padStart(10)}${target}; ${measured}`;
}

export function tell(figures: readonly Figure[], asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(figures));
  else for (const figure of figures) console.log(line(figure));
}

/** Runs such a command and takes its figures. Throws with what it said where it failed. */
export async function toldBy(script: string, args: readonly string[]): Promise<Figure[]> {
  const { ok, stdout, stderr } = await capture(process.execPath, [script, ...args, AS_JSON]);
  if (!ok) throw new Error(`${script} failed: ${stderr}${stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Figure[];
}
