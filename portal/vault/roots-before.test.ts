// Which earlier roots an admin's browser reads words out for. Eight words are 88 bits: whoever may choose both ends finds two pairs with the same
// words in 2^44 tries, so an end that is read out must be nobody's choice but that of the admin who signed it.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Keyring } from '../../schema/keyring.ts';
import { sha256Hex, signedSha256, verifyManifest } from '../../schema/signed.ts';
import type { SeenManifest, SetUpDraft } from './contract.ts';
import {
  keyringAfter,
  keyringOf,
  makeTenant,
  must,
  PASSPHRASE,
  TENANT,
  twinOf,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { newRoot, type Root, signManifest, signSuccession } from './root.ts';
import { successionWords } from './spoken-words.ts';

let draft: SetUpDraft;
/** A root, the one that followed it, and the one that followed that. */
let keyrings: [Keyring, Keyring, Keyring];
let manifests: string[];
let seen: SeenManifest;
let stranger: Root;

const replaced = async (keyring: Keyring): Promise<Keyring> => {
  const own = unlockInput(keyring, unlockerAt(draft.write, 0), PASSPHRASE);
  return keyringAfter(keyring, must(await new Keeper().draft(own, { act: 'replace_root' })).write);
};
const asked = (lines: readonly string[], successions: readonly string[] = keyrings[2].successions) =>
  new Keeper().rootsBefore(TENANT, seen, lines, successions);

beforeAll(async () => {
  draft = await makeTenant();
  const first = keyringOf(draft);
  const second = await replaced(first);
  keyrings = [first, second, await replaced(second)];
  manifests = keyrings.map(({ manifest }) => manifest);
  const [, , { version, fingerprint, manifest }] = keyrings;
  seen = { version, fingerprint, signed: await signedSha256(manifest) };
  stranger = await newRoot();
});

describe('the roots before', () => {
  it('are those that signed the keyrings which led to the one that was seen, each with its words', async () => {
    const [first, second, last] = keyrings.map((one) => one.fingerprint) as [string, string, string];
    const followedAt = expect.any(Number);
    expect(await asked(manifests)).toEqual([
      { root: second, followedAt, words: successionWords(TENANT, second, last) },
      { root: first, followedAt, words: successionWords(TENANT, first, last) },
    ]);
    expect(await asked([...manifests.slice(0, -1), twinOf(manifests[2] ?? '')])).toHaveLength(2);
  });

  it('are not a stranger’s, who may sign that the true root follows theirs until the words are what they want', async () => {
    const [first, , last] = keyrings.map((one) => one.fingerprint);
    const signed = (to = '') =>
      signSuccession(stranger, { tenant: TENANT, from: stranger.fingerprint, to, createdAt: 1 });
    const { successions } = keyrings[2];
    const honest = await asked(manifests);
    expect(await asked(manifests, [...successions, await signed(last)])).toEqual(honest);
    expect(await asked(manifests, [await signed(first), ...successions])).toEqual(honest);
    expect(await asked(manifests, [await signed(last)])).toEqual([]);
  });

  it('are not said where the server does not show what led to the keyring that was seen', async () => {
    const [first = '', second = '', last = ''] = manifests;
    const payloadOf = async (text: string) => {
      const signed = await verifyManifest(text);
      if (!signed.ok) throw new Error(signed.message);
      return signed.payload;
    };
    const strangers = await signManifest(stranger, await payloadOf(second));
    const strangersLast = await signManifest(stranger, {
      ...(await payloadOf(last)),
      previous: await sha256Hex(strangers),
    });
    const lies = [
      [],
      [last],
      [second, last],
      [first, last],
      [first, second],
      [second, first, last],
      [first, second, last, last],
      [first, twinOf(second), last],
      [first, strangers, last],
      [first, strangers, strangersLast],
      ['not.a.manifest', second, last],
    ];
    for (const lines of lies) expect(await asked(lines)).toBe(null);
  });
});
