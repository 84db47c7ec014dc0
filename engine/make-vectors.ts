// Writes schema/vectors/engine.json, the measure for a second engine: seals with their content key spelled out, answers
// about the tenant's key with the outcome of each, waits between tries. Run by hand (`node engine/make-vectors.ts`); it
// overwrites nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { base64urlnopad } from '@scure/base';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { CompactSign } from 'jose/jws/compact/sign';
import { SEALED_TYP } from '../schema/jwe.ts';
import type { KeyringWrite } from '../schema/keyring.ts';
import { STATEMENT_TYP } from '../schema/signed.ts';
import { newEscrowKey, newRoot, publicKeyAnswer, stateKey } from './fixtures.ts';
import { trustKey } from './tenant-key.ts';

const bytes = (count: number, first: number) => Uint8Array.from({ length: count }, (_, index) => first + index);
const utf8 = (text: string) => new TextEncoder().encode(text);

async function seals(tenant: string) {
  const key = await newEscrowKey();
  const [contentKey, iv] = [bytes(64, 0), bytes(16, 160)];
  const ids = {
    machine: 'f04ac99a-413e-4c69-9dee-595806f3d1fe',
    run: '013b3a23-cf30-4498-b502-a19d3da5ac5b',
    eid: '71140f1a-445c-4779-a3e9-94ec15d8d4dd',
  };
  const protector = { protectorId: '5f0c1f8e-9f2b-4d2b-8f27-3f2f2b7a9d10', volume: 'C:' };
  const made = [];
  for (const [kind, ref, plaintext] of [
    ['local_admin_password', { account: 'Ünï "quoted" \\ \t' }, 'kq7-Vm2_ünï'],
    ['bitlocker_recovery_key', protector, '000011-000022-720885-111111-222222-333333-444444-555555'],
    ['other', { label: 'sixteen bytes: a whole block of padding follows' }, '0123456789abcdef'],
  ] as const) {
    const header = {
      alg: 'RSA-OAEP-256',
      enc: 'A256CBC-HS512',
      kid: key.kid,
      typ: SEALED_TYP,
      tenant,
      machine: ids.machine,
      run: ids.run,
      kind,
      eid: ids.eid,
      iat: 1_790_000_000,
      ref,
    };
    const sealed = await new CompactEncrypt(utf8(plaintext))
      .setProtectedHeader(header)
      .setContentEncryptionKey(contentKey)
      .setInitializationVector(iv)
      .encrypt(
        await crypto.subtle.importKey('jwk', key.jwk, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt']),
      );
    made.push({ header, plaintext, contentKey: base64urlnopad.encode(contentKey), sealed });
  }
  return made;
}

async function tenantKeys(tenant: string, fingerprint: string, write: KeyringWrite) {
  const [first] = write.escrowKeys;
  if (!first) throw new Error('the first set-up has an escrow key');
  const [root, other, key, swapped] = await Promise.all([newRoot(), newRoot(), newEscrowKey(), newEscrowKey()]);
  const good = await stateKey(root, tenant, key.kid, 2);
  const byOther = await stateKey(other, tenant, key.kid, 2);
  const [head = '', payload = '', signature = ''] = good.split('.');
  const claims = { tenant, kid: key.kid, keyEpoch: 2, createdAt: 0, previousKid: null };
  const signed = (header: object, body: unknown) =>
    new CompactSign(utf8(JSON.stringify(body)))
      .setProtectedHeader({ alg: 'ES256', typ: STATEMENT_TYP, jwk: root.jwk, ...header })
      .sign(root.privateKey);
  const later = base64urlnopad.encode(utf8(JSON.stringify({ ...claims, keyEpoch: 99 })));
  const pin = { fingerprint: root.fingerprint, tenant, keyEpoch: 2 };
  const cut = base64urlnopad.encode(base64urlnopad.decode(signature).slice(0, 63));
  const cases: [string, unknown, { fingerprint?: string | null; minEpoch?: number; known?: typeof pin | null }?][] = [
    ['the pinned root states it', publicKeyAnswer(key, [good])],
    ['the pinned root states it beside another', publicKeyAnswer(key, [byOther, good])],
    ['a first use pins', publicKeyAnswer(key, [good]), { fingerprint: null }],
    ['seen before, same epoch', publicKeyAnswer(key, [good]), { fingerprint: null, known: pin }],
    [
      'the portal’s own statement',
      { ...first.jwk, kid: first.kid, alg: 'RSA-OAEP-256', use: 'enc', statements: [first.statement] },
      { fingerprint },
    ],
    ['another root', publicKeyAnswer(key, [byOther])],
    ['another root than at the first use', publicKeyAnswer(key, [byOther]), { fingerprint: null, known: pin }],
    ['another tenant than before', publicKeyAnswer(key, [good]), { known: { ...pin, tenant: 'else' } }],
    ['an epoch below the file’s', publicKeyAnswer(key, [good]), { minEpoch: 3 }],
    ['an epoch below the highest seen', publicKeyAnswer(key, [good]), { known: { ...pin, keyEpoch: 3 } }],
    ['another modulus under the kid', { ...publicKeyAnswer(key, [good]), n: swapped.jwk.n }],
    ['another key with this one’s statement', publicKeyAnswer(swapped, [good])],
    ['no statement', publicKeyAnswer(key, [])],
    ['another signature', publicKeyAnswer(key, [`${head}.${payload}.${byOther.split('.')[2]}`])],
    ['a signature cut short', publicKeyAnswer(key, [`${head}.${payload}.${cut}`])],
    ['a payload changed after signing', publicKeyAnswer(key, [`${head}.${later}.${signature}`])],
    ['another document of the same root', publicKeyAnswer(key, [await signed({ typ: 'totl-manifest+jws' }, claims)])],
    ['a header with one member more', publicKeyAnswer(key, [await signed({ kid: root.fingerprint }, claims)])],
    ['a payload with one member more', publicKeyAnswer(key, [await signed({}, { ...claims, extra: 1 })])],
    [
      'a member in other case',
      publicKeyAnswer(key, [await signed({}, { tenant, KID: key.kid, keyEpoch: 2, createdAt: 0, previousKid: null })]),
    ],
    ['an epoch as text', publicKeyAnswer(key, [await signed({}, { ...claims, keyEpoch: '2' })])],
    [
      'a root that is not on the curve',
      publicKeyAnswer(key, [await signed({ jwk: { ...root.jwk, y: root.jwk.x } }, claims)]),
    ],
    [
      'an alg in a list',
      publicKeyAnswer(key, [
        `${base64urlnopad.encode(utf8(JSON.stringify({ alg: ['ES256'], typ: STATEMENT_TYP, jwk: root.jwk })))}.${payload}.${signature}`,
      ]),
    ],
    ['not a JWS', publicKeyAnswer(key, ['hello'])],
    ['a private member in the answer', { ...publicKeyAnswer(key, [good]), d: 'AQAB' }],
    ['a short modulus', { ...publicKeyAnswer(key, [good]), n: key.jwk.n.slice(0, 342) }],
    ['another exponent', { ...publicKeyAnswer(key, [good]), e: 'Aw' }],
    ['another algorithm', { ...publicKeyAnswer(key, [good]), alg: 'RSA1_5' }],
    ['statements that are no list', { ...publicKeyAnswer(key, [good]), statements: good }],
    ['no key at all', { hello: 'world' }],
  ];
  const made = [];
  for (const [name, answer, more] of cases) {
    const expected = { fingerprint: root.fingerprint as string | null, minEpoch: 1, known: null, ...more };
    const result = await trustKey(answer, expected);
    const outcome = result.ok ? { pin: result.pin, firstUse: result.firstUse } : { refused: result.code };
    made.push({ name, answer, expected, outcome });
  }
  return made;
}

/** `chance` is what the random number was; `delayMs` how long the wait is after the attempt, counted from 0. */
const delays = [
  { attempt: 0, retryAfterSeconds: 0, chance: 0, delayMs: 0 },
  { attempt: 0, retryAfterSeconds: 0, chance: 0.5, delayMs: 250 },
  { attempt: 4, retryAfterSeconds: 0, chance: 0.25, delayMs: 2_000 },
  { attempt: 1, retryAfterSeconds: 7, chance: 0.5, delayMs: 7_500 },
  { attempt: 4, retryAfterSeconds: 1, chance: 0.75, delayMs: 7_000 },
  { attempt: 2, retryAfterSeconds: 86_400, chance: 0.5, delayMs: 61_000 },
];

const folder = path.join(import.meta.dirname, '../schema/vectors');
const { tenant, fingerprint, write } = JSON.parse(readFileSync(path.join(folder, 'keyring.json'), 'utf8'));
const made = {
  about:
    'For a second engine: seals with their content key, answers about the tenant’s key and what becomes of each, waits between tries.',
  seals: await seals(tenant),
  tenantKeys: await tenantKeys(tenant, fingerprint, write),
  delays,
};
writeFileSync(path.join(folder, 'engine.json'), `${JSON.stringify(made, null, 2)}\n`, { flag: 'wx' });
