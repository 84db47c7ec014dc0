import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRecoveryCode, parseRecoveryCode } from './recovery-code.ts';

const share = fc.record({
  setId: fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .map((bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')),
  threshold: fc.integer({ min: 1, max: 16 }),
  index: fc.integer({ min: 1, max: 16 }),
  secret: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

describe('a recovery code', () => {
  it('is eleven groups of four and reads back as it was', () => {
    fc.assert(
      fc.property(share, (one) => {
        const code = formatRecoveryCode(one);
        expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){10}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(parseRecoveryCode(code)).toEqual({ ...one, secret: new Uint8Array(one.secret) });
      }),
    );
  });

  it('notices any one wrong character, because the checksum covers all of it', () => {
    fc.assert(
      fc.property(share, fc.nat(43), fc.integer({ min: 1, max: 31 }), (one, place, shift) => {
        const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
        const characters = [...formatRecoveryCode(one).replaceAll('-', '')];
        const at = alphabet.indexOf(characters[place] ?? '');
        characters[place] = alphabet[(at + shift) % 32] ?? '';
        expect(parseRecoveryCode(characters.join(''))).toBeNull();
      }),
    );
  });

  it('reads as it was meant, however it was typed or pasted', () => {
    fc.assert(
      fc.property(share, (one) => {
        const code = formatRecoveryCode(one);
        const pasted = [
          code.toLowerCase(),
          code.replaceAll('-', ' \u2013 '),
          `\ufeff${[...code].join('\u200b')}\u00a0`,
          code.replaceAll('0', 'o').replaceAll('1', 'l'),
          [...code].map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).join(''),
        ];
        for (const text of pasted)
          expect(parseRecoveryCode(text)).toEqual({ ...one, secret: new Uint8Array(one.secret) });
      }),
    );
  });

  it('is not found in other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseRecoveryCode(text)).toBeNull();
      }),
    );
  });
});
