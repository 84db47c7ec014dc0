import { expect, it } from 'vitest';
import { Email } from './text.ts';

it.each([
  ['a Kelvin sign, which lower-cases to a k', 'mar\u212a@example.com'],
  ['a dotted capital I, which lower-cases to two characters', '\u0130da@example.com'],
  ['a wide letter, which some fold into a plain one', '\uff41dmin@example.com'],
  ['a letter taken apart, which looks like the one in one piece', 'jose\u0301@example.com'],
  ['a control character', 'admin\u0007@example.com'],
  ['a zero-width space', 'ad\u200bmin@example.com'],
  ['a word that turns the direction of reading', 'ad\u202emin@example.com'],
  ['a DEL', 'admin\u007f@example.com'],
])('an address with %s is refused, because it could pass for somebody else’s', (_what, email) =>
  expect(Email.safeParse(email).success).toBe(false),
);

it.each([
  ['Admin@Example.COM', 'admin@example.com'],
  ['jos\u00e9.o’neil+pc@example.com', 'jos\u00e9.o’neil+pc@example.com'],
  ['\u0438\u0432\u0430\u043d@example.com', '\u0438\u0432\u0430\u043d@example.com'],
])('%s is kept as %s, because people are written so', (email, kept) => expect(Email.parse(email)).toBe(kept));
