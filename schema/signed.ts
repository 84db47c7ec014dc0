// The signed documents of a keyring, each a compact JWS (RFC 7515) with ES256 and the signer's public JWK in its
// header: the root signs the key statement, the manifest and the succession of another root; an unlocker signs the
// change of its own sealed half, and a drill. One verifier for object, engine and portal. It verifies; it can neither
// sign nor open.
import { compactVerify } from 'jose/jws/compact/verify';
import * as z from 'zod';
import { decodeCompact, decodeUtf8, isBase64Url } from './base64url.ts';
import { VAULT_PURPOSES } from './facts/roles.ts';
import { EcPublicJwk, thumbprint } from './jwk.ts';
import { Base64Url, Instant, LowerCaseEmail, Sha256, TenantId, Text, Thumbprint, Uuid } from './text.ts';

export { sha256Hex, signedSha256 } from './sha256.ts';

export const STATEMENT_TYP = 'totl-key-statement+jws';
export const MANIFEST_TYP = 'totl-manifest+jws';
export const SUCCESSION_TYP = 'totl-root-succession+jws';
export const UNLOCKER_CHANGE_TYP = 'totl-unlocker-change+jws';
export const DRILL_TYP = 'totl-recovery-drill+jws';
export const KEYRING_OPENED_TYP = 'totl-keyring-opened+jws';

// Made once for every length of JWS, as in text.ts.
const threeSegments = z.regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, { error: 'must be a compact JWS' });
const eachCanonical = z.refine<string>((text) => text.split('.').every(isBase64Url), {
  error: 'must be a compact JWS without unused bits',
});

/** A compact JWS as text; `verifySigned` tells what is in it. */
export const CompactJws = (max: number) =>
  z
    .string()
    .check(z.maxLength(max), threeSegments, eachCanonical)
    .describe('Compact JWS, each segment in canonical base64url');

/** "This escrow key is ours": the kid and its place in the succession of keys. Engines refuse a lower `keyEpoch`. */
export const KeyStatement = z.strictObject({
  tenant: TenantId,
  kid: Thumbprint,
  keyEpoch: z.int().min(1),
  createdAt: Instant,
  previousKid: Thumbprint.nullable(),
});
export type KeyStatement = z.infer<typeof KeyStatement>;

export const UnlockerKind = z.enum(['passphrase', 'recovery', 'passkey']);
export type UnlockerKind = z.infer<typeof UnlockerKind>;

export const VaultPurpose = z.enum(VAULT_PURPOSES);
export type VaultPurpose = z.infer<typeof VaultPurpose>;

/** A way to get vault keys. `owner` null means shared: everybody whose role may fetch it knows, or may know, its secret. */
export const ManifestUnlocker = z.strictObject({
  id: Uuid,
  kind: UnlockerKind,
  label: Text(100),
  /** Signed in lower case, so that what is read back is what was verified. */
  owner: LowerCaseEmail.nullable(),
  rights: z.array(VaultPurpose).min(1).max(2),
  jwk: EcPublicJwk,
  createdAt: Instant,
});
export type ManifestUnlocker = z.infer<typeof ManifestUnlocker>;

/** How many earlier roots may overlap at once. */
export const OVERLAPPING_MAX = 10;

export const KeyState = z.enum(['active', 'retiring', 'retired', 'destroyed']);

/**
 * The whole of a tenant's keyring, as its root vouches for it. `previous` is the SHA-256 of the compact JWS before.
 * `vaultKeys` commits to each vault key (keyring.ts), so that a swapped wrap is noticed on unwrapping.
 */
export const Manifest = z.strictObject({
  tenant: TenantId,
  version: z.int().min(1),
  previous: Sha256.nullable(),
  createdAt: Instant,
  vaultKeys: z.array(z.strictObject({ purpose: VaultPurpose, vaultEpoch: z.int().min(1), sha256: Sha256 })).max(100),
  unlockers: z.array(ManifestUnlocker).min(1).max(500),
  keys: z
    .array(z.strictObject({ kid: Thumbprint, keyEpoch: z.int().min(1), state: KeyState }))
    .min(1)
    .max(1000),
  /** Earlier roots whose statements engines with an older configuration file still accept. */
  overlapping: z.array(Thumbprint).max(OVERLAPPING_MAX).optional(),
});
export type Manifest = z.infer<typeof Manifest>;

/** The old root's word that another root follows it. A browser shows it to its owner before it counts. */
export const Succession = z.strictObject({ tenant: TenantId, from: Thumbprint, to: Thumbprint, createdAt: Instant });
export type Succession = z.infer<typeof Succession>;

/**
 * An unlocker's word that its sealed half is replaced by another: a new passphrase, or a new pin in it. `previous` and `next` are
 * SHA-256 of the sealed bytes before and after, so that it cannot be replayed, nor made by anybody who cannot open the
 * first.
 */
