// A fresh copy of the project in a folder of its own, as a clone has it: the files alone, nothing built, no state. The packages are those that run
// the test.
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** What .gitignore leaves out of a clone, and git's own folder. */
const LEFT_OUT =
  /^(\.git|\.wrangler|\.stand|\.powershell|\.pictures|node_modules|docs\/api\.md|docs\/\.vitepress\/cache|worker\/worker-configuration\.d\.ts)$|(^|\/)(dist|coverage)$|\.log$/;

/** Copies the project to a folder that does not exist yet. */
export function cloneOf(root: string, folder: string): void {
  const modules = path.join(root, 'node_modules');
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  // Otherwise the first command of the clone would install: into the packages of whoever runs the test.
  if (readFileSync(path.join(modules, '.installed-lock'), 'utf8') !== lock)
    throw new Error('The packages are not those of the lock file: run `node dev/install.mjs` first.');
  cpSync(root, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(path.relative(root, source).replaceAll(path.sep, '/')),
  });
  symlinkSync(modules, path.join(folder, 'node_modules'));
}
