// How often a report asks the index once its token is known: counted at the binding, the Worker's and the object's queries together.
import { countedProduct } from './counting.ts';
import type { Ground } from './ground.ts';
import type { Measured, Part } from './part.ts';
import { reportsOf } from './pcs.ts';
import { asMachine } from './product.ts';

const REPORTS = 100;

async function measure(ground: Ground): Promise<Measured> {
  const counted = await countedProduct(ground, ground.folder('counted-index'));
  try {
    const [first, ...others] = reportsOf(Array.from({ length: REPORTS + 1 }, () => 10));
    const { product, tenant } = counted;
    const [token = ''] = tenant.tokens;
    await asMachine(product, token, '/v1/report', first);
    const { queries, requests } = await counted.count(async () => {
      for (const report of others) await asMachine(product, token, '/v1/report', report);
    });
    return {
      figures: [
        {
          what: 'D1 queries a report, steady state',
          measured: `${queries} in ${requests} reports`,
          against: '–',
          value: queries / requests,
          unit: '',
          wanted: { most: 0 },
        },
      ],
    };
  } finally {
    await counted.product.close();
  }
}

export const indexQueries: Part = { name: 'index', title: 'The index', measure };
