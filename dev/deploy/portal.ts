// The portal for one environment: the build with that environment's origins in its meta tags and its policy.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { localize, type Origins, originsIn } from '../stand/portal-files.ts';

/**
 * Copies a built portal to `folder`, afresh, and puts the origins in. Throws if a file still names those it was built
 * with.
 */
export function stagePortal(built: string, folder: string, origins: Origins): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(built, folder, { recursive: true });
  const from = originsIn(readFileSync(path.join(built, 'index.html'), 'utf8'));
  for (const name of ['index.html', '_headers']) {
    const file = path.join(folder, name);
    writeFileSync(file, localize(readFileSync(file, 'utf8'), from, origins));
  }
  const policy = readFileSync(path.join(folder, '_headers'), 'utf8');
  if (!policy.includes(` ${origins.api} `))
    throw new Error(
      `portal/public/_headers lets the portal call another API than ${from.api}, which index.html names.`,
    );
}
