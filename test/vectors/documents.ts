// JWE, JWS and the cookbook's examples, each through the way of ours that takes its key: the vault for a JWE, a signed document's
// verifier for P-256, the check of a sign-in for RSA and everything else.
import { createLocalJWKSet } from 'jose/jwks/local';
import { jwtVerify } from 'jose/jwt/verify';
import { jwsAlgorithm } from '../../node_modules/jose/dist/webapi/lib/jws_algorithms.js';
import { openJwe } from '../../portal/vault/opener.ts';
import { openWrap } from '../../portal/vault/vault-key.ts';
import type { EcPublicJwk } from '../../schema/jwk.ts';
import { isSignedBy } from '../../schema/signed.ts';
import { ALGORITHMS } from '../../worker/authenticate/person.ts';
import ecdsa from './data/ecdsa-p256.json';
import jwe from './data/jwe.json';
import jws from './data/jws.json';
import cookbook from './data/rfc7520.json';
import { bytesOf, type Case, isSame, type Suite, type Verdict } from './suite.ts';

type Jwk = JsonWebKey & { kty: string; kid?: string };

const ecKey = ({ kty, crv, x, y, d }: JsonWebKey) =>
  crypto.subtle.importKey('jwk', { kty, crv, x, y, d }, { name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
const rsaKey = ({ kty, n, e, d, p, q, dp, dq, qi }: JsonWebKey) =>
  crypto.subtle.importKey('jwk', { kty, n, e, d, p, q, dp, dq, qi }, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
    'decrypt',
  ]);

/** Opens by the one of our two decrypters that takes such a key; no other kind of key opens anything of ours. */
async function openByKey(key: Jwk | null, compact: string): Promise<Uint8Array> {
  if (key?.kty === 'EC') return (await openWrap(compact, await ecKey(key))).plaintext;
  if (key?.kty === 'RSA') return openJwe(compact, await rsaKey(key));
  throw new Error('no secret of ours opens with such a key');
}

/** The signature is verified before the claims are read: a signed text that is no claims has passed. */
async function isSignIn(compact: string, key: Jwk): Promise<boolean> {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = key;
  try {
    await jwtVerify(compact, createLocalJWKSet({ keys: [open as Jwk] }), { algorithms: ALGORITHMS });
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_JWT_INVALID';
  }
}

const isSigned = (compact: string, key: Jwk): Promise<boolean> => {
  const { kty, crv, x, y } = key;
  return kty === 'EC' ? isSignedBy({ kty, crv, x, y } as EcPublicJwk, compact) : isSignIn(compact, key);
};

type JwsGroup = { public: Jwk; tests: { tcId: number; jws: string; result: string }[] };
const jwsSuite = (name: string, takes: (key: Jwk) => boolean): Suite => ({
  name,
  cases: (jws.groups as JwsGroup[])
    .filter((group) => takes(group.public))
    .flatMap((group) =>
      group.tests.map((test) => ({
        id: test.tcId,
        theirs: test.result as Verdict,
        opens: () => isSigned(test.jws, group.public),
      })),
    ),
});

type JweGroup = { private: Jwk; tests: { tcId: number; pt?: string; jwe: string; result: string }[] };
const ES256 = jwsAlgorithm('ES256').signing;

export const DOCUMENTS: readonly Suite[] = [
  {
    name: 'JWE',
    cases: (jwe.groups as JweGroup[]).flatMap((group) =>
      group.tests.map((test) => ({
        id: test.tcId,
        theirs: test.result as Verdict,
        opens: async () => isSame(await openByKey(group.private, test.jwe), bytesOf(test.pt)),
      })),
    ),
  },
  jwsSuite('JWS, P-256', (key) => key.kty === 'EC'),
  jwsSuite('JWS, RSA and HMAC', (key) => key.kty !== 'EC'),
  {
    name: 'ECDSA, P-256',
    // The signed text of a JWS is header and payload, so these go to the step below, which jose takes with the same parameters.
    cases: ecdsa.groups.flatMap(({ x, y, tests }) =>
      tests.map(
        (test): Case => ({
          id: test.tcId,
          theirs: test.result as Verdict,
          opens: async () => {
            const { msg, sig }: { msg?: string; sig?: string } = test;
            const jwk = { kty: 'EC', crv: 'P-256', x, y };
            const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
              'verify',
            ]);
            return crypto.subtle.verify(ES256, key, bytesOf(sig), bytesOf(msg));
          },
        }),
      ),
    ),
  },
  {
    name: 'RFC 7520',
    cases: (cookbook.examples as { section: string; key: Jwk | null; compact: string }[]).map(
      ({ section, key, compact }): Case => ({
        id: section,
        theirs: 'valid',
        opens: async () =>
          compact.split('.').length === 5
            ? (await openByKey(key, compact)).length > 0
            : isSigned(compact, key ?? { kty: 'none' }),
      }),
    ),
  },
];

/** Every JWE and JWS here as its text, for the doors that take only documents of ours. */
export const TEXTS = {
  jwe: (jwe.groups as JweGroup[]).flatMap(({ tests }) => tests.map((test) => test.jwe)),
  jws: (jws.groups as JwsGroup[]).flatMap(({ tests }) => tests.map((test) => test.jws)),
  cookbook: cookbook.examples.map(({ compact }) => compact),
};
