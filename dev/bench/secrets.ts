// The escrow of a secret and its reveal, at sixteen connections, beside what could not do less.
import { randomUUID } from 'node:crypto';
import { seal } from '../../engine/seal.ts';
import type { Receipt } from '../../schema/secret.ts';
import { type Figure, median, ratio, shown } from './figure.ts';
import { CONNECTIONS } from './generator.ts';
import type { Ground } from './ground.ts';
import type { Shot } from './load.ts';
import type { Measured, Part } from './part.ts';
import { bytesOf, secretLanes, secretsOf, to } from './pcs.ts';
import { asMachine, headersOf, type Product } from './product.ts';
import { interleaved, laneLength, type Series, seriesOf } from './rounds.ts';
import { type BenchTenant, newTenant } from './tenant.ts';

/** Each second one costs the first report of its PC before the round: the floor is through with them sooner, which its p50 does not mind. */
const ESCROWS_A_SECOND = 1_000;
const REVEALS_A_SECOND = 2_000;
/** So many secrets are revealed in turn. */
const REVEALED = 64;
const FLOOR_ESCROW = '/object-row';
const FLOOR_REVEAL = '/reveal';

/** One secret that an engine sealed. */
export function sealSample({ id, key }: BenchTenant): Promise<string> {
  const [machine, run, eid] = [randomUUID(), randomUUID(), randomUUID()];
  const bound = { machine, run, kind: 'local_admin_password', eid, ref: { account: 'Administrator' } } as const;
  const iat = Math.floor(Date.now() / 1000);
  return seal({ ...key, tenant: id, ...bound, iat, plaintext: 'kq7-Vm2-bench' });
}

const compared = (what: string, most: number, against: string, ours: Series, floor: Series): Figure => ({
  what: `${what}, p50 at ${CONNECTIONS} connections`,
  measured: `${shown(median(ours.p50))} ms`,
  against: `${against}: ${shown(median(floor.p50))} ms`,
  value: ratio(ours.p50, floor.p50),
  unit: ' ×',
  wanted: { most },
});

async function escrows(ground: Ground, tenant: BenchTenant, sample: string): Promise<Figure> {
  const [product, floors] = [await ground.product(), await ground.floors()];
  const all = await interleaved(ground, async () => {
    const count = laneLength(ground, ESCROWS_A_SECOND, CONNECTIONS);
    const { before, lanes } = secretLanes(tenant.tokens, sample, count);
    await ground.generator.fire({ origin: product.url, lanes: before, seconds: null });
    return [
      { name: 'ours', origin: product.url, lanes: () => lanes },
      { name: FLOOR_ESCROW, origin: floors.url, lanes: () => to(FLOOR_ESCROW, lanes) },
    ];
  });
  const floor = 'a Worker and an object that keeps it as one row';
  return compared('escrow of one secret', 2, floor, seriesOf(all, 'ours'), seriesOf(all, FLOOR_ESCROW));
}

/** Secrets in escrow, by their ids. */
async function escrowed(product: Product, { tokens: [token = ''] }: BenchTenant, sample: string): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < REVEALED)
    for (const secret of secretsOf(sample, randomUUID(), randomUUID()))
      ids.push((await asMachine<Receipt>(product, token, '/v1/secret', secret)).secretId);
  return ids;
}

async function reveals(ground: Ground, tenant: BenchTenant, sample: string): Promise<Figure> {
  const [product, floors] = [await ground.product(), await ground.floors()];
  const ids = await escrowed(product, tenant, sample);
  const people = await Promise.all(tenant.engineers.map((email) => headersOf(product, email)));
  await floors.database.batch(
    tenant.engineers.map((email) =>
      floors.database.prepare('INSERT INTO users VALUES (?, ?, ?)').bind(email, tenant.id, 'engineer'),
    ),
  );
  const body = bytesOf({ reason: 'INC-4711' });
  const count = laneLength(ground, REVEALS_A_SECOND, CONNECTIONS);
  let next = 0;
  const lanes: Shot[][] = Array.from({ length: CONNECTIONS }, () =>
    Array.from({ length: count }, () => {
      next += 1;
      const path = `/v1/tenants/${tenant.id}/secrets/${ids[next % ids.length]}/reveal`;
      return { path, headers: people[next % people.length] ?? {}, body };
    }),
  );
  const all = await interleaved(ground, () => [
    { name: 'ours', origin: product.url, lanes: () => lanes },
    { name: FLOOR_REVEAL, origin: floors.url, lanes: () => to(FLOOR_REVEAL, lanes) },
  ]);
  const floor = 'a Worker that verifies the JWT, reads a row in D1 and inserts one in an object';
  return compared('reveal of one secret', 1.5, floor, seriesOf(all, 'ours'), seriesOf(all, FLOOR_REVEAL));
}

async function measure(ground: Ground): Promise<Measured> {
  const tenant = await newTenant(await ground.product());
  const sample = await sealSample(tenant);
  return { figures: [await escrows(ground, tenant, sample), await reveals(ground, tenant, sample)] };
}

export const secrets: Part = { name: 'secrets', title: 'Secrets', measure };
