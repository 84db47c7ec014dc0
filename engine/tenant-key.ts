// Whether to trust the escrow key that a server hands out. Pure but for signature checks: no I/O, no clock.
import { RsaPublicJwk, thumbprint } from '../schema/jwk.ts';
import { PublicKeyAnswer } from '../schema/keyring.ts';
import { verifyStatement } from '../schema/signed.ts';
import { type EngineRefusal, no } from './refusal.ts';

/** An engine's memory of its tenant between runs; `fingerprint` is the pin. */
export type Pin = { fingerprint: string; tenant: string; keyEpoch: number };

/** The pin from its configuration file; without a fingerprint it pins on first use. */
export type Expected = { fingerprint: string | null; minEpoch: number; known: Pin | null };

export type TrustedKey = { ok: true; kid: string; jwk: RsaPublicJwk; tenant: string; pin: Pin; firstUse: boolean };

/**
 * Checks an answer of `GET /v1/tenant/pubkey` against the pin: the computed thumbprint is the kid, the pinned root
 * states it for the known tenant, and its epoch is not lower than any seen. Refuses by value, never by exception.
 */
export async function trustKey(answer: unknown, expected: Expected): Promise<TrustedKey | EngineRefusal> {
  const parsed = PublicKeyAnswer.safeParse(answer);
  if (!parsed.success) return no('malformed_answer', 'The server’s answer is not an escrow key.');
  const { kty, n, e, kid, statements } = parsed.data;
  const jwk = RsaPublicJwk.parse({ kty, n, e });
  if ((await thumbprint(jwk)) !== kid) return no('kid_mismatch', 'The escrow key is not the one its kid names.');

  const pinned = expected.fingerprint ?? expected.known?.fingerprint ?? null;
  let refusal = no('unsigned_key', 'No statement about the escrow key verifies.');
  for (const compact of statements) {
    const statement = await verifyStatement(compact);
    if (!statement.ok || statement.payload.kid !== kid) continue;
    const { tenant, keyEpoch } = statement.payload;
    if (pinned !== null && statement.root !== pinned) {
      refusal = no(
        'pin_mismatch',
        'The escrow key is signed by another root than the pinned one. Do not send secrets.',
      );
      continue;
    }
    if (expected.known && tenant !== expected.known.tenant)
      return no('other_tenant', 'The escrow key is another tenant’s than before.');
    const lowest = Math.max(expected.minEpoch, expected.known?.keyEpoch ?? 1);
    if (keyEpoch < lowest) return no('key_rolled_back', 'The server offers an older escrow key than one seen before.');
    const pin = { fingerprint: statement.root, tenant, keyEpoch };
    return { ok: true, kid, jwk, tenant, pin, firstUse: pinned === null };
  }
  return refusal;
}
