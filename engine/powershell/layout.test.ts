// The bytes that the PowerShell module makes, without running it: its constants, names and orders, read off its syntax trees and held against
// the schema and the vectors; and the steps it takes, taken here by Node and by the openssl client, give the vectors' bytes and open. That
// the module itself gives them is the Pester tests' affair.
import { execFile } from 'node:child_process';
import { createCipheriv, createHmac } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readSealed, SEALED_TYP } from '../../schema/jwe.ts';
import { EcPublicJwk, RsaPublicJwk, thumbprint } from '../../schema/jwk.ts';
import { PublicKeyAnswer } from '../../schema/keyring.ts';
import { REFUSALS } from '../../schema/refusal.ts';
import { EVENT_MAX_BYTES, MESSAGE_MAX, PhaseName, REPORT_MAX_EVENTS, SEQ_MAX } from '../../schema/report.ts';
import { SHARED_UUID_PATTERNS, SHARED_UUIDS } from '../../schema/shared-ids.ts';
import { KeyStatement, STATEMENT_TYP } from '../../schema/signed.ts';
import { Sha256, TenantId, Thumbprint, Uuid } from '../../schema/text.ts';
import engine from '../../schema/vectors/engine.json';
import secrets from '../../schema/vectors/secrets.json';
import { SET_ASIDE, TOKEN_REFUSALS, WAITS_ALONE } from '../answer.ts';
import { newEscrowKey, newRoot, publicKeyAnswer, startServer, stateKey } from '../fixtures.ts';
import { LOST_MAX } from '../spooled-run.ts';
import { type Expected, trustKey } from '../tenant-key.ts';
import { ask } from '../transport.ts';
import { functionsOf, type Node, nodesOf, sources } from './grammar.ts';
import { sharedIdsText } from './shared-ids.ts';

const parts = sources.filter((file) => file.name.startsWith('TotlProvision/private/'));
const functions = new Map(parts.flatMap((file) => [...functionsOf(file)]));
const body = (name: string): Node => {
  const found = functions.get(name);
  if (!found) throw new Error(`${name} is not there`);
  return found;
};
/** The value that a script variable is set to, literally: a text without its quotes, a number, a list of texts. */
const constants = new Map(
  parts.flatMap((file) =>
    nodesOf(file.root, 'assignment_expression')
      .filter((node) => node.namedChildren[0]?.text.startsWith('$script:'))
      .map((node): [string, string | string[]] => {
        const texts = nodesOf(node, 'verbatim_string_characters').map((one) => one.text.slice(1, -1));
        const name = node.namedChildren[0]?.text.slice('$script:'.length) ?? '';
        if (nodesOf(node, 'array_expression').length > 0) return [name, texts];
        return [name, texts[0] ?? node.namedChildren.at(-1)?.text ?? ''];
      }),
  ),
);
/** A pattern of .NET as JavaScript has it: `\z` is the end there, `$` would forgive a last line feed. */
const pattern = (name: string): string => String(constants.get(name)).replace(/\\z$/, '$');
const patternOf = (schema: z.ZodType) => z.toJSONSchema(schema).pattern;
const calls = (name: string) => nodesOf(body(name), 'invokation_expression').map((node) => node.text);
const format = (form: string, ...values: string[]): string =>
  form.replace(/\{\{|\}\}|\{(\d)\}/g, (whole, index) =>
    index === undefined ? (whole[0] ?? '') : (values[index] ?? ''),
  );
const decode = (text: string) => Buffer.from(text, 'base64url');
const headerOf = (sealed: string): string => decode(sealed.split('.')[0] ?? '').toString('utf8');
const cbc = secrets.secrets.find(({ name }) => name.endsWith('A256CBC-HS512'))?.revealed.sealed ?? '';

describe('the sealed header', () => {
  const entries = nodesOf(body('Get-TotlSealedHeader'), 'hash_entry').map((node) =>
    node.namedChildren.map((one) => one?.text),
  );
  const members = entries.map(([name]) => name);

  it('has exactly the members of the vectors, in their order, and the schema takes it', () => {
    expect(members.slice(0, 4)).toEqual(['alg', 'enc', 'kid', 'typ']);
    for (const { header, sealed } of engine.seals) {
      expect(Object.keys(header)).toEqual(members);
      expect(headerOf(sealed)).toBe(JSON.stringify(header));
      expect(readSealed(sealed)).toEqual({ ok: true, header });
    }
    expect(Object.keys(JSON.parse(headerOf(cbc))).sort()).toEqual([...members].sort());
  });

  it('names the algorithms and the typ of the schema', () => {
    const made = {
      alg: constants.get('JweAlgorithm'),
      enc: constants.get('JweEncryption'),
      typ: constants.get('SealedTyp'),
    };
    expect(made).toEqual({ alg: 'RSA-OAEP-256', enc: 'A256CBC-HS512', typ: SEALED_TYP });
    expect(entries.map(([, value]) => value)).toEqual([
      '$script:JweAlgorithm',
      '$script:JweEncryption',
      '$Key.Kid',
      '$script:SealedTyp',
      '$Key.Tenant',
      '$MachineId',
      '$RunId',
      '$Kind',
      '$Eid',
      '$IssuedAt',
      '$Ref',
    ]);
  });
});

