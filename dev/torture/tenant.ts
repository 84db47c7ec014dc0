// A tenant that is tortured: made by an operator and set up by its admin, its keyring by the real vault. Its passphrase is known here, so that every
// secret can be opened the way a browser opens it.
import { randomUUID } from 'node:crypto';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { Limits } from '../../schema/limits.ts';
import type { IssuedToken } from '../../schema/token.ts';
import { asPerson, headersOf, type Installation } from '../bench/product.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';

export type Tenant = {
  id: string;
  admin: string;
  engineer: string;
  auditor: string;
  passphrase: string;
  fingerprint: string;
  tokens: readonly IssuedToken[];
};

/** The most that an admin can allow. */
const REVEAL_BUDGET = { perMinute: 100, perHour: 1_000, perDay: 2_000 };

export async function newTenant(
  product: Installation,
  { domain, tokens, limits = {} }: { domain: string; tokens: number; limits?: Partial<Limits> },
): Promise<Tenant> {
  const [id, passphrase] = [randomUUID(), randomUUID()];
  const [admin, engineer, auditor] = [`admin@${domain}`, `engineer@${domain}`, `auditor@${domain}`];
  const asOperator = (route: string, body: unknown) =>
    asPerson(product, OPERATOR_EMAIL, `/v1/operator/tenants${route}`, body);
  const asAdmin = <T>(route: string, body: unknown) => asPerson<T>(product, admin, `/v1/tenants/${id}/${route}`, body);
  await asOperator('', { id, name: `Torture at ${domain}`, firstAdmin: admin });
  if (Object.keys(limits).length > 0) await asOperator(`/${id}/limits`, limits);
  await asAdmin('people', { email: engineer, role: 'engineer' });
  await asAdmin('people', { email: auditor, role: 'auditor' });
  await asAdmin('settings', { revealBudget: REVEAL_BUDGET });
  const draft = await new Keeper().draftSetUp({ tenant: id, email: admin, passphrase, teamPassphrase: null });
  if (!draft.ok) throw new Error(`set-up: ${draft.message}`);
  await asAdmin('keyring', draft.write);
  const { fingerprint } = draft;
  const issued: IssuedToken[] = [];
  while (issued.length < tokens)
    issued.push(
      await asAdmin<IssuedToken>('tokens', { label: `Torture ${issued.length}`, expiresAt: null, fingerprint }),
    );
  return { id, admin, engineer, auditor, passphrase, fingerprint, tokens: issued };
}

/** `status` 0: nobody answered, or not to the end. */
export type Answer<T = unknown> = { status: number; json: T; text: string };

/** One question or act of a person, answered by value. */
export async function askAs<T>(
  product: Installation,
  email: string,
  route: string,
  body?: unknown,
): Promise<Answer<T>> {
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