export const UnlockerChange = z.strictObject({
  tenant: TenantId,
  unlocker: Uuid,
  previous: Sha256,
  next: Sha256,
  createdAt: Instant,
});
export type UnlockerChange = z.infer<typeof UnlockerChange>;

/** A recovery unlocker's word that it was opened: only a person with enough sheets can have made it. */
export const RecoveryDrill = z.strictObject({ tenant: TenantId, unlocker: Uuid, createdAt: Instant });
export type RecoveryDrill = z.infer<typeof RecoveryDrill>;

/** An unlocker's word that it opened every key of a version of the keyring. `manifest` is the SHA-256 of that manifest's compact text. */
export const KeyringOpened = z.strictObject({
  tenant: TenantId,
  unlocker: Uuid,
  version: z.int().min(1),
  manifest: Sha256,
  createdAt: Instant,
});
export type KeyringOpened = z.infer<typeof KeyringOpened>;

/** The thumbprint says who signed; `jwk` is the key itself. */
const Header = z.strictObject({ alg: z.literal('ES256'), typ: z.string(), jwk: EcPublicJwk });

export type SignedFault = { ok: false; message: string };
export type Verified<T> = { ok: true; payload: T; root: string; rootJwk: EcPublicJwk };

/** Whether a compact JWS bears this key's signature with ES256, whatever else its header says. */
export async function isSignedBy(jwk: EcPublicJwk, compact: string): Promise<boolean> {
  try {
    await compactVerify(compact, { ...jwk, alg: 'ES256' }, { algorithms: ['ES256'] });
    return true;
  } catch {
    return false;
  }
}

async function verifySigned<T>(
  what: string,
  compact: string,
  typ: string,
  payload: z.ZodType<T>,
): Promise<Verified<T> | SignedFault> {
  const fault = (message: string): SignedFault => ({ ok: false, message: `${what} ${message}` });
  const segments = decodeCompact(compact, 3);
  if (!segments) return fault('must be three segments of unpadded base64url');
  const [head, body] = segments as [Uint8Array, Uint8Array, Uint8Array];
  let header: z.infer<typeof Header>;
  try {
    header = Header.parse(JSON.parse(decodeUtf8(head)));
  } catch {
    return fault('must have exactly alg ES256, typ and a P-256 public key in its header');
  }
  // Each kind of document has its own typ: a statement never passes for a manifest.
  if (header.typ !== typ) return fault(`must have typ ${typ}`);
  if (!(await isSignedBy(header.jwk, compact))) return fault('has a signature that does not verify');
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(body));
  } catch {
    return fault('does not hold JSON');
  }
  const parsed = payload.safeParse(json);
  if (!parsed.success) return fault(`is malformed at ${parsed.error.issues[0]?.path.join('.') || 'its top'}`);
  return { ok: true, payload: parsed.data, root: await thumbprint(header.jwk), rootJwk: header.jwk };
}

/**
 * Verifies a key statement's form and signature; `root` is the computed thumbprint of the signer: compare it with a
 * pin.
 */
export const verifyStatement = (compact: string) =>
  verifySigned('the key statement', compact, STATEMENT_TYP, KeyStatement);

/** Verifies a manifest's form and signature; `root` is the computed thumbprint of the signer: compare it with a pin. */
export const verifyManifest = (compact: string) =>
  verifySigned('the keyring manifest', compact, MANIFEST_TYP, Manifest);

/** Verifies a succession's form and signature, and that the old root signed it. */
export async function verifySuccession(compact: string): Promise<Verified<Succession> | SignedFault> {
  const signed = await verifySigned('the succession', compact, SUCCESSION_TYP, Succession);
  if (signed.ok && signed.root !== signed.payload.from)
    return { ok: false, message: 'the succession must be signed by the root that is followed' };
  return signed;
}

/**
 * Verifies the form and signature of an unlocker's change; `root` is the unlocker's own thumbprint: compare it with the
 * manifest.
 */
export const verifyUnlockerChange = (compact: string) =>
  verifySigned('the change', compact, UNLOCKER_CHANGE_TYP, UnlockerChange);

/**
 * Verifies the form and signature of a drill's proof; `root` is the unlocker's own thumbprint: compare it with the
 * manifest.
 */
export const verifyDrill = (compact: string) => verifySigned('the proof', compact, DRILL_TYP, RecoveryDrill);

/** Verifies the form and signature of an unlocker's word that it opened a keyring; `root` is the unlocker's own thumbprint. */
export const verifyKeyringOpened = (compact: string) =>
  verifySigned('the word', compact, KEYRING_OPENED_TYP, KeyringOpened);

export const SealedBytes = Base64Url(8192);