describe('the content encryption', () => {
  it('takes the first half of the content key to authenticate and the second to encrypt', () => {
    expect(calls('Protect-TotlContent').filter((text) => text.startsWith('[Array]::Copy'))).toEqual([
      '[Array]::Copy($contentKey, 0, $macKey, 0, 32)',
      '[Array]::Copy($contentKey, 32, $encryptionKey, 0, 32)',
      '[Array]::Copy($mac, 0, $tag, 0, 32)',
    ]);
    const settings = nodesOf(body('Protect-TotlContent'), 'assignment_expression').map((node) => node.text);
    expect(settings).toEqual(
      expect.arrayContaining([
        '$aes.Key = $encryptionKey',
        '$aes.IV = $Iv',
        '$hmac.Key = $macKey',
        '$aes.Mode = [System.Security.Cryptography.CipherMode]::CBC',
        '$aes.Padding = [System.Security.Cryptography.PaddingMode]::PKCS7',
      ]),
    );
  });

  it('authenticates header, vector, ciphertext and the bit length of the header, in this order', () => {
    expect(calls('Protect-TotlContent').filter((text) => text.startsWith('$authenticated.Write'))).toEqual(
      ['$header', '$Iv', '$ciphertext', '$bitLength'].map((name) => `$authenticated.Write(${name}, 0, ${name}.Length)`),
    );
  });

  it('writes that length as 64 bits, most significant byte first', () => {
    expect(
      nodesOf(body('Get-TotlBitLength'), 'statement_list')[0]
        ?.text.split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      '$length = [byte[]]::new(8)',
      '$bits = [BitConverter]::GetBytes([int] ($Bytes * 8))',
      '[Array]::Reverse($bits)',
      '[Array]::Copy($bits, 0, $length, 4, 4)',
      'return , $length',
    ]);
  });

  it('in these very steps gives the bytes of the vectors, which jose made', () => {
    for (const { contentKey, plaintext, sealed } of engine.seals) {
      const [header = '', , iv = '', ciphertext, tag] = sealed.split('.');
      const key = decode(contentKey);
      const cipher = createCipheriv('aes-256-cbc', key.subarray(32), decode(iv));
      const encrypted = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      // As Get-TotlBitLength has it: four zero bytes, then the reversed bytes of a little-endian 32-bit number.
      const bits = Buffer.alloc(8);
      bits.set(new Uint8Array(Int32Array.of(header.length * 8).buffer).reverse(), 4);
      const mac = createHmac('sha512', key.subarray(0, 32));
      for (const part of [Buffer.from(header, 'ascii'), decode(iv), encrypted, bits]) mac.update(part);
      expect(encrypted.toString('base64url')).toBe(ciphertext);
      expect(mac.digest().subarray(0, 32).toString('base64url')).toBe(tag);
    }
  });

  it('puts the five segments into the order of RFC 7516', () => {
    const [joined] = nodesOf(body('Join-TotlJwe'), 'format_expression').filter((node) => node.text.startsWith("'{0}."));
    expect(joined?.text).toBe(
      "'{0}.{1}.{2}.{3}.{4}' -f $EncodedHeader, $encryptedKeyText, $ivText, $ciphertextText, $tagText",
    );
    expect(body('New-TotlJwe').text).toContain(
      'Join-TotlJwe $encodedHeader $encryptedKey $iv $content.Ciphertext $content.Tag',
    );
  });

  it('wraps the content key by RSA-OAEP with SHA-256', () => {
    expect(calls('Protect-TotlContentKey').filter((text) => text.startsWith('$rsa.Encrypt'))).toEqual([
      '$rsa.Encrypt($contentKey, [System.Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)',
    ]);
  });
});

