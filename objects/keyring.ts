// The tenant's keyring: verified before it is kept, complete or refused. Everything in it is public, signed or sealed.
import { thumbprint } from '../schema/jwk.ts';
import type { EscrowKey, Keyring, KeyringWrite, PublicKeyAnswer, SealedUnlocker, Wrap } from '../schema/keyring.ts';
import type { Role } from '../schema/person.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { DESTROY_AFTER_MS, type KeyHistory } from '../schema/rotation.ts';
import { type KeyStatement, type Manifest, sha256Hex, verifyManifest, verifyStatement } from '../schema/signed.ts';
import type { KidState } from './escrow.ts';
import { all, first, type Row } from './rows.ts';

/** A keyring write whose signatures and self-consistency hold. What it must follow on is for `decideWrite`. */
export type VerifiedWrite = {
  write: KeyringWrite;
  manifest: Manifest;
  manifestSha256: string;
  root: string;
  statements: Map<string, KeyStatement>;
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
  const listed = new Map(manifest.keys.map((key) => [key.kid, key]));
  if (listed.size !== manifest.keys.length) return invalid('manifest.keys', 'must name every kid once');
  if (new Set(manifest.unlockers.map((one) => one.id)).size !== manifest.unlockers.length)
    return invalid('manifest.unlockers', 'must name every unlocker once');
  const commitments = new Set(manifest.vaultKeys.map((key) => `${key.purpose}/${key.vaultEpoch}`));
  if (commitments.size !== manifest.vaultKeys.length)
    return invalid('manifest.vaultKeys', 'must commit to every vault key once');
  if (!commitments.has(`admin/${write.root.vaultEpoch}`))
    return invalid('root.vaultEpoch', 'must be the epoch of an admin vault key in the manifest');
  const statements = new Map<string, KeyStatement>();
  for (const [index, key] of write.escrowKeys.entries()) {
    const field = `escrowKeys.${index}`;
    if ((await thumbprint(key.jwk)) !== key.kid) return invalid(`${field}.kid`, 'must be the thumbprint of its jwk');
    if (key.sealedPrivate.kid !== key.kid)
      return invalid(`${field}.sealedPrivate.kid`, 'must be the kid it belongs to');
    if (!commitments.has(`reveal/${key.sealedPrivate.vaultEpoch}`))
      return invalid(`${field}.sealedPrivate.vaultEpoch`, 'must be the epoch of a reveal vault key in the manifest');
    const statement = await verifyStatement(key.statement);
    if (!statement.ok) return invalid(`${field}.statement`, statement.message);
    const { payload } = statement;
    if (statement.root !== root) return invalid(`${field}.statement`, 'must be signed by the root of the manifest');
    if (payload.tenant !== tenant || payload.kid !== key.kid)
      return invalid(`${field}.statement`, 'must name this tenant and this kid');
    if (payload.keyEpoch !== listed.get(key.kid)?.keyEpoch)
      return invalid(`${field}.statement`, 'must have the keyEpoch that the manifest names');
    statements.set(key.kid, payload);
  }
  return { write, manifest, manifestSha256: await sha256Hex(write.manifest), root, statements };
}

/** One escrow key as the object knows it; `remaining` counts the openable versions still sealed to it. */
export type KidFacts = { state: KidState; retiredAt: number | null; remaining: number; vaultEpoch: number | null };

/** What the object holds now, as far as a write depends on it. */
export type KeyringFacts = {
  head: { version: number; sha256: string; fingerprint: string } | null;
  kids: ReadonlyMap<string, KidFacts>;
  now: number;
  unlockers: ReadonlySet<string>;
  wraps: ReadonlySet<string>;
};

export const wrapKey = (wrap: Pick<Wrap, 'unlocker' | 'purpose' | 'vaultEpoch'>): string =>
  `${wrap.unlocker}/${wrap.purpose}/${wrap.vaultEpoch}`;

