// Asking to be let in: a browser makes its person's own unlocker and the words that an admin must see too.

import type { GrantRequest } from '../../schema/grant.ts';
import { thumbprint } from '../../schema/jwk.ts';
import type { GrantInput } from './contract.ts';
import { grantWords } from './spoken-words.ts';
import { makePasskeyUnlocker, makePassphraseUnlocker } from './unlocker.ts';

/**
 * Makes the unlocker. The request and the words say what it is meant to open; it opens nothing until an admin has
 * signed that.
 */
export async function requestGrant(input: GrantInput): Promise<{ request: GrantRequest; words: string[] }> {
  const { tenant, root, email, label } = input;
  const wanted = { label, owner: email, rights: [...input.rights] };
  const { entry, half } =
    input.kind === 'passphrase'
      ? await makePassphraseUnlocker(tenant, root, wanted, input.passphrase)
      : await makePasskeyUnlocker(tenant, root, wanted, input.kdf, input.prf);
  const { id, kind, rights, jwk } = entry;
  return {
    request: { unlocker: { id, kind, label, rights, jwk }, half },
    words: grantWords({ tenant, root, unlocker: await thumbprint(jwk), email, rights }),
  };
}
