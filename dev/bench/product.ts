// The product in workerd, with its index migrated and an Access team that it trusts. Without the door's rate limits unless they are asked for:
// the platform counts those beside the Worker, while what stands for them here is an object of its own that each request would have to ask.
import path from 'node:path';
import { root } from '../lib/run.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';
import { migrate } from '../stand/local-index.ts';
import { AUDIENCE, type SigningTeam } from './team.ts';
import { type Served, serveWorker, type Worker } from './workerd.ts';

export const PORTAL = 'http://localhost:8788';

/** Where people ask, and with what. `portal`: the origin that effects have to come from. */
export type Installation = { url: string; team: SigningTeam; portal: string };
export type Product = Served & Installation;

/** The folder of the index's migrations. */
const MIGRATIONS = path.join(root, 'schema/d1');

export async function serveProduct(options: {
  script: string;
  folder: string;
  team: SigningTeam;
  onLine?: (line: string) => void;
  inspected?: boolean;
  port?: number;
  portal?: string;
  /** Where backups go. */
  buckets?: readonly string[];
  /** The door's limits. */
  rates?: Worker['rates'];
}): Promise<Product> {
  const { team, portal = PORTAL, ...worker } = options;
  const served = await serveWorker({
    ...worker,
    database: 'INDEX_DB',
    objects: { TENANT: 'Tenant' },
    texts: {
      ACCESS_TEAM_DOMAIN: team.issuer,
      ACCESS_AUD: AUDIENCE,
      PORTAL_ORIGIN: portal,
      API_ORIGIN: '',
      OPERATOR_EMAILS: OPERATOR_EMAIL,
    },
  });
  await migrate(served.database, MIGRATIONS);
  return { ...served, team, portal };
}

/** An engine's, with the address that the edge puts there. */
export const machineHeaders = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'cf-connecting-ip': '192.0.2.7',
});

async function answered<T>(response: Response, route: string): Promise<T> {
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  return response.json() as Promise<T>;
}

/** A machine's question, or with a body its word. Throws with the problem where the answer is no success. */
export async function asMachine<T>({ url }: Product, token: string, route: string, body?: unknown): Promise<T> {
  const method = body === undefined ? 'GET' : 'POST';
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return answered(await fetch(`${url}${route}`, { method, headers: machineHeaders(token), body: sent }), route);
}

/** What a person's browser sends along, or what Access makes of it. */
export async function headersOf({ team, portal }: Installation, email: string): Promise<Record<string, string>> {
  const token = await team.assertion(email);
  const proof: Record<string, string> = team.cookie
    ? { cookie: `${team.cookie}=${token}` }
    : { 'cf-access-jwt-assertion': token };
  return { ...proof, 'content-type': 'application/json', origin: portal };
}

/** A person's question, or with a body their act. Throws with the problem where the answer is no success. */
export async function asPerson<T>(product: Installation, email: string, route: string, body?: unknown): Promise<T> {
  const response = await fetch(`${product.url}${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: await headersOf(product, email),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return answered(response, route);
}
