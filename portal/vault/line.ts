// Whether a keyring follows on the one that this browser has seen: the manifests in between name each other by `previous`, each signed by the
// root of the one before or by one that follows it. A server that forks, or lets a leaver back in on a line of its own, is seen here.
import { type Manifest, sha256Hex, signedSha256, verifyManifest } from '../../schema/signed.ts';
import { isRemembered, type SeenBefore, type SeenManifest, type UnlockInput, type VaultFault } from './contract.ts';
import { fault } from './fault.ts';
import { follows } from './succession.ts';

type Verified = { manifest: Manifest; root: string; sha256: string };

/** The line to walk: from the manifest that was seen to the keyring's own. */
type Walked = Pick<UnlockInput, 'tenant' | 'keyring' | 'seen' | 'since' | 'confirmedLine'>;

const forked = (what: string): VaultFault => fault('keyring_forked', `${what} Nothing was unlocked.`);

/** Null: it follows, or nothing was seen before. The fault carries the line, which a person may take after comparing it with an admin. */
export async function offTheLine(input: Walked, now: Verified): Promise<VaultFault | null> {
  const { seen, keyring, confirmedLine } = input;
  if (!seen) return null;
  const broken = await leaves(input, now);
  if (!broken) return null;
  const signed = await signedSha256(keyring.manifest);
  if (confirmedLine === signed) return null;
  return { ...broken, line: { fingerprint: now.root, version: now.manifest.version, signed, instead: seen } };
}

async function leaves({ tenant, seen, keyring, since = [] }: Walked, now: Verified): Promise<VaultFault | null> {
  if (!seen) return null;
  const isNext = (from: string, to: string) =>
    from === to ? Promise.resolve(true) : follows(tenant, keyring.successions, from, to);
  if (!(await isNext(seen.fingerprint, now.root)))
    return fault(
      'keyring_untrusted',
      'The server’s keyring is signed by another root than this browser has seen. Nothing was unlocked; tell your operator before you go on.',
    );
  const { version } = now.manifest;
  const same = async (text: string, sha256: string) => isRemembered(seen, { sha256, signed: await signedSha256(text) });
  if (version < seen.version || (version === seen.version && !(await same(keyring.manifest, now.sha256))))
    return fault(
      'keyring_rolled_back',
      `The server sent version ${version} of the keyring; this browser has seen version ${seen.version}. Nothing was unlocked.`,
    );
  if (version === seen.version) return null;
  let at: Verified | null = null;
  for (const text of since) {
    const signed = await verifyManifest(text);
    if (!signed.ok || signed.payload.tenant !== tenant)
      return forked('A keyring between the one this browser has seen and the server’s does not verify.');
    const one: Verified = { manifest: signed.payload, root: signed.root, sha256: await sha256Hex(text) };
    if (at === null) {
      // From the very one that was seen: another of its version is where a fork begins.
      if (one.manifest.version !== seen.version || one.root !== seen.fingerprint || !(await same(text, one.sha256)))
        return forked(`The server has another version ${seen.version} of the keyring than this browser has seen.`);
    } else if (!(await isAfter(at, one, isNext))) return forked(doesNotFollow(one));
    at = one;
  }
  if (at === null)
    return forked('The server does not say how its keyring follows on the one that this browser has seen.');
  return (await isAfter(at, now, isNext)) ? null : forked(doesNotFollow(now));
}

const doesNotFollow = ({ manifest }: Verified): string =>
  `Version ${manifest.version} of the server’s keyring does not follow on the one before it.`;

const isAfter = async (
  before: Verified,
  { manifest, root }: Verified,
  isNext: (from: string, to: string) => Promise<boolean>,
): Promise<boolean> =>
  manifest.version === before.manifest.version + 1 &&
  manifest.previous === before.sha256 &&
  (await isNext(before.root, root));

/**
 * The roots that signed the keyrings which led to the one that was seen, it included: `manifests` from the first on, each named by the next one's
 * `previous`, so that the one that was seen vouches for all of them. Null where they do not lead there.
 */
export async function rootsOfLine(
  seen: SeenManifest | SeenBefore,
  manifests: readonly string[],
): Promise<ReadonlySet<string> | null> {
  const roots = new Set<string>();
  let named: string | null = null;
  for (const [back, text] of manifests.toReversed().entries()) {
    const [signed, sha256] = await Promise.all([verifyManifest(text), sha256Hex(text)]);
    if (!signed.ok) return null;
    const { version, previous } = signed.payload;
    const isSeen =
      back === 0 && version === seen.version && isRemembered(seen, { sha256, signed: await signedSha256(text) });
    if (!isSeen && sha256 !== named) return null;
    roots.add(signed.root);
    named = previous;
  }
  return roots.size > 0 && named === null ? roots : null;
}
