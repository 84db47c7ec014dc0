// The reveal: the one read that hands out a ciphertext, and only together with its audit entry.
import { type Refusal, refuse } from '../schema/refusal.ts';
import type { Revealed } from '../schema/secret.ts';
import { first } from './rows.ts';
import { publicVersion, type SecretRow, type VersionRow } from './secrets.ts';

export type RevealPlan = { secret: SecretRow; version: VersionRow };

/** Finds the one version asked for; the latest where none is named. */
export function planReveal(sql: SqlStorage, id: string, version: number | undefined): RevealPlan | Refusal {
  const secret = first<SecretRow>(sql, 'SELECT * FROM secrets WHERE id = ?', id);
  if (!secret) return refuse('unknown_secret', 'The tenant holds no secret with this id.');
  const row = first<VersionRow>(
    sql,
    'SELECT * FROM secret_versions WHERE secret_id = ? AND version = ?',
    id,
    version ?? secret.latest_version,
  );
  return row ? { secret, version: row } : refuse('unknown_secret', 'The secret has no such version.');
}

export const markRevealed = (sql: SqlStorage, id: string, at: number): void => {
  sql.exec('UPDATE secrets SET last_revealed_at = ? WHERE id = ?', at, id);
};

export const revealed = ({ secret, version }: RevealPlan, auditSeq: number): Revealed => ({
  id: secret.id,
  machine: secret.machine_id,
  kind: secret.kind,
  ref: JSON.parse(secret.ref),
  version: publicVersion(version),
  sealed: version.sealed,
  auditSeq,
});
