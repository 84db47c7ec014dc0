// Workers built as `wrangler deploy` would upload them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture, root } from '../lib/run.ts';

async function build(args: readonly string[]): Promise<void> {
  const built = await capture('wrangler', ['deploy', '--dry-run', ...args]);
  if (!built.ok) throw new Error(`a Worker does not build: ${built.stderr}${built.stdout}`);
}

/** The product's own, by its wrangler.toml. Answers the path of its one module. */
export async function bundleProduct(into: string): Promise<string> {
  await build(['--env=', '--outdir', into]);
  return path.join(into, 'index.js');
}

/** As one file with everything about it, which is what `wrangler check startup` takes. */
export const bundleUpload = (file: string): Promise<void> => build(['--env=', '--outfile', file]);

/** Another Worker with the product's date and flags. Answers the path of its one module. */
export async function bundleOther(main: string, into: string): Promise<string> {
  const { unstable_readConfig } = await import('wrangler');
  const { compatibility_date, compatibility_flags } = unstable_readConfig(
    { config: path.join(root, 'wrangler.toml') },
    { hideWarnings: true },
  );
  mkdirSync(into, { recursive: true });
  const config = path.join(into, 'wrangler.json');
  const file = path.join(root, 'dev/bench', main);
  writeFileSync(config, JSON.stringify({ name: 'bench', main: file, compatibility_date, compatibility_flags }));
  await build(['--config', config, '--outdir', into]);
  return path.join(into, path.basename(main).replace(/\.ts$/, '.js'));
}