describe('keys and statements', () => {
  it('have the thumbprints that RFC 7638 gives', async () => {
    const [root, key] = await Promise.all([newRoot(), newEscrowKey()]);
    const sha256 = async (text: string) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('base64url');
    const { x, y } = EcPublicJwk.parse(root.jwk);
    const { e, n } = RsaPublicJwk.parse(key.jwk);
    expect(await sha256(format(String(constants.get('EcThumbprintForm')), x, y))).toBe(await thumbprint(root.jwk));
    expect(await sha256(format(String(constants.get('RsaThumbprintForm')), e, n))).toBe(await thumbprint(key.jwk));
  });

  it('have the members, the typ and the patterns of the schema', () => {
    expect(constants.get('StatementTyp')).toBe(STATEMENT_TYP);
    expect(constants.get('StatementAlgorithm')).toBe('ES256');
    expect(constants.get('StatementPayloadMembers')).toEqual(Object.keys(KeyStatement.shape));
    expect(constants.get('StatementRootMembers')).toEqual(Object.keys(EcPublicJwk.shape));
    expect(constants.get('PublicKeyMembers')).toEqual(Object.keys(PublicKeyAnswer.shape));
    expect(pattern('UuidPattern')).toBe(patternOf(Uuid));
    expect(pattern('TenantPattern')).toBe(patternOf(TenantId));
    expect(pattern('Sha256Pattern')).toBe(patternOf(Sha256));
    expect(pattern('ThumbprintPattern')).toBe(patternOf(Thumbprint));
    expect(pattern('PhasePattern')).toBe(patternOf(PhaseName));
    expect(pattern('ModulusPattern')).toBe(patternOf(RsaPublicJwk.shape.n));
  });

  it('have the limits of the protocol', () => {
    const names = ['ReportMaxEvents', 'EventMaxBytes', 'SeqMax', 'MessageMax', 'LostMax'];
    const numbers = names.map((name) => Number(constants.get(name)));
    expect(numbers).toEqual([REPORT_MAX_EVENTS, EVENT_MAX_BYTES, SEQ_MAX, MESSAGE_MAX, LOST_MAX]);
  });

  it('have the refusals of the server, and make of each what the reference engine makes of it', () => {
    // The module does not take an unknown code for a refusal: a new code has to be added there too.
    expect([...(constants.get('Refusals') ?? [])].sort()).toEqual(Object.keys(REFUSALS).sort());
    expect(constants.get('TokenRefusals')).toEqual(TOKEN_REFUSALS);
    expect(constants.get('SetAsideRefusals')).toEqual(SET_ASIDE);
    expect(constants.get('WaitsAloneRefusals')).toEqual(WAITS_ALONE);
  });
});

describe('what many PCs share', () => {
  it('stands in the module as the one list has it', () => {
    const file = sources.find(({ name }) => name === 'TotlProvision/private/SharedIds.ps1');
    expect(file?.text).toBe(sharedIdsText());
    expect(constants.get('SharedUuids')).toEqual(SHARED_UUIDS.map(({ value }) => value));
    expect(constants.get('SharedUuidPatterns')).toEqual(SHARED_UUID_PATTERNS.map(({ value }) => value));
  });
});

describe('the vectors that Pester reads', () => {
  it.each(engine.tenantKeys)('the reference engine decides so too: $name', async ({ answer, expected, outcome }) => {
    const result = await trustKey(answer, expected as Expected);
    expect(result.ok ? { pin: result.pin, firstUse: result.firstUse } : { refused: result.code }).toEqual(outcome);
  });

  it.each(engine.delays)(
    'the reference engine waits so too: %o',
    async ({ attempt, retryAfterSeconds, chance, delayMs }) => {
      const slept: number[] = [];
      const reply = await ask(
        {
          apiOrigin: 'http://localhost',
          token: 'tok_x',
          random: () => chance,
          fetch: async () => Response.json({}, { status: 503, headers: { 'retry-after': String(retryAfterSeconds) } }),
          sleep: async (ms) => {
            slept.push(ms);
          },
        },
        { route: 'GET /v1/tenant/pubkey' },
      );
      expect(reply).toMatchObject({ code: 'offline' });
      expect([slept[attempt], slept.length + 1]).toEqual([delayMs, Number(constants.get('Attempts'))]);
    },
  );
});

describe('the openssl client', () => {
  it('takes the same steps with the same members in the same order, and what it seals opens', async () => {
    const [root, key] = await Promise.all([newRoot(), newEscrowKey()]);
    const statement = await stateKey(root, 'acme', key.kid);
    const server = await startServer(() => publicKeyAnswer(key, [statement]));
    try {
      const client = path.join(import.meta.dirname, '../../test/foreign/escrow.sh');
      const args = [server.origin, 'acme', crypto.randomUUID(), crypto.randomUUID()];
      const env = { PATH: process.env.PATH, TOKEN: 'tok_x', SECRET_JWE: 'kq7-Vm2_ünï', SECRET_RAW: 'raw' };
      await promisify(execFile)(client, args, { env });
      const sealed = [...server.secrets.values()].map((one) => one.sealed).find((text) => text.includes('.')) ?? '';
      expect(Object.keys(JSON.parse(headerOf(sealed)))).toEqual(Object.keys(engine.seals[0]?.header ?? {}));
      const opened = await compactDecrypt(sealed, key.privateKey);
      expect(new TextDecoder().decode(opened.plaintext)).toBe('kq7-Vm2_ünï');
    } finally {
      await server.close();
    }
  });
});
