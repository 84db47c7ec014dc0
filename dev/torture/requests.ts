// Generated requests in every role, at the Worker's own socket: no 5xx, no stack, no other tenant's byte, and every answer as the document
// says.
import { Pool } from 'undici';
import { chance } from '../../engine/simulator/random.ts';
import { LIMITS } from '../../schema/limit-table.ts';
import type { OpenApi } from '../docs/api.ts';
import { Malice, type Wish } from './malice.ts';
import { type Operation, operationsOf } from './operations.ts';
import type { Outcome, Part, Run } from './part.ts';
import { Place } from './place.ts';
import { type Given, wrongWith } from './verdict.ts';
import { type Visitor, World } from './world.ts';

const REQUESTS = 4_000;
const FULL_REQUESTS = 200_000;
/** What admins and operators are made to do wears a tenant out: after so many requests there is another one. */
const WORLD_REQUESTS = 2_500;
const LANES = 16;
const ENOUGH = 20;

/** The most, so that they refuse little of what is tried; what they are for is the load's part. */
const WIDE = { tokenRequests: LIMITS.tokenRequests.max };

type Sent = { operation: Operation; visitor: Visitor; wish: Wish };

async function send(pool: Pool, { operation, visitor, wish }: Sent): Promise<Given> {
  const { statusCode, headers, body } = await pool.request({
    method: operation.method,
    path: wish.path,
    headers: { ...visitor.headers, ...(wish.type === null ? {} : { 'content-type': wish.type }) },
    body: wish.body,
  });
  return { status: statusCode, type: String(headers['content-type'] ?? ''), text: await body.text() };
}

const SHOWN = 300;
const told = ({ operation, visitor, wish }: Sent, { text }: Given, wrong: string): string =>
  `${operation.key} by ${visitor.name} ${wrong}: ${wish.path.slice(0, SHOWN)} ${wish.body?.slice(0, SHOWN) ?? ''} -> ${text.slice(0, SHOWN)}`;

async function run({ ground, seed, isFull, say }: Run): Promise<Outcome> {
  const count = isFull ? FULL_REQUESTS : REQUESTS;
  const place = await Place.open(ground, { name: 'requests' });
  const operations = operationsOf((await (await fetch(`${place.origin}/openapi.json`)).json()) as OpenApi);
  const pool = new Pool(place.origin, { connections: LANES, pipelining: 1 });
  const statuses = new Map<number, number>();
  const tried = new Set<string>();
  const succeeded = new Set<string>();
  const faults: string[] = [];
  let sent = 0;
  for (let number = 0; sent < count && faults.length < ENOUGH; number++) {
    const luck = chance(seed + number);
    const malice = new Malice(luck);
    const world = await World.make(place.product, WIDE);
    let left = Math.min(WORLD_REQUESTS, count - sent);
    const lane = async () => {
      while (left > 0 && faults.length < ENOUGH) {
        left--;
        sent++;
        const operation = luck.pick(operations);
        const visitor = luck.pick(world.visitorsOf(operation.who));
        const one = { operation, visitor, wish: malice.make(operation, world.idsFor(operation)) };
        const given = await send(pool, one);
        statuses.set(given.status, (statuses.get(given.status) ?? 0) + 1);
        tried.add(operation.key);
        if (given.status < 300) succeeded.add(operation.key);
        const wrong = wrongWith(operation, given, visitor);
        if (wrong !== null) faults.push(told(one, given, wrong));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    say(`${sent} requests, ${faults.length} faults`);
  }
  await pool.destroy();
  await place.close();
  const byStatus = [...statuses].toSorted(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`);
  return {
    did: [
      `${sent.toLocaleString('en-US')} requests over ${tried.size} of ${operations.length} operations, ${succeeded.size} of which had successes (${byStatus.join(', ')})`,
    ],
    faults,
  };
}

export const requests: Part = { name: 'requests', title: 'Generated requests', run };
