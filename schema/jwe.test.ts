import { base64urlnopad } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSealed, SEALED_TYP } from './jwe.ts';

const encode = (value: unknown) => base64urlnopad.encode(new TextEncoder().encode(JSON.stringify(value)));
const bytes = (count: number) => base64urlnopad.encode(new Uint8Array(count));
const id = '5f0c1f8e-9f2b-4d2b-8f27-3f2f2b7a9d10';
const header = {
  alg: 'RSA-OAEP-256',
  enc: 'A256GCM',
  kid: 'A'.repeat(43),
  typ: SEALED_TYP,
  tenant: 'acme',
  machine: id,
  run: id,
  kind: 'other',
  eid: id,
  iat: 1,
  ref: { label: 'x' },
};
const jwe = (change: object = {}, [key, nonce, text, tag] = [384, 12, 5, 16]) =>
  [encode({ ...header, ...change }), bytes(key ?? 0), bytes(nonce ?? 0), bytes(text ?? 0), bytes(tag ?? 0)].join('.');

describe('the sealed header', () => {
  it('is read where every segment has the length its algorithms give', () => {
    expect(readSealed(jwe())).toMatchObject({ ok: true, header });
    expect(readSealed(jwe({ enc: 'A256CBC-HS512' }, [384, 16, 32, 32]))).toMatchObject({ ok: true });
  });

  it('may name the PC as it was when it was sealed, in exactly two members', () => {
    const pc = { hostname: 'ACM-LT-0142', serial: '5CD1234XYZ' };
    expect(readSealed(jwe({ pc }))).toMatchObject({ ok: true, header: { pc } });
    expect(readSealed(jwe({ pc: { ...pc, serial: null } }))).toMatchObject({ ok: true });
    for (const bent of [null, {}, { hostname: 'X' }, { ...pc, model: 'M' }, { ...pc, hostname: '' }, 'ACM-LT-0142'])
      expect(readSealed(jwe({ pc: bent }))).toMatchObject({ ok: false });
  });

  it.each([
    ['another algorithm', jwe({ alg: 'RSA-OAEP' }), 'sealed.header.alg'],
    ['dir', jwe({ alg: 'dir' }), 'sealed.header.alg'],
    ['a compressed content', jwe({ zip: 'DEF' }), 'sealed.header'],
    ['a key of its own', jwe({ jwk: {} }), 'sealed.header'],
    ['crit', jwe({ crit: ['x'] }), 'sealed.header'],
    ['no eid', jwe({ eid: undefined }), 'sealed.header.eid'],
    ['iat in fractions', jwe({ iat: 1.5 }), 'sealed.header.iat'],
    ['a short encrypted key', jwe({}, [256, 12, 5, 16]), 'sealed'],
    ['a short tag', jwe({}, [384, 12, 5, 12]), 'sealed'],
    ['CBC that is not whole blocks', jwe({ enc: 'A256CBC-HS512' }, [384, 16, 5, 32]), 'sealed'],
    ['no content', jwe({}, [384, 12, 0, 16]), 'sealed'],
    ['four segments', jwe().split('.').slice(1).join('.'), 'sealed'],
  ])('with %s is refused at its field', (_what, compact, field) => {
    expect(readSealed(compact)).toMatchObject({ ok: false, field });
  });

  it('never repeats what a client put into it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.jsonValue(), (name, value) => {
        const read = readSealed(jwe({ [`canary-${name}`]: value, kid: 'canary-kid' }));
        expect(read.ok).toBe(false);
        expect(JSON.stringify(read)).not.toContain('canary');
      }),
    );
  });

  it('takes no text for a ciphertext', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readSealed(text).ok).toBe(false);
      }),
    );
  });
});
