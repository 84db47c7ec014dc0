// Leavers: who was removed, or now has a lower role, and what is left of closing to them what they could open. What is done is read
// off the keyring and the secrets as they are, so the act may stop anywhere.
import type { Leaver, Member, Role } from '../schema/person.ts';
import type { Manifest } from '../schema/signed.ts';
import { head, keyHistory, manifestAt } from './keyring.ts';
import { all } from './rows.ts';

type LeaverRow = {
  person: string;
  email: string;
  role: Role;
  becomes: Role | null;
  started_at: number;
  by: string;
  manifest_version: number;
  fingerprint: string | null;
};

/** Begins a leaver's act, by the role they had. `becomes` null: they are out. In the caller's transaction. */
export function begin(sql: SqlStorage, person: Member, becomes: Role | null, by: string, at: number): void {
  const latest = head(sql);
  sql.exec(
    `INSERT INTO leavers (person, email, role, becomes, started_at, by, manifest_version, fingerprint)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    person.id,
    person.email,
    person.role,
    becomes,
    at,
    by,
    latest?.version ?? 0,
    latest?.fingerprint ?? null,
  );
}

/** What a role can fetch of the shared ways to unlock; the same rule as keyring.ts's `mayFetch`. */
const couldFetch = (role: Role): Leaver['couldFetch'] => ({ team: role !== 'auditor', recovery: role === 'admin' });

/** The unlockers of a manifest that a leaver had or could fetch. */
const theirs = (manifest: Manifest, { email, role }: LeaverRow): string[] =>
  manifest.unlockers
    .filter((one) => {
      if (one.owner !== null) return one.owner === email;
      return one.kind === 'recovery' ? couldFetch(role).recovery : couldFetch(role).team;
    })
    .map((one) => one.id);

/** Every leaver with what is left to do. */
export function leavers(sql: SqlStorage): Leaver[] {
  const latest = head(sql);
  const keys = keyHistory(sql);
  return all<LeaverRow>(sql, 'SELECT * FROM leavers ORDER BY place').map((row) => {
    const before = row.manifest_version > 0 ? manifestAt(sql, row.manifest_version) : null;
    const had = before ? theirs(before, row) : [];
    const kept = new Set(latest?.manifest.unlockers.map((one) => one.id));
    // The one that was active when they left is the newest made before that.
    const known = keys.filter((key) => key.madeAt <= row.started_at);
    const active = keys.find((key) => key.state === 'active');
    return {
      person: row.person,
      email: row.email,
      role: row.role,
      becomes: row.becomes,
      startedAt: row.started_at,
      by: row.by,
      couldFetch: couldFetch(row.role),
      unlockersReplaced: !had.some((id) => kept.has(id)),
      escrowKeyReplaced: had.length === 0 || (active !== undefined && !known.includes(active)),
      rootReplaced: !couldFetch(row.role).recovery || latest === null || latest.fingerprint !== row.fingerprint,
      remaining: had.length === 0 ? 0 : known.reduce((sum, key) => sum + key.remaining, 0),
    };
  });
}
