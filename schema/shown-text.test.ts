import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isolated, visible } from './shown-text.ts';

const HOSTILE = 'RECEPTION-\u202e10-CP-SECNANIF';

describe('other people’s words', () => {
  it('are shown with each sign that would steer a page or a terminal by its number', () => {
    expect(visible(HOSTILE)).toBe('RECEPTION-⟨U+202E⟩10-CP-SECNANIF');
    expect(visible('a\u001b[2J\u0000\u0085\ufeff\u2066b')).toBe('a⟨U+001B⟩[2J⟨U+0000⟩⟨U+0085⟩⟨U+FEFF⟩⟨U+2066⟩b');
    expect(visible('pc\u200d1 \u{e0041}')).toBe('pc⟨U+200D⟩1 ⟨U+E0041⟩');
    expect(visible('half \ud800')).toBe('half ⟨U+D800⟩');
  });

  it('keep what they are made of: accents, pictures, the joiners of scripts that need them', () => {
    for (const text of ['Zu\u0308rich', 'Praxis 👩‍⚕️', 'می‌خواهم', 'क्‍ष', 'ACM-LT-0142', '部屋'])
      expect(visible(text)).toBe(text);
  });

  it('stay on one line, unless lines are theirs', () => {
    expect(visible('a\r\nb\u2028c')).toBe('a⟨U+000D⟩⟨U+000A⟩b⟨U+2028⟩c');
    expect(visible('a\n\tb\u001b', { lines: true })).toBe('a\n\tb⟨U+001B⟩');
  });

  it('never hold such a sign again, whatever they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) =>
        [...visible(text)].every(
          (sign) => /[\u200c\u200d]/.test(sign) || !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(sign),
        ),
      ),
      { numRuns: 2000 },
    );
  });

  it('are isolated in a sentence where they run from right to left, and otherwise stay as they are', () => {
    expect(isolated('מחשב-1')).toBe('\u2068מחשב-1\u2069');
    expect(isolated(HOSTILE)).toBe(visible(HOSTILE));
    expect(isolated('\u2069מחשב')).toBe('\u2068⟨U+2069⟩מחשב\u2069');
  });
});
