// Records which stand runs on a folder's state, and where: two on one state would overwrite each other's tables.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { addressesFrom, DEFAULT_PORT, takenPort } from './ports.ts';

const Claim = z.object({ pid: z.int(), port: z.int() });

const fileIn = (folder: string) => path.join(folder, 'running.json');

/** The claim of a stand that runs on this folder, or null. One that was killed has left its file, and neither process nor ports. */
async function claimOn(folder: string): Promise<z.infer<typeof Claim> | null> {
  try {
    const claim = Claim.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')));
    process.kill(claim.pid, 0);
    return (await takenPort(addressesFrom(claim.port).ports)) === null ? null : claim;
  } catch {
    return null;
  }
}

/** Claims a folder for a stand of this process. The answer releases it. Throws one sentence if another runs on it. */
export async function claim(folder: string, port: number): Promise<() => Promise<void>> {
  const other = await claimOn(folder);
  if (other && other.pid !== process.pid)
    throw new Error(
      `A stand runs on this state already, at ${addressesFrom(other.port).portal} (process ${other.pid}). Stop it, or start with --state-dir DIR.`,
    );
  writeFileSync(fileIn(folder), JSON.stringify({ pid: process.pid, port }), { mode: 0o600 });
  return async () => rmSync(fileIn(folder), { force: true });
}

/** The first port of the stand that runs on this folder; if none runs, the one that a stand takes by default. */
export const standPort = async (folder: string): Promise<number> => (await claimOn(folder))?.port ?? DEFAULT_PORT;
