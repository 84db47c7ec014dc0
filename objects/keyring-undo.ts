// The way back: a change of the keyring that nobody else could open is taken back, with all after it. What that replaces is kept in turn, so
// that it can itself be taken back. On record; never past what was let go.
import type { KeyringWritten, UndoChange } from '../schema/keyring.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { record } from './audit.ts';
import type { Caller, Person } from './caller.ts';
import { head, noTenantKey, outline } from './keyring.ts';
import { heldChanges, keepChange, keyringRows, onlyAdminsSession, putBackRows } from './keyring-changes.ts';
import { findReplaced } from './replaced.ts';
import { markUnopenable, putBack } from './rotation.ts';
import { all } from './rows.ts';
import { findVersion } from './secrets.ts';

const SLICE = 200;

type Place = { secret_id: string; version: number };

/** Keys that something is sealed to and that the keyring no longer has. */
const goneKids = (sql: SqlStorage): string[] =>
  all<{ kid: string }>(
    sql,
    'SELECT kid FROM held WHERE openable + unopenable > 0 AND kid NOT IN (SELECT kid FROM escrow_keys)',
  ).map(({ kid }) => kid);

/** Every version under a key, off its index, those first that are marked already. */
function* versionsUnder(sql: SqlStorage, kid: string): Generator<Place> {
  for (const unopenable of [1, 0]) {
    for (let after: Place | undefined = { secret_id: '', version: 0 }; after; ) {
      const slice: Place[] = all<Place>(
        sql,
        `SELECT secret_id, version FROM secret_versions INDEXED BY secret_versions_by_kid
         WHERE kid = ? AND unopenable = ? AND (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
        kid,
        unopenable,
        after.secret_id,
        after.version,
        SLICE,
      );
      yield* slice;
      after = slice.at(-1);
    }
  }
}

/**
 * What was sealed to a key that the keyring no longer has: where it was re-sealed from one that it has, that is put back; what is left was
 * sealed to nobody's key, or to one that only the way forth brings back. It is marked, kept, and healed by a sweep that opens it.
 */
function settleSecrets(sql: SqlStorage, now: number): { putBack: number; closed: number } {
  const done = { putBack: 0, closed: 0 };
  for (const { secret_id: secret, version } of goneKids(sql).flatMap((kid) => [...versionsUnder(sql, kid)])) {
    const row = findVersion(sql, secret, version);
    const before = findReplaced(sql, { secret, version });
    const living = before && all(sql, 'SELECT 1 FROM escrow_keys WHERE kid = ? AND sealed IS NOT NULL', before.kid);
    if (!row) continue;
    if (before && living?.length === 1) {
      putBack(sql, row, before, now);
      done.putBack += 1;
      continue;
    }
    if (row.unopenable === 0) markUnopenable(sql, row);
    done.closed += 1;
  }
  return done;
}

/** Takes a change back, and all after it. */
export function undoChange(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { change, version, reason }: UndoChange,
  now: number,
): KeyringWritten | Refusal {
  const { sql } = storage;
  const latest = head(sql);
  if (!latest) return noTenantKey();
  if (latest.version !== version)
    return refuse('keyring_conflict', 'The keyring was changed by somebody else meanwhile; read it again.');
  const held = heldChanges(sql);
  const wanted = held.find((one) => one.change === change);
  if (!wanted) return refuse('nothing_replaced', 'What this change replaced is no longer kept.');
  return storage.transactionSync(() => {
    const since = Math.min(...held.filter((one) => one.change >= change).flatMap((one) => [one.from, one.version]));
    const before = keyringRows(sql, since);
    for (const one of held.toReversed()) if (one.change >= change) putBackRows(sql, one.change);
    const settled = settleSecrets(sql, now);
    const again = head(sql);
    const keys = outline(sql);
    if (!again || !keys) throw new Error('no change goes back to before the first keyring');
    keepChange(storage, before, {
      ...{ from: version, to: again.version, person: caller.principal, at: now },
      session: onlyAdminsSession(sql, caller, [latest.manifest, again.manifest], now),
    });
    record(sql, caller.tenant, caller, now, {
      action: 'keyring.undone',
      subject: again.fingerprint,
      detail: {
        ...{ version: again.version, sha256: again.sha256, instead: version, insteadSha256: latest.sha256 },
        ...{ secretsPutBack: settled.putBack, secretsClosed: settled.closed, reason },
      },
    });
    return { version: again.version, fingerprint: again.fingerprint, activeKid: keys.activeKid };
  });
}
