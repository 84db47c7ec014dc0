// For tests in workerd. Machines, runs, events and sealed secrets: as an engine sends them, by hand, and sealed anew.
import { CompactEncrypt, importJWK } from 'jose';
import { isFault } from '../../portal/vault/fault.ts';
import { sealByHand } from '../../portal/vault/hand.ts';
import { resealSecret, sealTo } from '../../portal/vault/resealer.ts';
import { SEALED_TYP } from '../../schema/jwe.ts';
import type { EscrowKey } from '../../schema/keyring.ts';
import type { Resealed } from '../../schema/rotation.ts';
import type { HandSecret, Revealed, SecretKind, SecretRef } from '../../schema/secret.ts';
import { pass, START } from '../support/clock.ts';
import { privateKeysOf } from './keyring-writes.ts';
import type { TestKeyring } from './keyrings.ts';
import { asPerson, emailOf } from './requests.ts';

export const newMachine = () => ({
  id: crypto.randomUUID(),
  hostname: 'ACM-LT-0142',
  serial: '5CD1234XYZ',
  model: 'EliteBook 840 G10',
});
export const newRun = () => ({
  id: crypto.randomUUID(),
  startedAt: START,
  phases: ['preflight', 'bitlocker', 'validation'],
});
export const event = (seq: number, more: Record<string, unknown> = {}) => ({
  seq,
  at: START + seq,
  message: `event ${seq}`,
  ...more,
});

type Sealing = {
  plaintext?: string;
  kind?: SecretKind;
  ref?: SecretRef;
  header?: Record<string, unknown>;
  run?: string;
  /** When the PC's clock says that it was sealed, in seconds; left out, now. */
  iat?: number;
  /** The engine's count, and what the PC's clock says as it goes out, in ms; left out, the request has none. */
  order?: number;
  sentAt?: number;
};

/** Seals a secret, a local administrator's password unless said otherwise, as an engine does: the body of `POST /v1/secret`. */
export function sealedSecret(tenant: string, keyring: TestKeyring, machine: string, how: Sealing = {}) {
  const key = keyring.write.escrowKeys[0];
  if (!key) throw new Error('the keyring has an escrow key');
  return sealedFor(tenant, { kid: keyring.kid, jwk: key.jwk }, machine, how);
}

/** The same, to one escrow key. */
export async function sealedFor(
  tenant: string,
  { kid, jwk }: Pick<EscrowKey, 'kid' | 'jwk'>,
  machine: string,
  how: Sealing = {},
) {
  const [run, eid] = [how.run ?? crypto.randomUUID(), crypto.randomUUID()];
  const kind = how.kind ?? 'local_admin_password';
  const ref = how.ref ?? { account: 'Administrator' };
  // Sealing takes its second: a later secret says that it is later.
  pass(1000);
  const iat = how.iat ?? Math.floor(Date.now() / 1000);
  const sealed = await new CompactEncrypt(new TextEncoder().encode(how.plaintext ?? 'kq7-Vm2'))
    .setProtectedHeader({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid,
      typ: SEALED_TYP,
      tenant,
      machine,
      run,
      kind,
      eid,
      iat,
      ref,
      ...how.header,
    })
    .encrypt(await importJWK({ ...jwk, alg: 'RSA-OAEP-256' }));
  const { order, sentAt } = how;
  return { machine, run, kind, eid, ref, order, sentAt, sealed };
}

/** Seals a secret by hand, as an unlocked browser does: the body of `POST …/machines/:machine/secrets`. */
export async function handSecret(
  tenant: string,
  keyring: TestKeyring,
  machine: string,
  by: string,
  plaintext = 'by-hand-9x',
): Promise<HandSecret> {
  const active = keyring.write.escrowKeys.find((key) => key.kid === keyring.kid);
  if (!active) throw new Error('the keyring has an active key');
  const to = await sealTo(active.kid, active.jwk);
  const input = { tenant, machine, kind: 'bios_password', ref: { label: 'BIOS' }, by, plaintext } as const;
  const sealed = await sealByHand(input, await privateKeysOf(tenant, keyring), to, Date.now());
  if (isFault(sealed)) throw new Error(sealed.message);
  return sealed;
}

/** Re-seals one version to the active key, as an unlocked admin's browser does: an item of `POST …/rotation/reseal`. */
export async function resealedItem(
  tenant: string,
  keyring: TestKeyring,
  secret: string,
  version?: number,
): Promise<Resealed> {
  const path = `/v1/tenants/${tenant}/secrets/${secret}/reveal`;
  const { json } = await asPerson<Revealed>(emailOf('admin'), path, { reason: 'to re-seal', version });
  const active = keyring.write.escrowKeys.find((key) => key.kid === keyring.kid);
  if (!active) throw new Error('the keyring has an active key');
  const keys = await privateKeysOf(tenant, keyring);
  const resealed = await resealSecret(tenant, json, keys, await sealTo(active.kid, active.jwk));
  if (isFault(resealed)) throw new Error(resealed.message);
  return resealed;
}
