// Who may ask is said twice: in a route's row, by which the Worker goes, and at the gate of the tenant's object, which takes nobody's word for it.
// No type holds the two together. So each route of a tenant's people is followed from its row to its gate, by reading.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { contract } from '../schema/routes/contract.ts';
import type { Row } from '../schema/routes/row.ts';
import { root } from './lib/run.ts';

const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const textOf = (folder: string): string =>
  readdirSync(path.join(root, folder))
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => read(`${folder}/${name}`))
    .join('\n');

/** Whom each way through the gate lets in. */
const gates = new Map(
  [...read('objects/calls/gate.ts').matchAll(/^ {2}(\w+)<T>\(.*\n.*#serve\(caller, subject, \[(.*)\], act\);$/gm)].map(
    ([, gate = '', roles = '']) => [gate, roles.replaceAll("'", '')],
  ),
);

/** How each route asks the object. A socket has no call of its own: `fetch` accepts it. */
const methods = new Map(
  [...textOf('worker/routes').matchAll(/^ {2}'([^']+)': ([\s\S]*?)(?=^ {2}'|^\}\);)/gm)].map(
    ([, route = '', answer = '']) => [
      route,
      /\bobject\.(\w+)\(/.exec(answer)?.[1] ?? (answer.includes('openLive(object,') ? 'fetch' : 'none'),
    ],
  ),
);

const calls = `${read('objects/tenant.ts')}\n${textOf('objects/calls')}`;

/** Whom the object lets in to a call: an answer for each gate on its way that says otherwise, so that none hides another. */
function letIn(method: string): string[] {
  const bodies = [
    ...calls.matchAll(new RegExp(`^ {2}(?:override |async )*${method}\\([\\s\\S]*?^ {2}\\}$`, 'gm')),
  ].join('\n');
  const passed = [...bodies.matchAll(/\bgate\.(\w+)\(/g)].flatMap(([, gate = '']) => gates.get(gate) ?? []);
  return [...new Set(passed)];
}

it('every route of a tenant’s people passes the one gate that lets in whom its row names', () => {
  const members = Object.entries<Row>(contract).flatMap(([route, row]) =>
    row.who === 'member' ? [{ route, letIn: [row.roles.join(', ')] }] : [],
  );
  expect(members.length).toBeGreaterThan(60);
  expect(members.map(({ route }) => ({ route, letIn: letIn(methods.get(route) ?? 'none') }))).toEqual(members);
});
