// The portal that this copy builds, with an environment's origins, and a deployed one held against it. The build goes into a folder of its own and
// is gone afterwards: nothing of the copy changes.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stagePortal } from '../deploy/portal.ts';
import { capture } from '../lib/run.ts';
import type { Origins } from '../stand/portal-files.ts';
import { askAt, type Held, holdAgainst } from './deployed.ts';

/** What is built here, in words. */
export async function copyInWords(): Promise<string> {
  const commit = await capture('git', ['rev-parse', '--short', 'HEAD']);
  if (!commit.ok) return 'this folder, which is no commit,';
  const changed = (await capture('git', ['status', '--porcelain'])).stdout.trim() !== '';
  return `commit ${commit.stdout.trim()}${changed ? ', with changes that are not committed,' : ''}`;
}

/**
 * Builds the portal and holds what `portal` serves against it, file by file. `cookie`: a session of Access for it; blank where nobody stands
 * before it. The origins are the repository's, never the deployed page's: that one might name a stranger's.
 */
export async function heldAgainstThis(portal: string, origins: Origins, cookie: string): Promise<Held[]> {
  const ask = askAt(portal, cookie);
  // A build for somebody who is not let in would be for nothing.
  await (await ask('/')).body?.cancel();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-verify-'));
  try {
    const [dist, staged] = [path.join(folder, 'dist'), path.join(folder, 'staged')];
    const build = ['build', '--config', 'portal/vite.config.ts', '--logLevel', 'warn', '--outDir', dist];
    const built = await capture('vite', build);
    if (!built.ok) throw new Error(`The portal does not build: ${built.stderr}`);
    stagePortal(dist, staged, origins);
    return await holdAgainst(staged, ask);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
