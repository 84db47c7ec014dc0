// The list price of provisioning 10,000 PCs, from one that is counted, beside that of a design with D1 alone.
import { firstYear, PCS, provisioning } from './bill.ts';
import { dollars } from './cost.ts';
import { money } from './cost-page.ts';
import { countPc } from './counted-pc.ts';
import { type Designs, PC_EVENTS, PC_REPORTS, PC_SECRETS } from './design.ts';
import { shown } from './figure.ts';
import type { Ground } from './ground.ts';
import { countIndexed } from './indexed-pc.ts';
import type { Measured, Part } from './part.ts';
import { pcSize } from './size.ts';

/** As long as a sealed secret is; nobody opens it. */
const SAMPLE = `${'e30'}.${'A'.repeat(512)}.${'A'.repeat(16)}.${'A'.repeat(32)}.${'A'.repeat(22)}`;

/** Counted once; the page of costs is made of it too. */
export const designsOf = (ground: Ground): Promise<Designs> =>
  ground.once('designs', async () => {
    const counted = await countPc(ground);
    const { pcs, all } = await pcSize(ground);
    return {
      product: { ...counted, bytes: Math.round(all / pcs) },
      indexed: await countIndexed(await ground.floors(), SAMPLE),
    };
  });

async function measure(ground: Ground): Promise<Measured> {
  const { product, indexed } = await designsOf(ground);
  const [ours, theirs] = [dollars(provisioning(product)), dollars(provisioning(indexed))];
  const stored = (of: typeof product) => money(dollars(firstYear(of)));
  return {
    figures: [
      {
        what: `list price of provisioning ${PCS.toLocaleString('en-US')} PCs (${PC_EVENTS} events, ${PC_REPORTS.length} reports, ${PC_SECRETS} secrets each)`,
        measured: `and ${stored(product)} for a year’s storage`,
        against: `D1 alone: ${money(theirs)}, and ${stored(indexed)}; ${shown(ours / theirs)} ×`,
        value: ours,
        unit: ' dollars',
        wanted: { most: 0.85 },
      },
    ],
  };
}

export const price: Part = { name: 'cost', title: 'What it costs', measure };
