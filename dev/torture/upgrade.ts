// An upgrade of an object near its limits, from the first migration to the last, with the time that it takes: its test in workerd, which a run of
// all tests has smaller and silent.
import { capture } from '../lib/run.ts';
import type { Outcome, Part, Run } from './part.ts';

const TEST = 'objects/core/upgrades.test.ts';
const PRINTED = /^an upgrade of .* rows in (\d+) ms$/m;
/** What an object may keep its callers waiting for. */
const MOST_MS = 10_000;

async function run({ isFull }: Run): Promise<Outcome> {
  const { ok, stdout, stderr } = await capture('vitest', ['run', '--project', 'workerd', '--silent=false', TEST], {
    env: { UPGRADE_FULL: isFull ? '1' : '' },
  });
  const [printed, ms] = PRINTED.exec(stdout) ?? [];
  if (!ok || printed === undefined) return { did: [], faults: [`its test did not pass: ${stdout}${stderr}`] };
  const faults = Number(ms) > MOST_MS ? [`it took longer than ${MOST_MS} ms`] : [];
  return { did: [printed], faults };
}

export const upgrade: Part = { name: 'upgrade', title: 'An upgrade near the limits', run };
