// `npm run pc -- engine.json`: one simulated PC with the reference engine and the configuration file of a real one. It waits for the
// tenant's key, goes through one run, hands its secrets over, and ends.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startFleet } from '../engine/simulator/fleet.ts';
import { EngineFile } from '../schema/engine-file.ts';

const DEFAULT_SPEED = 60;
const LOOK_EVERY_MS = 200;

function readConfiguration(file: string | undefined): EngineFile {
  if (file === undefined) throw new Error('Usage: npm run pc -- engine.json [--speed N]');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path.resolve(process.env.INIT_CWD ?? '.', file), 'utf8'));
  } catch {
    throw new Error(`${file} cannot be read as JSON.`);
  }
  const parsed = EngineFile.safeParse(json);
  if (!parsed.success)
    throw new Error(`${file} is not an engine’s configuration: ${parsed.error.issues[0]?.path.join('.')}.`);
  return parsed.data;
}

try {
  const { values, positionals } = parseArgs({ options: { speed: { type: 'string' } }, allowPositionals: true });
  const configuration = readConfiguration(positionals[0]);
  const spoolDir = mkdtempSync(path.join(os.tmpdir(), 'totl-pc-'));
  let broken = false;
  const fleet = startFleet({
    ...configuration,
    fingerprint: configuration.fingerprint ?? undefined,
    machines: 1,
    spoolDir,
    speed: Number(values.speed) || DEFAULT_SPEED,
    // A different PC each time.
    seed: Math.floor(Math.random() * 2 ** 20),
    onLine: (text) => console.log(text),
    onStopped: () => {
      broken = true;
    },
  });
  process.once('SIGINT', () => process.exit(130));
  const [machine] = fleet.machines;
  while (!machine?.finished && !broken) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  await fleet.stop();
  rmSync(spoolDir, { recursive: true, force: true });
  process.exitCode = machine?.finished && machine.escrowed.length > 0 ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
