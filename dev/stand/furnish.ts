// A stand's contents after some weeks of use, made through the API as people make them: keys, a second tenant, tokens,
// webhooks. For tests and pictures; never for a stand that somebody works on.

import { randomUUID } from 'node:crypto';
import { Keeper } from '../../portal/vault/keeper.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import type { TenantCreated } from '../../schema/operator.ts';
import { asPerson, asSignedIn } from './as-person.ts';
import { OPERATOR_EMAIL } from './demo-data.ts';
import type { Stand } from './stand.ts';

export const ADMIN = 'admin@example.com';

/** The first-time set-up of the demo tenant by its admin. Answers the recovery code. */
export async function setUpByVault(stand: Stand, passphrase: string, teamPassphrase: string): Promise<string> {
  const { tenant } = stand.demo;
  const draft = await new Keeper().draftSetUp({ tenant, email: ADMIN, passphrase, teamPassphrase });
  if (!draft.ok) throw new Error(`set-up: ${draft.message}`);
  await asPerson(stand, ADMIN, 'keyring', draft.write);
  return draft.recoveryCode;
}

/** Another tenant, with its first admin. Answers its id. */
export async function addTenant(stand: Stand, name: string, firstAdmin: string): Promise<string> {
  const wanted = { id: randomUUID(), name, firstAdmin };
  return (await asSignedIn<TenantCreated>(stand, OPERATOR_EMAIL, '/v1/operator/tenants', wanted)).id;
}

/** A token that ends soon, one that is revoked, a webhook that nobody answers. */
export async function furnish(stand: Stand): Promise<void> {
  const token = { label: 'Bench 2', expiresAt: Date.now() + 9 * DAY_MS, fingerprint: null };
  await asPerson(stand, ADMIN, 'tokens', token);
  const spare = await asPerson<{ id: string }>(stand, ADMIN, 'tokens', {
    ...token,
    label: 'Lost stick',
    expiresAt: null,
  });
  await asPerson(stand, ADMIN, `tokens/${spare.id}/revoke`, {});
  const kinds = ['run_failed', 'secret_revealed'];
  await asPerson(stand, ADMIN, 'webhooks', { label: 'Ticket system', url: 'https://tickets.example.com/hook', kinds });
}
