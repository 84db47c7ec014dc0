// The way back: a change of the keyring that nobody else could open is taken back, with all after it. Everything that
// this replaces is kept in turn, so that it can itself be taken back. It goes on record, and never back past what was
// let go.
import type { KeyringWritten, UndoChange } from '../../schema/keyring.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { findHeld, keepChange, onlyAdminsSession, refuseKept, sinceChange } from '../keyring/changes.ts';
import { putBackFrom, rowsBefore } from '../keyring/kept-rows.ts';
import { noTenantKey, outline } from '../keyring/keyring.ts';
import { head } from '../keyring/manifests.ts';
import { beginSettling } from './gone-keys.ts';

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
  if (!findHeld(sql, change)) return refuse('nothing_replaced', 'What this change replaced is no longer kept.');
  const over = refuseKept(sql, caller.principal, 'undo', now);
  if (over) return over;
  return storage.transactionSync(() => {
    const before = rowsBefore(sql, sinceChange(sql, change));
    putBackFrom(sql, change, before);
    const settled = beginSettling(storage, now);
    const again = head(sql);
    const keys = outline(sql);
    if (!again || !keys) throw new Error('no change goes back to before the first keyring');
    keepChange(storage, before, {
      from: version,
      to: again.version,
      person: caller.principal,
      at: now,
      session: onlyAdminsSession(sql, caller, [latest.manifest, again.manifest], now),
    });
    record(sql, caller.tenant, caller, now, {
      action: 'keyring.undone',
      subject: again.fingerprint,
      detail: {
        version: again.version,
        sha256: again.sha256,
        instead: version,
        insteadSha256: latest.sha256,
        secretsPutBack: settled.putBack,
        secretsClosed: settled.closed,
        reason,
        // The others follow, as `secrets.put_back`.
        ...(settled.more ? { secretsMore: true } : {}),
      },
    });
    return { version: again.version, fingerprint: again.fingerprint, activeKid: keys.activeKid };
  });
}
