import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foundAt, keyIdStart, searchFold, tidied, tidiedUuid } from './typed-text.ts';

const id = '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d';

describe('a pasted id', () => {
  it.each([
    ['dashes of a word processor', id.replaceAll('-', '\u2013')],
    ['dashes that do not break', id.replaceAll('-', '\u2011')],
    ['minus signs', id.replaceAll('-', '\u2212')],
    ['wide signs', id.replaceAll('-', '\uff0d')],
    ['braces and capitals', `{${id.toUpperCase()}}`],
    ['no dashes', id.replaceAll('-', '')],
    ['spaces around it', ` \u00a0\t${id}\n`],
    ['a byte order mark', `\ufeff${id}`],
    ['zero-width marks', [...id].join('\u200b')],
    ['signs of direction', `\u202a${id}\u202c\u200e`],
    ['soft hyphens', id.replaceAll('-', '-\u00ad')],
    ['the name of its kind', `urn:uuid:${id}`],
  ])('is what was meant, with %s', (_what, pasted) => {
    expect(tidiedUuid(pasted)).toBe(id);
  });

  it('is not made of what is none', () => {
    expect(tidiedUuid(' PC\u20131 ')).toBe('pc-1');
    expect(tidied(' Ｐ\u200bＣ\u20131 ')).toBe('PC-1');
  });

  it('begins as it is kept, as far as it was typed', () => {
    for (const typed of ['1A2B3C4D5e', '{1a2b3c4d\u20135E', '1a2b 3c4d 5e', '\u200e1A2B3C4D-5E'])
      expect(keyIdStart(typed)).toBe('1a2b3c4d-5e');
    for (const typed of ['', '{}', 'xyz', `${id}0`]) expect(keyIdStart(typed)).toBeNull();
  });
});

describe('the fold of a search', () => {
  it.each([
    ['composed and not', 'Zürich', 'Zu\u0308rich'],
    ['with an accent and without', 'Café', 'cafe'],
    ['dotted capitals', 'İSTANBUL', 'istanbul'],
    ['small letters without a dot', 'ısparta', 'ISPARTA'],
    ['wide letters', 'ＰＣ－０１', 'pc-01'],
    ['another dash', 'ACM\u2013LT', 'acm-lt'],
    ['marks that are not seen', 'P\u200bC\u202e7', 'pc7'],
    ['Greek and Cyrillic', 'ΑΘΉΝΑ МОСКВА', 'αθηνα москва'],
  ])('is one for %s', (_what, one, other) => {
    expect(searchFold(one)).toBe(searchFold(other));
  });

  it('folds once: what is folded stays, so that lines and questions meet', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        (text) => searchFold(searchFold(text)) === searchFold(text),
      ),
      { numRuns: 2000 },
    );
  });

  it('says where in a text it stands, in the text’s own characters', () => {
    const cut = (text: string, q: string) => {
      const place = foundAt(text, q);
      return place && text.slice(...place);
    };
    expect(cut('ACM-LT-0142', 'lt-01')).toBe('LT-01');
    expect(cut('Zu\u0308rich', 'züri')).toBe('Zu\u0308ri');
    expect(cut('İSTANBUL-1', 'istan')).toBe('İSTAN');
    expect(cut('Zürich', 'bern')).toBeNull();
    expect(cut('Zürich', ' ')).toBeNull();
  });
});
