// The secrets a real PC would make: from the system's randomness. Apart from random.ts, whose seed everybody knows.
import { randomBytes, randomInt } from 'node:crypto';
import { PASSWORD_ALPHABET } from '../../schema/facts/password-alphabet.ts';

/** A random local administrator password of 20 characters. */
export const localAdminPassword = (): string =>
  Array.from({ length: 20 }, () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)]).join('');

/** A BitLocker recovery password: eight groups of six digits, each a random 16-bit number times 11. */
export const bitlockerRecoveryPassword = (): string =>
  Array.from({ length: 8 }, () => String(randomBytes(2).readUInt16BE() * 11).padStart(6, '0')).join('-');