/** Decides whether a verified write follows on what is kept and leaves nothing without a key. Pure. Null: it does. */
export function decideWrite({ write, manifest, root, statements }: VerifiedWrite, facts: KeyringFacts): Refusal | null {
  const { head } = facts;
  if (manifest.version !== (head?.version ?? 0) + 1 || manifest.previous !== (head?.sha256 ?? null))
    return refuse(
      'keyring_conflict',
      head && manifest.version === 1
        ? 'Another admin has done the set-up already; nothing of this one was kept.'
        : 'The keyring was changed by somebody else meanwhile; read it again.',
    );
  if (head && head.fingerprint !== root)
    return refuse('keyring_invalid', 'The manifest must be signed by the root of this keyring.');

  const incomplete = (detail: string) => refuse('keyring_incomplete', detail);
  const activeKeys = manifest.keys.filter((key) => key.state === 'active');
  if (activeKeys.length !== 1) return incomplete('Exactly one escrow key must be active.');
  const activeBefore = [...facts.kids].find(([, key]) => key.state === 'active')?.[0] ?? null;
  const named = new Map(manifest.keys.map((key) => [key.kid, key.state]));
  for (const [kid] of facts.kids) if (!named.has(kid)) return incomplete('The manifest must name every kid ever used.');
  const sent = new Set(write.escrowKeys.map((key) => key.kid));
  const epochs = new Set(manifest.keys.map((key) => key.keyEpoch));
  if (epochs.size !== manifest.keys.length || Math.max(...epochs) !== activeKeys[0]?.keyEpoch)
    return incomplete('The active escrow key must have the highest keyEpoch, and no two the same.');
  for (const { kid, state } of manifest.keys) {
    const before = facts.kids.get(kid);
    const refusal = before ? decideKeyState(before, state, facts.now) : state === 'active' ? null : newKeyNotActive();
    if (refusal) return refusal;
    // A vault key that the manifest no longer commits to unwraps for nobody: what it seals would be lost.
    const epoch = sent.has(kid) ? null : before?.vaultEpoch;
    if (epoch && state !== 'destroyed' && !manifest.vaultKeys.some((key) => isReveal(key, epoch)))
      return incomplete('The manifest must commit to the vault key of every escrow key that it keeps.');
    if (!before && sent.has(kid) && statements.get(kid)?.previousKid !== activeBefore)
      return incomplete('The statement of a new escrow key must name the active one before it.');
    if (!before && !sent.has(kid))
      return incomplete('Every kid that is not destroyed needs its public key, statement and sealed private half.');
  }
  for (const kid of sent)
    if (!named.has(kid)) return incomplete('An escrow key was sent that the manifest does not name.');

  const halves = new Set([...facts.unlockers, ...write.unlockers.map((one) => one.id)]);
  const wraps = new Set([...facts.wraps, ...write.wraps.map(wrapKey)]);
  for (const unlocker of manifest.unlockers) {
    if (!halves.has(unlocker.id)) return incomplete('Every unlocker needs its sealed private half.');
    for (const { purpose, vaultEpoch } of manifest.vaultKeys)
      if (unlocker.rights.includes(purpose) && !wraps.has(wrapKey({ unlocker: unlocker.id, purpose, vaultEpoch })))
        return incomplete('Every unlocker needs a wrap of every vault key that it has a right to.');
  }
  const rightsOf = new Map(manifest.unlockers.map((unlocker) => [unlocker.id, unlocker.rights]));
  for (const { id } of write.unlockers)
    if (!rightsOf.has(id)) return incomplete('An unlocker was sent that the manifest does not name.');
  for (const wrap of write.wraps)
    if (!rightsOf.get(wrap.unlocker)?.includes(wrap.purpose))
      return incomplete('A wrap was sent for an unlocker that has no right to it.');
  // A keyring that no admin could change any more would be lost at the first leaver.
  if (!manifest.unlockers.some((unlocker) => unlocker.rights.includes('admin') && unlocker.rights.includes('reveal')))
    return incomplete('At least one unlocker must hold both rights.');
  return null;
}

const isReveal = (key: Manifest['vaultKeys'][number], epoch: number): boolean =>
  key.purpose === 'reveal' && key.vaultEpoch === epoch;

const newKeyNotActive = () => refuse('keyring_incomplete', 'A new escrow key must be the active one.');

/**
 * The life of an escrow key is one way: active, retiring, retired, destroyed. It is retired only when nothing is left to
 * re-seal, destroyed only 90 days after that and only if nothing has come in since. Pure. Null: the step may be taken.
 */
export function decideKeyState(before: KidFacts, next: KidState, now: number): Refusal | null {
  if (before.state === next) return null;
  const left = () => refuse('rotation_unfinished', `${before.remaining} secrets have to be re-sealed first.`);
  if (before.state === 'active' && next === 'retiring') return null;
  if (before.state === 'retiring' && next === 'retired') return before.remaining > 0 ? left() : null;
  if (before.state === 'retired' && next === 'destroyed') {
    if (now < (before.retiredAt ?? now) + DESTROY_AFTER_MS)
      return refuse('too_early', 'A key can be destroyed 90 days after its rotation was finished.');
    return before.remaining > 0 ? left() : null;
  }
  return refuse(
    'keyring_invalid',
    'An escrow key goes from active to retiring, retired and destroyed, and never back.',
  );
}

