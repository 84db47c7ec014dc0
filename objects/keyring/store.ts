// Keeping a keyring write that was decided: every manifest and succession for ever, everything else that the new
// manifest names, and, set aside, what it replaced (keyring/changes.ts). keyring/rules.ts decides what may be written.
import type { AuditAction, AuditEntry } from '../../schema/audit.ts';
import type { KeyringWritten } from '../../schema/keyring.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { Manifest, ManifestUnlocker } from '../../schema/signed.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { keepChange, letGoOfAll, onlyAdminsSession, refuseKept, sinceNow } from './changes.ts';
import { takeGrant } from './grants.ts';
import { rowsBefore } from './kept-rows.ts';
import { keyringFacts } from './keyring.ts';
import { forgetReplaced } from './replaced.ts';
import { decideWrite, newlyDestroyed } from './rules.ts';
import { forgetOtherUnlockers } from './seen.ts';
import type { Looked } from './sweeps.ts';
import type { VerifiedWrite } from './verifying.ts';

/** The name of a key's new state on record; the new active key tells of one that becomes `retiring`. */
const KEY_ACTIONS = {
  active: 'key.rotated',
  retiring: null,
  retired: 'key.retired',
  destroyed: 'key.destroyed',
} as const;

/** Decides on a verified write, keeps it, and puts on record what it changed: one entry for the keyring, one for each key and unlocker. */
export function writeKeyring(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  verified: VerifiedWrite,
  looked: Looked,
  now: number,
): KeyringWritten | Refusal {
  const { sql } = storage;
  const { manifest, root, follows } = verified;
  const facts = keyringFacts(sql, caller.principal, verified, looked, now);
  const activeKid = manifest.keys.find((key) => key.state === 'active')?.kid ?? '';
  // Sent again, because the answer was lost: it is kept already.
  if (facts.head?.sha256 === verified.manifestSha256)
    return { version: manifest.version, fingerprint: root, activeKid };
  const refusal = decideWrite(verified, facts) ?? refuseKept(sql, caller.principal, 'write', now);
  if (refusal) return refusal;
  const put = (action: AuditAction, subject: string, detail: AuditEntry['detail'] = {}) =>
    record(sql, caller.tenant, caller, now, { action, subject, detail });
  return storage.transactionSync(() => {
    const rows = facts.head && rowsBefore(sql, sinceNow(sql, facts.head.version));
    storeWrite(sql, verified, caller.principal.name, now);
    // What only this private half opened goes with it.
    forgetReplaced(storage, now);
    if (facts.head && rows)
      keepChange(storage, rows, {
        from: facts.head.version,
        to: manifest.version,
        person: caller.principal,
        at: now,
        session: onlyAdminsSession(sql, caller, [facts.head.manifest, manifest], now),
      });
    if (newlyDestroyed(manifest, facts).length > 0) letGoOfAll(storage, now);
    put(manifest.version === 1 ? 'keyring.created' : 'keyring.updated', root, {
      version: manifest.version,
      sha256: verified.manifestSha256,
      activeKid,
      unlockers: manifest.unlockers.length,
    });
    if (!facts.head) return { version: manifest.version, fingerprint: root, activeKid };
    if (follows !== null) put('root.replaced', root, { follows });
    const before = new Map(facts.head.manifest.unlockers.map((one) => [one.id, one]));
    const kinds = new Map(manifest.unlockers.map((one) => [one.id, one.kind]));
    for (const { id, kind, owner, rights } of manifest.unlockers)
      if (!before.delete(id))
        put('unlocker.added', id, { kind, owner, rights: rights.join(' '), granted: facts.grants.has(id) });
    for (const { id, kind, owner } of before.values()) put('unlocker.removed', id, { kind, owner });
    for (const id of new Set(verified.write.kept?.unlockers))
      put('unlocker.kept', id, { kind: kinds.get(id) ?? null, leaver: verified.write.kept?.leaver ?? null });
    for (const { kid, state } of manifest.keys) {
      const action = KEY_ACTIONS[state];
      if (action && facts.kids.get(kid)?.state !== state) put(action, kid);
    }
    return { version: manifest.version, fingerprint: root, activeKid };
  });
}

/** Keeps a decided write. */
function storeWrite(sql: SqlStorage, verified: VerifiedWrite, by: string, at: number): void {
  const { write, manifest, manifestSha256 } = verified;
  sql.exec('INSERT INTO manifests VALUES (?, ?, ?, ?, ?)', manifest.version, write.manifest, manifestSha256, at, by);
  storeRoots(sql, verified, by, at);
  storeKeys(sql, verified, by, at);
  const entries = new Map(manifest.unlockers.map((unlocker) => [unlocker.id, unlocker]));
  for (const half of write.unlockers) storeHalf(sql, requireEntry(entries, half.id), JSON.stringify(half), by, at);
  for (const { id, half } of takeGrant(sql, [...entries.keys()]))
    storeHalf(sql, requireEntry(entries, id), half, by, at);
  for (const wrap of write.wraps)
    sql.exec(
      'INSERT INTO wraps VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET jwe = excluded.jwe',
      wrap.unlocker,
      wrap.purpose,
      wrap.vaultEpoch,
      wrap.jwe,
    );
  dropUnnamed(sql, manifest);
}

