// A signed or sealed document has one text: somebody who passes it on cannot make another that still verifies, except
// for the signature's own twin.
import { base64urlnopad } from '@scure/base';
import { CompactSign } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { twinOf } from '../portal/vault/fixtures.ts';
import { readSealed } from './jwe.ts';
import { EcPublicJwk, RsaPublicJwk, thumbprint } from './jwk.ts';
import { Kdf, Wrap } from './keyring.ts';
import { CompactJws, SealedBytes, STATEMENT_TYP, sha256Hex, signedSha256, verifyStatement } from './signed.ts';
import { Thumbprint } from './text.ts';
import keyring from './vectors/keyring.json' with { type: 'json' };
import secrets from './vectors/secrets.json' with { type: 'json' };

const { write } = keyring;
const [statedKey] = write.escrowKeys as [(typeof write.escrowKeys)[0]];
const [sealedSecret] = secrets.secrets as [(typeof secrets.secrets)[0]];

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The same bytes to a lenient reader: a bit that no byte uses is set. */
const withUnusedBit = (text: string): string => text.slice(0, -1) + ALPHABET[ALPHABET.indexOf(text.at(-1) ?? '') + 1];
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Every other text that a lenient reader takes for the same bytes. */
const BENT: [string, (text: string) => string][] = [
  ['padding', (text) => `${text}${'='.repeat((4 - (text.length % 4)) % 4)}`],
  ['a space', (text) => ` ${text}`],
  ['a line feed', (text) => `${text}\n`],
  ['an unused bit', withUnusedBit],
  ['the other alphabet', (text) => text.replaceAll('-', '+').replaceAll('_', '/')],
];

describe('what is signed', () => {
  const { statement } = statedKey;
  const [header, payload, signature = ''] = statement.split('.');

  it('verifies as it was written once', async () => {
    expect(await verifyStatement(statement)).toMatchObject({ ok: true });
    expect(CompactJws(4096).safeParse(statement).success).toBe(true);
  });

  it.each(BENT)('does not verify with %s in its signature, because its hash would be another', async (_, bend) => {
    const bent = [header, payload, bend(signature)].join('.');
    // Its alphabet may hold no letter that differs.
    if (bent === statement) return;
    expect(await verifyStatement(bent)).toMatchObject({ ok: false });
    expect(CompactJws(4096).safeParse(bent).success).toBe(false);
  });

  it('verifies with either s, because half of all that foreign signers write has the high one, and is remembered alike', async () => {
    const other = twinOf(statement);
    expect(await verifyStatement(other)).toMatchObject({ ok: true });
    expect(CompactJws(4096).safeParse(other).success).toBe(true);
    expect(await sha256Hex(other)).not.toBe(await sha256Hex(statement));
    expect(await signedSha256(other)).toBe(await signedSha256(statement));
  });

  describe('by a root that signs what no writer of ours would', () => {
    let key: CryptoKey;
    let jwk: EcPublicJwk;
    beforeAll(async () => {
      const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
        'sign',
      ])) as CryptoKeyPair;
      key = pair.privateKey;
      const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey;
      jwk = EcPublicJwk.parse({ kty, crv, x, y });
    });
    const sign = (content: string, by: object = jwk) =>
      new CompactSign(utf8(content))
        .setProtectedHeader({ alg: 'ES256', typ: STATEMENT_TYP, jwk: by as EcPublicJwk })
        .sign(key);
    const said = { tenant: 'acme', kid: 'A'.repeat(43), keyEpoch: 1, createdAt: 1, previousKid: null };

    it('is refused with a byte order mark, because two readers would take it for two things', async () => {
      expect(await verifyStatement(await sign(JSON.stringify(said)))).toMatchObject({ ok: true });
      expect(await verifyStatement(await sign(`\ufeff${JSON.stringify(said)}`))).toMatchObject({ ok: false });
    });

    it('is refused under a public key with an unused bit, because its thumbprint would be another', async () => {
      expect(
        await verifyStatement(await sign(JSON.stringify(said), { ...jwk, x: withUnusedBit(jwk.x) })),
      ).toMatchObject({
        ok: false,
      });
    });
  });
});

describe('what is sealed', () => {
  const { sealed } = sealedSecret.revealed;

  it.each(BENT)('is not taken with %s in any segment', (_, bend) => {
    expect(readSealed(sealed)).toMatchObject({ ok: true });
    const segments: string[] = sealed.split('.');
    for (const [place, segment] of segments.entries()) {
      const bent = bend(segment);
      // A segment of whole groups of three bytes has neither padding nor unused bits.
      if (bent === segment || (bend === withUnusedBit && segment.length % 4 === 0)) continue;
      expect(readSealed(segments.with(place, bent).join('.')), `segment ${place}`).toMatchObject({ ok: false });
    }
  });

  it('is not taken with a byte order mark in its header', () => {
    const [head = '', ...rest]: string[] = sealed.split('.');
    const bent = base64urlnopad.encode(utf8(`\ufeff${new TextDecoder().decode(base64urlnopad.decode(head))}`));
    expect(readSealed([bent, ...rest].join('.'))).toMatchObject({ ok: false });
  });
});

describe('keys and their names', () => {
  const { jwk } = statedKey;

  it('are taken as they were written once', async () => {
    expect(RsaPublicJwk.safeParse(jwk).success).toBe(true);
    expect(Thumbprint.safeParse(await thumbprint(RsaPublicJwk.parse(jwk))).success).toBe(true);
    for (const { kdf, sealed } of write.unlockers) {
      expect(Kdf.safeParse(kdf).success).toBe(true);
      expect(SealedBytes.safeParse(sealed).success).toBe(true);
    }
    for (const wrap of write.wraps) expect(Wrap.safeParse(wrap).success).toBe(true);
  });

  it('of RSA have exactly 3072 bits and the exponent 65537', () => {
    for (const bent of [
      { ...jwk, n: `f${jwk.n.slice(1)}` },
      { ...jwk, n: `A${jwk.n.slice(1)}` },
      { ...jwk, n: jwk.n.slice(0, 508) },
      { ...jwk, n: `AAAA${jwk.n}` },
      { ...jwk, e: 'Aw' },
      { ...jwk, e: 'AAEAAQ' },
    ])
      expect(RsaPublicJwk.safeParse(bent).success).toBe(false);
  });

  it.each(BENT)('are not taken with %s', async (_, bend) => {
    const { statement, kid } = statedKey;
    const { jwk: root } = JSON.parse(new TextDecoder().decode(base64urlnopad.decode(statement.split('.')[0] ?? '')));
    for (const [schema, good] of [
      [Thumbprint, kid],
      [EcPublicJwk.shape.x, root.x],
      [EcPublicJwk.shape.y, root.y],
      [SealedBytes, write.unlockers[0]?.sealed ?? ''],
      [Kdf.options[0].shape.salt, write.unlockers[0]?.kdf.salt],
      [Wrap.shape.jwe, write.wraps[0]?.jwe ?? ''],
    ] as const) {
      const bent = bend(good);
      if (bent === good || (bend === withUnusedBit && (good.split('.').at(-1) ?? '').length % 4 === 0)) continue;
      expect(schema.safeParse(good).success).toBe(true);
      expect(schema.safeParse(bent).success).toBe(false);
    }
  });
});
