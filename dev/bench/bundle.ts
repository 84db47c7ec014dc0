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

/** The date and flags of the product, by which every Worker here runs. */
export async function compatibility(): Promise<{ date: string | undefined; flags: string[] }> {
  const { unstable_readConfig } = await import('wrangler');
  const { compatibility_date, compatibility_flags } = unstable_readConfig(
    { config: path.join(root, 'wrangler.toml') },
    { hideWarnings: true },
  );
  return { date: compatibility_date, flags: compatibility_flags };
}

/** Another Worker of the bench. Answers the path of its one module. */
export async function bundleOther(main: string, into: string): Promise<string> {
  const { date, flags } = await compatibility();
  mkdirSync(into, { recursive: true });
  const config = path.join(into, 'wrangler.json');
  const described = {
    name: 'bench',
    main: path.join(root, 'dev/bench', main),
    compatibility_date: date,
    compatibility_flags: flags,
  };
  writeFileSync(config, JSON.stringify(described));
  await build(['--config', config, '--outdir', into]);
  return path.join(into, path.basename(main).replace(/\.ts$/, '.js'));
}
