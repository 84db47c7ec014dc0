// Each kind of request whose cost is looked into, made for as many connections as the generator has.
import { randomUUID } from 'node:crypto';
import type { Receipt } from '../../schema/secret.ts';
import { CONNECTIONS } from './generator.ts';
import type { Ground } from './ground.ts';
import type { Shot } from './load.ts';
import { bytesOf, reportLanes, secretLanes, secretsOf } from './pcs.ts';
import { asMachine, headersOf, type Product } from './product.ts';
import { sealSample } from './secrets.ts';
import { type BenchTenant, newTenant } from './tenant.ts';

/** Makes the requests of one round, some for each connection. */
export type Requests = () => Promise<Shot[][]>;

async function reveals(product: Product, tenant: BenchTenant, sample: string, count: number): Promise<Requests> {
  const [token = ''] = tenant.tokens;
  const [secret] = secretsOf(sample, randomUUID(), randomUUID());
  const { secretId } = await asMachine<Receipt>(product, token, '/v1/secret', secret);
  const people = await Promise.all(tenant.engineers.map((email) => headersOf(product, email)));
  const body = bytesOf({ reason: 'INC-4711' });
  const path = `/v1/tenants/${tenant.id}/secrets/${secretId}/reveal`;
  let next = 0;
  const one = (): Shot => {
    next += 1;
    return { path, headers: people[next % people.length] ?? {}, body };
  };
  return async () => Array.from({ length: CONNECTIONS }, () => Array.from({ length: count }, one));
}

/** The kinds by name, for a tenant of their own. */
export async function requestsOf(ground: Ground, product: Product): Promise<[BenchTenant, Map<string, Requests>]> {
  const tenant = await newTenant(product);
  const sample = await sealSample(tenant);
  const reports =
    (events: number, count: number): Requests =>
    async () =>
      reportLanes(tenant.tokens, events, count);
  const escrows: Requests = async () => {
    const { before, lanes } = secretLanes(tenant.tokens, sample, 48);
    await ground.generator.fire({ origin: product.url, lanes: before, seconds: null });
    return lanes;
  };
  const kinds = new Map<string, Requests>([
    ['report1', reports(1, 96)],
    ['report10', reports(10, 96)],
    ['report100', reports(100, 36)],
    ['escrow', escrows],
    ['reveal', await reveals(product, tenant, sample, 48)],
  ]);
  return [tenant, kinds];
}
