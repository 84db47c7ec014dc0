// The tenant's keyring as it is kept and handed out. Everything in it is public, signed or sealed.
import type {
  EscrowKey,
  Keyring,
  KeyringWritten,
  LineTaken,
  PublicKeyAnswer,
  SealedUnlocker,
  Wrap,
} from '../../schema/keyring.ts';
import type { Custody } from '../../schema/machine.ts';
import type { Role } from '../../schema/person.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { KeyHistory } from '../../schema/rotation.ts';
import type { Manifest } from '../../schema/signed.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { readSettings } from '../settings/settings.ts';
import type { Pins } from '../tokens/tokens.ts';
import { listedChanges, onlyAdminsSession, someReplacedIsKept } from './changes.ts';
import { firstWaiting, grantsNamed, grantsWaiting } from './grants.ts';
import { heldByKid } from './held.ts';
import { head, type RootRow, requireRoot, sealedRoot, successionsBefore } from './manifests.ts';
import { type Half, type KeyringFacts, type KidState, wrapKey } from './rules.ts';
import { lastUser, lastUses } from './seen.ts';
import { type Looked, notOpening, stillUnproven } from './sweeps.ts';
import type { VerifiedWrite } from './verifying.ts';

/** Puts on record that somebody's browser took a keyring which does not follow on what it had seen. */
export function noteLineTaken(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { version, signed, insteadVersion, instead }: LineTaken,
  now: number,
): KeyringWritten | Refusal {
  const latest = head(storage.sql);
  const keys = outline(storage.sql);
  if (!latest || !keys) return noTenantKey();
  storage.transactionSync(() =>
    record(storage.sql, caller.tenant, caller, now, {
      action: 'keyring.line_taken',
      subject: latest.fingerprint,
      detail: { version, signed, insteadVersion, instead },
    }),
  );
  return { version: latest.version, fingerprint: latest.fingerprint, activeKid: keys.activeKid };
}

/**
 * Reads the facts that decide on a write of this person. `looked`: the versions that may be lost with the keys that it
 * destroys.
 */
export function keyringFacts(
  sql: SqlStorage,
  person: Pick<Person, 'name'>,
  { manifest, root }: Pick<VerifiedWrite, 'manifest' | 'root'>,
  looked: Looked,
  now: number,
): KeyringFacts {
  const keys = all<EscrowKeyRow>(sql, 'SELECT * FROM escrow_keys');
  const halves = new Map(keys.map((row) => [row.kid, halfOf(row)]));
  const destroyed = new Set(kidsDestroyed(sql, manifest));
  const mayBeLost = (kid: string): number => (destroyed.has(kid) ? stillUnproven(sql, kid, looked) : 0);
  const wraps = all<{ unlocker: string; purpose: Wrap['purpose']; vault_epoch: number }>(
    sql,
    'SELECT unlocker, purpose, vault_epoch FROM wraps',
  );
  const roots = all<RootRow>(sql, 'SELECT * FROM roots');
  return {
    head: head(sql),
    now,
    caller: person.name,
    kids: new Map(
      keyHistory(sql).map(({ kid, keyEpoch, state, retiredAt, remaining }) => [
        kid,
        { state, keyEpoch, retiredAt, remaining, unproven: mayBeLost(kid), half: halves.get(kid) ?? null },
      ]),
    ),
    grants: new Map(
      grantsNamed(sql, manifest).map(({ id, email, kind, jwk, rights, role }) => [
        id,
        { email, kind, jwk, rights, admin: role === 'admin' },
      ]),
    ),
    wraps: new Set(
      wraps.map((row) => wrapKey({ unlocker: row.unlocker, purpose: row.purpose, vaultEpoch: row.vault_epoch })),
    ),
    roots: new Map(roots.map((row) => [row.fingerprint, { vaultEpoch: row.vault_epoch, sealed: row.sealed }])),
    wasFollowed: first(sql, 'SELECT 1 FROM successions WHERE from_root = ? LIMIT 1', root) !== null,
    replacedIsKept: someReplacedIsKept(sql),
  };
}

/** The kids that a manifest destroys and that are not destroyed yet. */
export function kidsDestroyed(sql: SqlStorage, { keys }: Manifest): string[] {
  const living = new Set(
    all<{ kid: string }>(sql, "SELECT kid FROM escrow_keys WHERE state <> 'destroyed'").map(({ kid }) => kid),
  );
  return keys.filter(({ kid, state }) => state === 'destroyed' && living.has(kid)).map(({ kid }) => kid);
}