/** Reads the facts a write is decided on. */
export function keyringFacts(sql: SqlStorage, now: number): KeyringFacts {
  const head = first<{ version: number; sha256: string }>(
    sql,
    'SELECT version, sha256 FROM manifests ORDER BY version DESC LIMIT 1',
  );
  const epochs = new Map(
    all<{ kid: string; vault_epoch: number | null }>(sql, 'SELECT kid, vault_epoch FROM escrow_keys').map((row) => [
      row.kid,
      row.vault_epoch,
    ]),
  );
  return {
    head: head && { ...head, fingerprint: requireFingerprint(sql) },
    now,
    kids: new Map(
      keyHistory(sql).map(({ kid, state, retiredAt, remaining }) => [
        kid,
        { state, retiredAt, remaining, vaultEpoch: epochs.get(kid) ?? null },
      ]),
    ),
    unlockers: new Set(all<{ id: string }>(sql, 'SELECT id FROM unlockers').map((row) => row.id)),
    wraps: new Set(
      all<{ unlocker: string; purpose: Wrap['purpose']; vault_epoch: number }>(
        sql,
        'SELECT unlocker, purpose, vault_epoch FROM wraps',
      ).map((row) => wrapKey({ unlocker: row.unlocker, purpose: row.purpose, vaultEpoch: row.vault_epoch })),
    ),
  };
}

function requireFingerprint(sql: SqlStorage): string {
  const root = first<{ fingerprint: string }>(sql, 'SELECT fingerprint FROM roots');
  if (!root) throw new Error('a keyring has a root');
  return root.fingerprint;
}

/** Keeps a decided write: every manifest for ever, of the rest what the new manifest names. In the caller's transaction. */
export function storeWrite(sql: SqlStorage, verified: VerifiedWrite, by: string, at: number): void {
  const { write, manifest, manifestSha256, statements } = verified;
  sql.exec('INSERT INTO manifests VALUES (?, ?, ?, ?, ?)', manifest.version, write.manifest, manifestSha256, at, by);
  sql.exec(
    `INSERT INTO roots VALUES (?, ?, ?)
     ON CONFLICT (fingerprint) DO UPDATE SET vault_epoch = excluded.vault_epoch, sealed = excluded.sealed`,
    write.root.kid,
    write.root.vaultEpoch,
    write.root.sealed,
  );
  const states = new Map(manifest.keys.map((key) => [key.kid, key.state]));
  for (const key of write.escrowKeys)
    sql.exec(
      `INSERT INTO escrow_keys (kid, key_epoch, state, jwk, statement, vault_epoch, sealed, made_at, made_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kid) DO UPDATE SET statement = excluded.statement, vault_epoch = excluded.vault_epoch,
         sealed = excluded.sealed`,
      key.kid,
      statements.get(key.kid)?.keyEpoch ?? 0,
      states.get(key.kid) ?? 'active',
      JSON.stringify(key.jwk),
      key.statement,
      key.sealedPrivate.vaultEpoch,
      key.sealedPrivate.sealed,
      at,
      by,
    );
  for (const [kid, state] of states) {
    sql.exec('UPDATE escrow_keys SET state = ? WHERE kid = ? AND state <> ?', state, kid, state);
    if (state === 'retired')
      sql.exec('UPDATE escrow_keys SET retired_at = ? WHERE kid = ? AND retired_at IS NULL', at, kid);
    if (state === 'destroyed') destroyKey(sql, kid, at);
  }
  const kinds = new Map(manifest.unlockers.map((unlocker) => [unlocker.id, unlocker]));
  for (const half of write.unlockers) {
    const unlocker = kinds.get(half.id);
    if (!unlocker) throw new Error('decideWrite lets no unnamed unlocker through');
    sql.exec(
      `INSERT INTO unlockers VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, owner = excluded.owner, sealed = excluded.sealed`,
      half.id,
      unlocker.kind,
      unlocker.owner,
      JSON.stringify(half),
    );
  }
  for (const wrap of write.wraps)
    sql.exec(
      'INSERT INTO wraps VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET jwe = excluded.jwe',
      wrap.unlocker,
      wrap.purpose,
      wrap.vaultEpoch,
      wrap.jwe,
    );
  const kept = JSON.stringify([...kinds.keys()]);
  sql.exec('DELETE FROM unlockers WHERE id NOT IN (SELECT value FROM json_each(?))', kept);
  sql.exec('DELETE FROM wraps WHERE unlocker NOT IN (SELECT value FROM json_each(?))', kept);
}

/** The private half goes, and with it the replaced ciphertexts that it alone opened. What was marked unopenable stays. */
function destroyKey(sql: SqlStorage, kid: string, at: number): void {
  sql.exec(
    `UPDATE escrow_keys SET vault_epoch = NULL, sealed = NULL, destroyed_at = ? WHERE kid = ? AND destroyed_at IS NULL`,
    at,
    kid,
  );
  sql.exec('DELETE FROM replaced_ciphertexts WHERE kid = ?', kid);
}

