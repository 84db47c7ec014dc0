// How large the Worker is as it is uploaded, and how long its modules take to start: by `wrangler check startup`, in workerd.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { capture } from '../lib/run.ts';
import { bundleUpload } from './bundle.ts';
import { median, shown } from './figure.ts';
import type { Ground } from './ground.ts';
import type { Measured, Part } from './part.ts';

const STARTS = 5;
const KB = 1000;

type Profile = {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples?: number[];
  timeDeltas?: number[];
};

/** The ms of a CPU profile in which something ran. */
export function activeMs({ nodes, samples = [], timeDeltas = [] }: Profile): number {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id));
  return timeDeltas.reduce((sum, delta, index) => sum + (idle.has(samples[index] ?? -1) ? 0 : delta), 0) / 1000;
}

async function start(folder: string, upload: string): Promise<number> {
  const file = path.join(folder, 'startup.cpuprofile');
  const checked = await capture('wrangler', ['check', 'startup', '--worker', upload, '--outfile', file]);
  if (!checked.ok) throw new Error(`wrangler check startup: ${checked.stderr}${checked.stdout}`);
  return activeMs(JSON.parse(readFileSync(file, 'utf8')) as Profile);
}

async function measure(ground: Ground): Promise<Measured> {
  const folder = ground.folder('upload');
  const upload = path.join(folder, 'worker.bundle');
  const bundle = readFileSync(await ground.bundle());
  const zipped = gzipSync(bundle).length / KB;
  await bundleUpload(upload);
  const starts: number[] = [];
  for (let n = 0; n < (ground.isQuick ? 1 : STARTS); n++) starts.push(await start(folder, upload));
  return {
    figures: [
      {
        what: 'Worker bundle, gzip',
        measured: `${shown(bundle.length / KB)} kB before`,
        against: '–',
        value: zipped,
        unit: ' kB',
        wanted: { most: 120 },
      },
      {
        what: 'start-up CPU',
        measured: `median of ${starts.length}: ${starts.map(shown).join(', ')} ms`,
        against: '–',
        value: median(starts),
        unit: ' ms',
        wanted: { most: 30 },
      },
    ],
  };
}

export const bundleSize: Part = { name: 'bundle', title: 'The Worker’s bundle', measure };
