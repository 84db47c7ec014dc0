import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { beginsWithTicket } from './facts/begins-with-ticket.ts';
import { RevealBudget, Settings, SettingsChange } from './settings.ts';
import { TicketPattern } from './ticket.ts';

describe('a ticket pattern', () => {
  it.each([
    ['INC-#####', 'INC-12345', true],
    ['INC-#####', '  inc-12345 printer on fire ', true],
    ['INC-#####', 'INC-1234', false],
    ['INC-#####', 'INC-123456', false],
    ['INC-#####', 'see INC-12345', false],
    ['INC-#####', 'INC-1234٥', false],
    ['*-##', 'Acme7-42 blue screen', true],
    ['*-##', '-42', false],
    ['T.##', 'T.42', true],
    ['T.##', 'Tx42', false],
    ['##/*', '26/a1b2', true],
  ])('%s reads "%s": %s', (pattern, reason, fits) => {
    expect(TicketPattern.safeParse(pattern).success).toBe(true);
    expect(beginsWithTicket(pattern, reason)).toBe(fits);
  });

  it.each(['', 'INC', 'INC ###', '(a+)+#', 'a|#', '[0-9]#', '**', '*a', '*#', '#\\d', '^#$', `${'*-'.repeat(20)}#`])(
    '"%s" is not one: a sign outside the language, no place, or a run whose end would be a guess',
    (pattern) => {
      expect(TicketPattern.safeParse(pattern).success).toBe(false);
    },
  );

  it.each(['(a+)+$', '(', '[a-z]', 'a|b', '^#', '\\d', '.*'])(
    'as a server may send one, without the check, "%s" is the signs that it has, because no expression from outside is ever run',
    (pattern) => {
      const itself = pattern.replaceAll('#', '4').replaceAll('*', 'x');
      expect(beginsWithTicket(pattern, itself)).toBe(true);
      expect(beginsWithTicket(pattern, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')).toBe(false);
    },
  );

  it('reads any reason in steps that grow with its length alone, because a run always ends at the same place', () => {
    const pattern = TicketPattern.parse(`${'*-'.repeat(19)}#`);
    for (const reason of ['a'.repeat(500), 'a-'.repeat(250), '-'.repeat(500)])
      expect(beginsWithTicket(pattern, reason)).toBe(false);
  });

  it('accepts what is made from it, and nothing with a character less', () => {
    const signs = fc.constantFrom('#', 'I', 'n', '7', '-', '.', '/', ':', '_');
    fc.assert(
      fc.property(fc.array(signs, { minLength: 1, maxLength: 39 }), (drawn) => {
        const pattern = TicketPattern.parse(`${drawn.join('')}#`);
        const ticket = pattern.replaceAll('#', '4');
        expect(beginsWithTicket(pattern, `${ticket} and why`)).toBe(true);
        expect(beginsWithTicket(pattern, ticket.slice(1))).toBe(false);
      }),
    );
  });
});

describe('settings', () => {
  it('have defaults within their own bounds', () => {
    expect(Settings.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  });

  it('refuse a budget that shrinks from minute to day, and one beyond its bounds', () => {
    for (const budget of [
      { perMinute: 20, perHour: 10, perDay: 30 },
      { perMinute: 1, perHour: 10, perDay: 9 },
      { perMinute: 0, perHour: 10, perDay: 10 },
      { perMinute: 1, perHour: 1, perDay: 2001 },
    ])
      expect(RevealBudget.safeParse(budget).success).toBe(false);
  });

  it('change one by one; nothing at all, or an unknown setting, is no change', () => {
    expect(SettingsChange.parse({ rotateAfterRevealMs: null })).toEqual({ rotateAfterRevealMs: null });
    expect(SettingsChange.safeParse({}).success).toBe(false);
    expect(SettingsChange.safeParse({ allowRaw: true }).success).toBe(false);
  });
});