const halfOf = ({ vault_epoch: vaultEpoch, sealed }: EscrowKeyRow): Half | null =>
  vaultEpoch === null || sealed === null ? null : { vaultEpoch, sealed };

/** How many escrow keys there are in each state, and what that says about the tenant's keys. */
export function keyStates(sql: SqlStorage) {
  const rows = all<{ state: KeyHistory['state']; held: number }>(
    sql,
    'SELECT state, count(*) AS held FROM escrow_keys GROUP BY state',
  );
  const of = (state: KeyHistory['state']) => rows.find((row) => row.state === state)?.held ?? 0;
  const state = rows.length === 0 ? 'none' : of('retiring') > 0 ? 'rotating' : 'ready';
  return {
    state: state as 'none' | 'ready' | 'rotating',
    active: of('active'),
    retiring: of('retiring'),
    retired: of('retired'),
    destroyed: of('destroyed'),
  };
}

/** Every escrow key there ever was, with what is sealed to it now. */
export function keyHistory(sql: SqlStorage): KeyHistory[] {
  const held = heldByKid(sql);
  return all<EscrowKeyRow>(sql, 'SELECT * FROM escrow_keys ORDER BY key_epoch').map((row) => {
    const { openable, unopenable } = held.get(row.kid) ?? { openable: 0, unopenable: 0 };
    return {
      kid: row.kid,
      keyEpoch: row.key_epoch,
      state: row.state,
      madeAt: row.made_at,
      madeBy: row.made_by,
      retiredAt: row.retired_at,
      destroyedAt: row.destroyed_at,
      secrets: openable + unopenable,
      remaining: row.state === 'active' ? 0 : openable,
      unopenable,
    };
  });
}

