// The counted product with one tenant, and what a stretch of work on it came to.
import { bundleOther } from './bundle.ts';
import { COUNTS_PATH, type Counts } from './counts.ts';
import type { Ground } from './ground.ts';
import { Lines } from './lines.ts';
import { type Product, serveProduct } from './product.ts';
import { type BenchTenant, newTenant } from './tenant.ts';

export type Counted = {
  product: Product;
  tenant: BenchTenant;
  /** The duty that comes once a minute at most while something happens: the index follows the chain's head. */
  minute: Counts;
  /** What the platform would bill for `act`. */
  count: (act: () => Promise<unknown>) => Promise<Counts>;
};

const MINUTELY = 'head';

/** Serves it from `folder`. The object has just compared its chain with the index, and is quiet for a minute. */
export async function countedProduct(ground: Ground, folder: string): Promise<Counted> {
  const [script, team] = await Promise.all([bundleOther('counted.ts', ground.folder('counted-bundle')), ground.team()]);
  const lines = new Lines();
  const product = await serveProduct({ script, team, folder, onLine: lines.take });
  const taken = async () => (await (await fetch(`${product.url}${COUNTS_PATH}`)).json()) as Counts;
  let tenant: BenchTenant | null = null;
  await lines.during(
    async () => {
      tenant = await newTenant(product);
      await taken();
    },
    (line) => line.event === 'alarm' && line.due.includes(MINUTELY),
  );
  const minute = await taken();
  if (tenant === null || minute.alarms === 0) throw new Error('this machine is too busy to count a minute by itself');
  return {
    product,
    tenant,
    minute,
    count: async (act) => {
      await taken();
      await act();
      return taken();
    },
  };
}
