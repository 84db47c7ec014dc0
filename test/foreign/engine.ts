// A foreign engine made of Node's own crypto and fetch, from docs/protocol.md and docs/engine.md alone: it pins, seals, escrows, reports, and
// goes on where the server says. It imports nothing of this project.
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';

export type Configuration = { apiOrigin: string; token: string; fingerprint: string; minEpoch: number };
type Jwk = { kty: string; n?: string; e?: string; crv?: string; x?: string; y?: string };
type Key = Jwk & { kid: string; statements: string[] };
type Trusted = { jwk: Jwk; kid: string; tenant: string };
type Place = { machine: string; run: string };
export type Answer = { status: number; json: Record<string, unknown> };

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
/** Base64url in its one form: a text that does not survive a round trip is not canonical. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new Error('not canonical base64url');
  return bytes;
}
const jsonOf = (text: string): Record<string, unknown> => JSON.parse(bytesOf(text).toString('utf8'));
const hasExactly = (value: object, names: string[]): boolean =>
  JSON.stringify(Object.keys(value).sort()) === JSON.stringify([...names].sort());
/** RFC 7638: the required members in order, as JSON. */
const thumbprint = ({ kty, n, e, crv, x, y }: Jwk): string =>
  sha256(JSON.stringify(kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y })).toString('base64url');

export async function ask(
  { apiOrigin, token }: Configuration,
  path: string,
  body?: string,
  type = 'application/json',
): Promise<Answer> {
  const response = await fetch(apiOrigin + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    body,
    redirect: 'manual',
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

/** The payload of a statement that this root signed, or null. */
function statedBy(compact: string, pin: string): Record<string, unknown> | null {
  const [head = '', payload = '', signature = ''] = compact.split('.');
  const header = jsonOf(head) as { alg: string; typ: string; jwk: Jwk };
  if (!hasExactly(header, ['alg', 'typ', 'jwk']) || header.alg !== 'ES256' || header.typ !== 'totl-key-statement+jws')
    return null;
  if (thumbprint(header.jwk) !== pin) return null;
  const key = createPublicKey({ key: header.jwk as never, format: 'jwk' });
  const signed = Buffer.from(`${head}.${payload}`, 'ascii');
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytesOf(signature))) return null;
  const stated = jsonOf(payload);
  return hasExactly(stated, ['tenant', 'kid', 'keyEpoch', 'createdAt', 'previousKid']) ? stated : null;
}

/** The tenant's key, if the pin vouches for it. */
export async function trustedKey(configuration: Configuration): Promise<Trusted> {
  const { status, json } = await ask(configuration, '/v1/tenant/pubkey');
  const key = json as unknown as Key;
  if (status !== 200 || !hasExactly(key, ['kty', 'n', 'e', 'kid', 'alg', 'use', 'statements']))
    throw new Error(`no key: ${status}`);
  const jwk = { kty: key.kty, n: key.n, e: key.e } as Jwk;
  if (thumbprint(jwk) !== key.kid) throw new Error('the kid is another key’s');
  for (const compact of key.statements) {
    const stated = statedBy(compact, configuration.fingerprint);
    if (stated?.kid === key.kid && Number(stated.keyEpoch) >= configuration.minEpoch)
      return { jwk, kid: key.kid, tenant: String(stated.tenant) };
  }
  throw new Error('the pinned root does not state this key');
}

/** RSA-OAEP under the tenant's key; `hash` is of label and mask generation both. */
const oaep = (key: Trusted, bytes: Buffer, oaepHash = 'sha256'): Buffer =>
  publicEncrypt(
    {
      key: createPublicKey({ key: key.jwk as never, format: 'jwk' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash,
    },
    bytes,
  );

/** One secret as the body of `POST /v1/secret`. `oaepHash` other than SHA-256 is the mistake that no server sees. */
export function sealed(
  key: Trusted,
  { machine, run }: Place,
  { kind, ref, plaintext }: { kind: string; ref: object; plaintext: string },
  oaepHash = 'sha256',
) {
  if (plaintext === '') throw new Error('there is nothing to seal');
  const eid = randomUUID();
  const head = Buffer.from(
    JSON.stringify({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid: key.kid,
      typ: 'totl-secret+jwe',
      tenant: key.tenant,
      machine,
      run,
      kind,
      eid,
      ref,
      iat: Math.floor(Date.now() / 1000),
    }),
  ).toString('base64url');
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(head, 'ascii'));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const parts = [oaep(key, contentKey, oaepHash), iv, ciphertext, cipher.getAuthTag()];
  const compact = [head, ...parts.map((part) => part.toString('base64url'))].join('.');
  return { machine, run, kind, eid, ref, format: 'jwe', order: 1, sealed: compact };
}

export type Sealed = ReturnType<typeof sealed>;

/** Hands a secret over; true only with a receipt for these very bytes. */
export async function escrow(configuration: Configuration, key: Trusted, body: Sealed): Promise<string> {
  const { status, json } = await ask(configuration, '/v1/secret', JSON.stringify({ ...body, sentAt: Date.now() }));
  if (status !== 200 && status !== 201) throw new Error(`refused: ${json.code}`);
  if (json.kid !== key.kid || json.sha256 !== sha256(body.sealed).toString('hex'))
    throw new Error('a receipt for another thing');
  return String(json.secretId);
}

/** Sends a run's events as NDJSON, so many at once, and goes on where the server says. Answers what it was told at the end. */
export async function report(
  configuration: Configuration,
  envelope: object,
  events: { seq: number }[],
  batch: number,
): Promise<Answer> {
  for (let next = 1; ; ) {
    const some = events.filter(({ seq }) => seq >= next).slice(0, batch);
    const lines = [envelope, ...some].map((line) => JSON.stringify(line)).join('\n');
    const answer = await ask(configuration, '/v1/report', lines, 'application/x-ndjson');
    const { nextSeq } = answer.json as { nextSeq: number };
    if (answer.status !== 200 || nextSeq > events.length || nextSeq <= next) return answer;
    next = nextSeq;
  }
}
