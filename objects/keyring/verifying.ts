// A keyring that is written: its signatures and forms, before any state is asked.
import { thumbprint } from '../../schema/jwk.ts';
import type { EscrowKey, KeyringWrite } from '../../schema/keyring.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import {
  type KeyStatement,
  type Manifest,
  sha256Hex,
  verifyManifest,
  verifyStatement,
  verifySuccession,
} from '../../schema/signed.ts';

/** A keyring write whose signatures and self-consistency hold. `decideWrite` checks what it must follow on. */
export type VerifiedWrite = {
  write: KeyringWrite;
  manifest: Manifest;
  manifestSha256: string;
  root: string;
  /** The root that this write's root follows, by that root's own word. */
  follows: string | null;
  statements: Map<string, KeyStatement>;
  /** Statements of overlapping roots about the sent keys. */
  oldStatements: { kid: string; root: string; jws: string }[];
};

const invalid = (field: string, message: string): Refusal =>
  refuse('keyring_invalid', `${field}: ${message}.`, [{ field, message }]);

/**
 * Verifies what can be verified without the object's state: one root signed the manifest and every statement, every kid
 * is the thumbprint of its key, everything belongs to this tenant. Proof is the signature, not the caller's role.
 */
export async function verifyWrite(tenant: string, write: KeyringWrite): Promise<VerifiedWrite | Refusal> {
  const signed = await verifyManifest(write.manifest);
  if (!signed.ok) return invalid('manifest', signed.message);
  const { payload: manifest, root } = signed;
  if (manifest.tenant !== tenant) return invalid('manifest.tenant', 'must be this tenant');
  if (write.root.kid !== root)
    return invalid('root.kid', 'must be the thumbprint of the root that signed the manifest');
  if (new Set(manifest.keys.map((key) => key.kid)).size !== manifest.keys.length)
    return invalid('manifest.keys', 'must name every kid once');
  if (new Set(manifest.unlockers.map((one) => one.id)).size !== manifest.unlockers.length)
    return invalid('manifest.unlockers', 'must name every unlocker once');
  const commitments = new Set(manifest.vaultKeys.map((key) => `${key.purpose}/${key.vaultEpoch}`));
  if (commitments.size !== manifest.vaultKeys.length)
    return invalid('manifest.vaultKeys', 'must commit to every vault key once');
  const overlapping = manifest.overlapping ?? [];
  if (new Set(overlapping).size !== overlapping.length || overlapping.includes(root))
    return invalid('manifest.overlapping', 'must name earlier roots, each once');
  for (const { field, kid, vaultEpoch } of [
    { field: 'root', ...write.root },
    ...(write.oldRoots ?? []).map((one, place) => ({ field: `oldRoots.${place}`, ...one })),
  ]) {
    if (!commitments.has(`admin/${vaultEpoch}`))
      return invalid(`${field}.vaultEpoch`, 'must be the epoch of an admin vault key in the manifest');
    if (field !== 'root' && !overlapping.includes(kid))
      return invalid(`${field}.kid`, 'must be an overlapping root of the manifest');
  }
  let follows: string | null = null;
  if (write.succession !== undefined) {
    const succession = await verifySuccession(write.succession);
    if (!succession.ok) return invalid('succession', succession.message);
    if (succession.payload.tenant !== tenant || succession.payload.to !== root)
      return invalid('succession', 'must name this tenant and the root that signed the manifest');
    follows = succession.payload.from;
  }
  const statements = new Map<string, KeyStatement>();
  const oldStatements: VerifiedWrite['oldStatements'] = [];
  for (const [index, key] of write.escrowKeys.entries()) {
    const field = `escrowKeys.${index}`;
    if (statements.has(key.kid)) return invalid(`${field}.kid`, 'must be sent once');
    if ((await thumbprint(key.jwk)) !== key.kid) return invalid(`${field}.kid`, 'must be the thumbprint of its jwk');
    if (key.sealedPrivate.kid !== key.kid)
      return invalid(`${field}.sealedPrivate.kid`, 'must be the kid it belongs to');
    if (!commitments.has(`reveal/${key.sealedPrivate.vaultEpoch}`))
      return invalid(`${field}.sealedPrivate.vaultEpoch`, 'must be the epoch of a reveal vault key in the manifest');
    const statement = await stated(tenant, manifest, key, key.statement);
    if ('message' in statement) return invalid(`${field}.statement`, statement.message);
    if (statement.root !== root) return invalid(`${field}.statement`, 'must be signed by the root of the manifest');
    statements.set(key.kid, statement.payload);
    for (const jws of key.oldStatements ?? []) {
      const old = await stated(tenant, manifest, key, jws);
      if ('message' in old) return invalid(`${field}.oldStatements`, old.message);
      if (overlapping.includes(old.root)) oldStatements.push({ kid: key.kid, root: old.root, jws });
    }
  }
  const manifestSha256 = await sha256Hex(write.manifest);
  return { write, manifest, manifestSha256, root, follows, statements, oldStatements };
}

/** One statement about one key of this manifest, and who signed it. */
async function stated(tenant: string, manifest: Manifest, key: EscrowKey, jws: string) {
  const statement = await verifyStatement(jws);
  if (!statement.ok) return statement;
  const { payload } = statement;
  if (payload.tenant !== tenant || payload.kid !== key.kid) return { message: 'must name this tenant and this kid' };
  if (payload.keyEpoch !== manifest.keys.find((one) => one.kid === key.kid)?.keyEpoch)
    return { message: 'must have the keyEpoch that the manifest names' };
  return statement;
}