function requireEntry(entries: ReadonlyMap<string, ManifestUnlocker>, id: string): ManifestUnlocker {
  const entry = entries.get(id);
  if (!entry) throw new Error('decideWrite lets no unnamed unlocker through');
  return entry;
}

const storeHalf = (
  sql: SqlStorage,
  { id, kind, owner }: ManifestUnlocker,
  half: string,
  by: string,
  at: number,
): void => {
  sql.exec(
    `INSERT INTO unlockers (id, kind, owner, sealed, since, by) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, since = excluded.since, by = excluded.by
       WHERE excluded.sealed <> sealed`,
    id,
    kind,
    owner,
    half,
    at,
    by,
  );
};

/**
 * Rows that the new manifest no longer names go: removed unlockers, wraps of vault keys that no longer exist, roots
 * that no longer overlap.
 */
function dropUnnamed(sql: SqlStorage, manifest: Manifest): void {
  const unlockers = JSON.stringify(manifest.unlockers.map((one) => one.id));
  sql.exec('DELETE FROM unlockers WHERE id NOT IN (SELECT value FROM json_each(?))', unlockers);
  sql.exec('DELETE FROM wraps WHERE unlocker NOT IN (SELECT value FROM json_each(?))', unlockers);
  forgetOtherUnlockers(
    sql,
    manifest.unlockers.map((one) => one.id),
  );
  const vaults = JSON.stringify(manifest.vaultKeys.map((key) => `${key.purpose}/${key.vaultEpoch}`));
  sql.exec("DELETE FROM wraps WHERE purpose || '/' || vault_epoch NOT IN (SELECT value FROM json_each(?))", vaults);
  const overlapping = JSON.stringify(manifest.overlapping ?? []);
  sql.exec('DELETE FROM roots WHERE followed = 1 AND fingerprint NOT IN (SELECT value FROM json_each(?))', overlapping);
  sql.exec('DELETE FROM old_statements WHERE root NOT IN (SELECT value FROM json_each(?))', overlapping);
}

function storeRoots(sql: SqlStorage, { write, root, follows }: VerifiedWrite, by: string, at: number): void {
  if (follows !== null && write.succession !== undefined) {
    sql.exec('UPDATE roots SET followed = 1 WHERE fingerprint = ?', follows);
    sql.exec(
      'INSERT INTO successions (from_root, to_root, jws, at, by) VALUES (?, ?, ?, ?, ?)',
      follows,
      root,
      write.succession,
      at,
      by,
    );
  }
  for (const sealed of [write.root, ...(write.oldRoots ?? [])])
    sql.exec(
      `INSERT INTO roots VALUES (?, ?, ?, ?)
       ON CONFLICT (fingerprint) DO UPDATE SET vault_epoch = excluded.vault_epoch, sealed = excluded.sealed,
         followed = excluded.followed`,
      sealed.kid,
      sealed.vaultEpoch,
      sealed.sealed,
      sealed.kid === root ? 0 : 1,
    );
}

function storeKeys(
  sql: SqlStorage,
  { write, manifest, statements, oldStatements }: VerifiedWrite,
  by: string,
  at: number,
): void {
  const states = new Map(manifest.keys.map((key) => [key.kid, key.state]));
  for (const key of write.escrowKeys)
    sql.exec(
      `INSERT INTO escrow_keys (kid, key_epoch, state, jwk, statement, vault_epoch, sealed, made_at, made_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kid) DO UPDATE SET statement = excluded.statement,
         vault_epoch = excluded.vault_epoch, sealed = excluded.sealed`,
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
  for (const { kid, root, jws } of oldStatements)
    sql.exec(
      'INSERT INTO old_statements VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET jws = excluded.jws',
      kid,
      root,
      jws,
    );
  for (const [kid, state] of states) {
    sql.exec('UPDATE escrow_keys SET state = ? WHERE kid = ? AND state <> ?', state, kid, state);
    if (state === 'retired')
      sql.exec('UPDATE escrow_keys SET retired_at = ? WHERE kid = ? AND retired_at IS NULL', at, kid);
    if (state === 'destroyed') destroyKey(sql, kid, at);
  }
}

/** The private half goes. Versions that were marked unopenable stay. */
function destroyKey(sql: SqlStorage, kid: string, at: number): void {
  sql.exec(
    `UPDATE escrow_keys SET vault_epoch = NULL, sealed = NULL, destroyed_at = ? WHERE kid = ? AND destroyed_at IS NULL`,
    at,
    kid,
  );
  sql.exec('DELETE FROM old_statements WHERE kid = ?', kid);
}