/** Every escrow key there ever was, with what is sealed to it now. */
export function keyHistory(sql: SqlStorage): KeyHistory[] {
  type Held = { kid: string; unopenable: number; held: number };
  const held = all<Held>(sql, 'SELECT kid, unopenable, count(*) AS held FROM secret_versions GROUP BY kid, unopenable');
  const count = (kid: string, unopenable: number) =>
    held.find((one) => one.kid === kid && one.unopenable === unopenable)?.held ?? 0;
  return all<EscrowKeyRow>(sql, 'SELECT * FROM escrow_keys ORDER BY key_epoch').map((row) => ({
    kid: row.kid,
    keyEpoch: row.key_epoch,
    state: row.state,
    madeAt: row.made_at,
    madeBy: row.made_by,
    retiredAt: row.retired_at,
    destroyedAt: row.destroyed_at,
    secrets: count(row.kid, 0) + count(row.kid, 1),
    remaining: row.state === 'active' ? 0 : count(row.kid, 0),
    unopenable: count(row.kid, 1),
  }));
}

type EscrowKeyRow = Row & {
  kid: string;
  key_epoch: number;
  state: KeyHistory['state'];
  made_at: number;
  made_by: string;
  retired_at: number | null;
  destroyed_at: number | null;
  jwk: string;
  statement: string;
  vault_epoch: number | null;
  sealed: string | null;
};

export const kidState = (sql: SqlStorage, kid: string): KidState =>
  first<{ state: KidState }>(sql, 'SELECT state FROM escrow_keys WHERE kid = ?', kid)?.state ?? 'unknown';

/** The active escrow key as an engine gets it, or null before set-up. */
export function publicKey(sql: SqlStorage): PublicKeyAnswer | null {
  const row = first<EscrowKeyRow>(sql, "SELECT * FROM escrow_keys WHERE state = 'active'");
  if (!row) return null;
  return { ...JSON.parse(row.jwk), kid: row.kid, alg: 'RSA-OAEP-256', use: 'enc', statements: [row.statement] };
}

/** The keyring's outline for an overview. */
export function outline(sql: SqlStorage) {
  const active = first<{ kid: string }>(sql, "SELECT kid FROM escrow_keys WHERE state = 'active'");
  const head = first<{ version: number }>(sql, 'SELECT max(version) AS version FROM manifests');
  return active && head ? { fingerprint: requireFingerprint(sql), activeKid: active.kid, version: head.version } : null;
}

/**
 * What a person may fetch. Sealed unlocker halves are what offline guessing needs: a personal one goes to its owner only,
 * a shared passphrase to admins and engineers, recovery to admins, none to auditors.
 */
export function mayFetch(
  unlocker: { kind: string; owner: string | null },
  person: { email: string; role: Role },
): boolean {
  if (person.role === 'auditor') return false;
  if (unlocker.owner !== null) return unlocker.owner === person.email;
  return unlocker.kind === 'recovery' ? person.role === 'admin' : true;
}

/** The keyring as one person may see it, or null before set-up. */
export function readKeyring(sql: SqlStorage, person: { email: string; role: Role }): Keyring | null {
  const head = first<{ version: number; jws: string }>(
    sql,
    'SELECT version, jws FROM manifests ORDER BY version DESC LIMIT 1',
  );
  const root = first<{ fingerprint: string; vault_epoch: number; sealed: string }>(sql, 'SELECT * FROM roots');
  if (!head || !root) return null;
  const unlockers = all<{ id: string; kind: string; owner: string | null; sealed: string }>(
    sql,
    'SELECT * FROM unlockers ORDER BY id',
  ).filter((row) => mayFetch(row, person));
  const ids = new Set(unlockers.map((row) => row.id));
  const wraps = all<{ unlocker: string; purpose: Wrap['purpose']; vault_epoch: number; jwe: string }>(
    sql,
    'SELECT * FROM wraps',
  ).filter((row) => ids.has(row.unlocker));
  return {
    manifest: head.jws,
    version: head.version,
    fingerprint: root.fingerprint,
    root: person.role === 'admin' ? { kid: root.fingerprint, vaultEpoch: root.vault_epoch, sealed: root.sealed } : null,
    escrowKeys: all<EscrowKeyRow>(sql, 'SELECT * FROM escrow_keys ORDER BY key_epoch').flatMap((row): EscrowKey[] =>
      row.vault_epoch === null || row.sealed === null || person.role === 'auditor'
        ? []
        : [
            {
              kid: row.kid,
              jwk: JSON.parse(row.jwk),
              statement: row.statement,
              sealedPrivate: { kid: row.kid, vaultEpoch: row.vault_epoch, sealed: row.sealed },
            },
          ],
    ),
    unlockers: unlockers.map((row): SealedUnlocker => JSON.parse(row.sealed)),
    wraps: wraps.map((row) => ({
      unlocker: row.unlocker,
      purpose: row.purpose,
      vaultEpoch: row.vault_epoch,
      jwe: row.jwe,
    })),
  };
}
