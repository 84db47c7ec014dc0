// The product in workerd, with its index migrated and an Access team that it trusts.
import path from 'node:path';
import { root } from '../lib/run.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';
import { migrate } from '../stand/local-index.ts';
import { AUDIENCE, type SigningTeam } from './team.ts';
import { type Served, serveWorker } from './workerd.ts';

export const PORTAL = 'http://localhost:8788';

export type Product = Served & { team: SigningTeam };

/** The folder of the index's migrations. */
const MIGRATIONS = path.join(root, 'schema/d1');

export async function serveProduct(options: {
  script: string;
  folder: string;
  team: SigningTeam;
  onLine?: (line: string) => void;
  inspected?: boolean;
}): Promise<Product> {
  const { script, folder, team, onLine, inspected } = options;
  const served = await serveWorker({
    script,
    folder,
    onLine,
    inspected,
    database: 'INDEX_DB',
    object: { binding: 'TENANT', className: 'Tenant' },
    limits: ['TOKEN_REQUESTS', 'FAILED_CREDENTIALS'],
    texts: {
      ACCESS_TEAM_DOMAIN: team.issuer,
      ACCESS_AUD: AUDIENCE,
      PORTAL_ORIGIN: PORTAL,
      API_ORIGIN: '',
      OPERATOR_EMAILS: OPERATOR_EMAIL,
    },
  });
  await migrate(served.database, MIGRATIONS);
  return { ...served, team };
}

/** What a person's browser sends along. */
export const headersOf = async ({ team }: Product, email: string): Promise<Record<string, string>> => ({
  'cf-access-jwt-assertion': await team.assertion(email),
  'content-type': 'application/json',
  origin: PORTAL,
});

/** A person's question, or with a body their act. Throws with the problem where the answer is no success. */
export async function asPerson<T>(product: Product, email: string, route: string, body?: unknown): Promise<T> {
  const response = await fetch(`${product.url}${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: await headersOf(product, email),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  return response.json() as Promise<T>;
}
