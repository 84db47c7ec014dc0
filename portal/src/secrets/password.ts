// A password nobody can guess, for a secret that is added by hand: typed at a PC later, so without characters that look alike.
import { PASSWORD_ALPHABET } from '../../../schema/facts/password-alphabet.ts';

const LENGTH = 20;
/** The largest multiple of the alphabet's length in a byte: values above it would favour its first characters. */
const FAIR = 256 - (256 % PASSWORD_ALPHABET.length);

/** Twenty characters of sixty-one: 118 bits. */
export function generatePassword(): string {
  let password = '';
  while (password.length < LENGTH)
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH)))
      if (byte < FAIR && password.length < LENGTH) password += PASSWORD_ALPHABET[byte % PASSWORD_ALPHABET.length];
  return password;
}
