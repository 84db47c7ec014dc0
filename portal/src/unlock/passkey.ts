// Passkeys whose authenticator has a PRF (WebAuthn Level 3, §10.1.4): from the same credential and salt it always answers the same 32
// bytes, which open an unlocker. The answer goes to the vault and nowhere else.
import { decodeBase64Url } from '../../../schema/base64url.ts';
import type { PrfKdf } from '../../../schema/keyring.ts';

const USER_ID_BYTES = 16;
const CHALLENGE_BYTES = 32;
const PRF_BYTES = 32;
const ES256 = -7;
const RS256 = -257;

/** `message` is a full sentence for a person. */
export class PasskeyFault extends Error {}

const random = (bytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(bytes));
const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The PRF's input: our purpose and the unlocker's salt, so that another use of the same passkey yields other bytes. */
const question = (salt: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`totlprovision/prf/v1/${salt}`);

/** Whether this browser says that it supports this: it is offered only then. */
export async function passkeysWork(): Promise<boolean> {
  if (!('PublicKeyCredential' in globalThis)) return false;
  const capabilities = await PublicKeyCredential.getClientCapabilities?.().catch(() => null);
  return (capabilities as Record<string, boolean> | null | undefined)?.['extension:prf'] === true;
}

type PrfAnswer = { results?: { first?: BufferSource } };
const prfOf = (credential: PublicKeyCredential): PrfAnswer | undefined =>
  (credential.getClientExtensionResults() as { prf?: PrfAnswer }).prf;

const cancelled = () => new PasskeyFault('The passkey was not used: it was cancelled, or it took too long.');

/** Asks the passkey for its output: 32 bytes as base64url. Throws `PasskeyFault`. */
export async function usePasskey(kdf: PrfKdf): Promise<string> {
  const output = await ask(kdf);
  if (output === null) throw new PasskeyFault('This passkey cannot open keys: its authenticator has no PRF.');
  return output;
}

/** Null: it was used, and its authenticator gave no output. */
async function ask({ credential, salt, rpId }: PrfKdf): Promise<string | null> {
  if (rpId !== location.hostname)
    throw new PasskeyFault(`This passkey was made at ${rpId} and works only there. Use another way to unlock.`);
  const id = decodeBase64Url(credential);
  if (!id) throw new PasskeyFault('The server’s word for this passkey cannot be read. Use another way to unlock.');
  const asked = await navigator.credentials
    .get({
      publicKey: {
        challenge: random(CHALLENGE_BYTES),
        rpId,
        allowCredentials: [{ type: 'public-key', id }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: question(salt) } } },
      },
    })
    .catch(() => null);
  if (!(asked instanceof PublicKeyCredential)) throw cancelled();
  const first = prfOf(asked)?.results?.first;
  if (!first) return null;
  const output = new Uint8Array(first instanceof ArrayBuffer ? first : first.buffer);
  if (output.length !== PRF_BYTES)
    throw new PasskeyFault('This passkey cannot open keys: its answer has not the right length.');
  return toBase64Url(output);
}

/**
 * Makes a passkey for this person. What its authenticator says about its PRF meanwhile is ignored: Windows Hello says
 * `prf: {}` and has one. It is asked, and proves by two questions that its answer repeats: one that does not repeat it
 * would lock its owner out. Throws `PasskeyFault`; then nothing is kept here, though the authenticator may keep a
 * credential of no use.
 */
export async function makePasskey(email: string): Promise<{ kdf: PrfKdf; prf: string }> {
  const made = await navigator.credentials
    .create({
      publicKey: {
        challenge: random(CHALLENGE_BYTES),
        rp: { id: location.hostname, name: 'TotlProvision' },
        user: { id: random(USER_ID_BYTES), name: email, displayName: email },
        pubKeyCredParams: [
          { type: 'public-key', alg: ES256 },
          { type: 'public-key', alg: RS256 },
        ],
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        extensions: { prf: {} },
      },
    })
    .catch(() => null);
  if (!(made instanceof PublicKeyCredential)) throw cancelled();
  const kdf: PrfKdf = {
    name: 'webauthn-prf',
    salt: toBase64Url(random(USER_ID_BYTES)),
    credential: toBase64Url(new Uint8Array(made.rawId)),
    rpId: location.hostname,
  };
  const first = await ask(kdf);
  if (first === null)
    throw new PasskeyFault('This authenticator cannot open keys: it has no PRF. Use a passphrase, or another passkey.');
  const second = await usePasskey(kdf);
  if (first !== second)
    throw new PasskeyFault(
      'This authenticator gives another answer each time. It would lock you out; use a passphrase.',
    );
  return { kdf, prf: first };
}
