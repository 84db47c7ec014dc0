// A tenant that is tortured: made as the set-up guide makes one, its keyring by the real vault. Its passphrase is known here, so that every
// secret can be opened the way a browser opens it.
import { randomUUID } from 'node:crypto';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { Limits } from '../../schema/limits.ts';
import type { IssuedToken } from '../../schema/token.ts';
import { asPerson, headersOf, type Product } from '../bench/product.ts';
import { newToken, OPERATOR_EMAIL, tenantInserts } from '../stand/demo-data.ts';

export type Tenant = {
  id: string;
  admin: string;
  engineer: string;
  auditor: string;
  passphrase: string;
  fingerprint: string;
  /** The first one as SQL made it, the others as an admin issued them. */
  tokens: readonly string[];
};

export const peopleOf = (domain: string) =>
  (['admin', 'engineer', 'auditor'] as const).map((role) => ({ email: `${role}@${domain}`, role }));

/** The most that an admin can allow. */
const REVEAL_BUDGET = { perMinute: 100, perHour: 1_000, perDay: 2_000 };

export async function newTenant(
  product: Product,
  { domain, tokens, limits }: { domain: string; tokens: number; limits?: Partial<Limits> },
): Promise<Tenant> {
  const id = randomUUID();
  const people = peopleOf(domain);
  const first = newToken();
  await product.database.batch(
    tenantInserts(id, `Torture at ${domain}`, people, first).map(({ sql, values }) =>
      product.database.prepare(sql).bind(...values),
    ),
  );
  const [admin = '', engineer = '', auditor = ''] = people.map(({ email }) => email);
  const at = (route: string) => `/v1/tenants/${id}/${route}`;
  if (limits) await asPerson(product, OPERATOR_EMAIL, `/v1/operator/tenants/${id}/limits`, limits);
  await asPerson(product, admin, at('settings'), { revealBudget: REVEAL_BUDGET });
  const passphrase = randomUUID();
  const draft = await new Keeper().draftSetUp({ tenant: id, email: admin, passphrase, teamPassphrase: null });
  if (!draft.ok) throw new Error(`set-up: ${draft.message}`);
  await asPerson(product, admin, at('keyring'), draft.write);
  const issued: string[] = [];
  while (issued.length + 1 < tokens) {
    const wish = { label: `torture ${issued.length}`, expiresAt: null, fingerprint: draft.fingerprint };
    issued.push((await asPerson<IssuedToken>(product, admin, at('tokens'), wish)).token);
  }
  return { id, admin, engineer, auditor, passphrase, fingerprint: draft.fingerprint, tokens: [first.token, ...issued] };
}

/** `status` 0: nobody answered, or not to the end. */
export type Answer<T = unknown> = { status: number; json: T; text: string };

/** One question or act of a person, answered by value. */
export async function askAs<T>(product: Product, email: string, route: string, body?: unknown): Promise<Answer<T>> {
  try {
    const response = await fetch(`${product.url}${route}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: await headersOf(product, email),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, json: JSON.parse(text) as T, text };
  } catch {
    return { status: 0, json: null as T, text: '' };
  }
}