type EscrowKeyRow = {
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

/** What earlier roots that overlap say about a key: engines may pin one of them. */
const oldStatements = (sql: SqlStorage, kid: string): string[] =>
  all<{ jws: string }>(sql, 'SELECT jws FROM old_statements WHERE kid = ? ORDER BY root', kid).map((row) => row.jws);

export const kidState = (sql: SqlStorage, kid: string): KidState =>
  remembered(
    sql,
    `state of key ${kid}`,
    ['escrow_keys'],
    () => first<{ state: KidState }>(sql, 'SELECT state FROM escrow_keys WHERE kid = ?', kid)?.state ?? 'unknown',
  );

/** The active escrow key as an engine gets it, or null before set-up. */
export const publicKey = (sql: SqlStorage): PublicKeyAnswer | null =>
  remembered(sql, 'public key', ['escrow_keys', 'old_statements'], () => {
    const row = first<EscrowKeyRow>(sql, "SELECT * FROM escrow_keys WHERE state = 'active'");
    if (!row) return null;
    const statements = [row.statement, ...oldStatements(sql, row.kid)];
    return { ...JSON.parse(row.jwk), kid: row.kid, alg: 'RSA-OAEP-256', use: 'enc', statements };
  });

export const noTenantKey = () => refuse('no_tenant_key', 'An admin of the tenant has to do the first-time set-up.');

/** How the tenant's ways to unlock stand: for warnings on every admin's screen. */
export function custody(sql: SqlStorage, role: Role): Custody | null {
  const manifest = head(sql)?.manifest;
  if (!manifest) return null;
  const recovery = manifest.unlockers.filter((one) => one.kind === 'recovery');
  const waiting = grantsWaiting(sql);
  const drilled = first<{ at: number | null }>(sql, 'SELECT max(drilled_at) AS at FROM unlockers')?.at ?? null;
  const made = recovery.length > 0 ? Math.max(...recovery.map((one) => one.createdAt)) : null;
  return {
    unlockers: manifest.unlockers.length,
    adminUnlockers: manifest.unlockers.filter((one) => one.rights.includes('admin')).length,
    recoveryProvenAt: drilled ?? made,
    recoveryUsed:
      role === 'engineer'
        ? null
        : lastUser(
            sql,
            recovery.map(({ id }) => id),
          ),
    grantsWaiting: waiting,
    firstWaiting: waiting === 0 ? null : firstWaiting(sql),
    notOpening: notOpening(sql),
  };
}

/** What an engine may be told to pin: the root and those earlier ones that overlap, and the active key's epoch. */
export function pins(sql: SqlStorage): Pins {
  const latest = head(sql);
  const active = latest?.manifest.keys.find((key) => key.state === 'active');
  return {
    roots: latest ? [latest.fingerprint, ...(latest.manifest.overlapping ?? [])] : [],
    minEpoch: active?.keyEpoch ?? null,
  };
}

/** The keyring's outline for an overview. */
export function outline(sql: SqlStorage) {
  const active = first<{ kid: string }>(sql, "SELECT kid FROM escrow_keys WHERE state = 'active'");
  const head = first<{ version: number }>(sql, 'SELECT max(version) AS version FROM manifests');
  return active && head ? { fingerprint: requireRoot(sql).kid, activeKid: active.kid, version: head.version } : null;
}

/** The shared ways to unlock that a role may fetch. A leaver's act uses the same rule. */
export const mayFetchShared = (role: Role) => ({ team: role !== 'auditor', recovery: role === 'admin' });

/**
 * What a person may fetch. Offline guessing needs sealed unlocker halves: a personal one goes to its owner only, a
 * shared passphrase to admins and engineers, recovery to admins, none to auditors.
 */
export function mayFetch(
  unlocker: { kind: string; owner: string | null },
  person: { email: string; role: Role },
): boolean {
  if (person.role === 'auditor') return false;
  if (unlocker.owner !== null) return unlocker.owner === person.email;
  const { team, recovery } = mayFetchShared(person.role);
  return unlocker.kind === 'recovery' ? recovery : team;
}

/** The keyring as one person may see it, or null before set-up. */
export function readKeyring(
  sql: SqlStorage,
  caller: Pick<Caller<Person>, 'principal' | 'sessionEndsAt'>,
  now: number,
): Keyring | null {
  const latest = head(sql);
  if (!latest) return null;
  const { principal: person } = caller;
  const unlockers = all<UnlockerRow>(sql, 'SELECT * FROM unlockers ORDER BY id');
  const fetched = unlockers.filter((row) => mayFetch(row, { email: person.name, role: person.role }));
  const wraps = all<{ unlocker: string; purpose: Wrap['purpose']; vault_epoch: number; jwe: string }>(
    sql,
    'SELECT wraps.* FROM json_each(?) CROSS JOIN wraps ON unlocker = value',
    JSON.stringify(fetched.map((row) => row.id)),
  );
  const successions = successionsBefore(sql, Number.MAX_SAFE_INTEGER);
  const admin = person.role === 'admin';
  return {
    manifest: latest.jws,
    version: latest.version,
    fingerprint: latest.fingerprint,
    root: admin ? requireRoot(sql) : null,
    oldRoots: admin ? all<RootRow>(sql, 'SELECT * FROM roots WHERE followed = 1').map(sealedRoot) : [],
    successions: successions.successions,
    successionsBefore: successions.before,
    drills: Object.fromEntries(unlockers.flatMap((row) => (row.drilled_at === null ? [] : [[row.id, row.drilled_at]]))),
    since: Object.fromEntries(
      fetched.flatMap(({ id, since, by }) => (since === null || by === null ? [] : [[id, { at: since, by }]])),
    ),
    used: lastUses(
      sql,
      (admin ? unlockers : fetched).map(({ id }) => id),
    ),
    lockAfterMinutes: readSettings(sql).lockAfterMinutes,
    changes: admin
      ? listedChanges(sql, { person, session: onlyAdminsSession(sql, caller, [latest.manifest], now) })
      : [],
    escrowKeys: person.role === 'auditor' ? [] : livingKeys(sql),
    unlockers: fetched.map((row): SealedUnlocker => JSON.parse(row.sealed)),
    wraps: wraps.map((row) => ({
      unlocker: row.unlocker,
      purpose: row.purpose,
      vaultEpoch: row.vault_epoch,
      jwe: row.jwe,
    })),
  };
}

type UnlockerRow = {
  id: string;
  kind: string;
  owner: string | null;
  sealed: string;
  drilled_at: number | null;
  since: number | null;
  by: string | null;
};

/** Whether there is such an unlocker, and this person may fetch it. */
export function mayUse(sql: SqlStorage, { name, role }: Pick<Person, 'name' | 'role'>, unlocker: string): boolean {
  const row = first<UnlockerRow>(sql, 'SELECT * FROM unlockers WHERE id = ?', unlocker);
  return row !== null && mayFetch(row, { email: name, role });
}

/** Every escrow key that is not destroyed, its private half sealed. */
const livingKeys = (sql: SqlStorage): EscrowKey[] =>
  all<EscrowKeyRow>(sql, 'SELECT * FROM escrow_keys ORDER BY key_epoch').flatMap((row) => {
    const half = halfOf(row);
    if (!half) return [];
    const earlier = oldStatements(sql, row.kid);
    return [
      {
        kid: row.kid,
        jwk: JSON.parse(row.jwk),
        statement: row.statement,
        ...(earlier.length > 0 ? { oldStatements: earlier } : {}),
        sealedPrivate: { kid: row.kid, ...half },
      },
    ];
  });
