// Revoked machine tokens. A revocation counts in the object at once, whatever a Worker has cached; the index follows, by alarm
// until it has.
import { all, first } from './rows.ts';

export type IndexedToken = { id: string; hash: string };

/** The tenant's token with this id, as the index has it. */
export async function findToken(index: D1Database, tenant: string, id: string): Promise<IndexedToken | null> {
  return index
    .prepare('SELECT id, token_hash AS hash FROM api_tokens WHERE tenant_id = ? AND id = ?')
    .bind(tenant, id)
    .first<IndexedToken>();
}

export const revokedAt = (sql: SqlStorage, tokenHash: string): number | null =>
  first<{ revoked_at: number }>(sql, 'SELECT revoked_at FROM revocations WHERE token_hash = ?', tokenHash)
    ?.revoked_at ?? null;

/** The salted hashes of the tenant's tokens that the index lets in at this moment (ms since the epoch). */
export async function liveTokens(index: D1Database, tenant: string, now: number): Promise<readonly string[]> {
  const { results } = await index
    .prepare(
      `SELECT token_hash AS hash FROM api_tokens
       WHERE tenant_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`,
    )
    .bind(tenant, now)
    .all<{ hash: string }>();
  return results.map(({ hash }) => hash);
}

export const revoke = (sql: SqlStorage, token: IndexedToken, at: number): void => {
  sql.exec('INSERT INTO revocations VALUES (?, ?, ?, 0)', token.hash, token.id, at);
};

/** Writes revocations that the index does not know yet; idempotent. Throws where D1 does not answer. */
export async function indexRevocations(sql: SqlStorage, index: D1Database, tenant: string): Promise<void> {
  const rows = all<{ token_hash: string; token_id: string; revoked_at: number }>(
    sql,
    'SELECT token_hash, token_id, revoked_at FROM revocations WHERE indexed = 0',
  );
  for (const row of rows) {
    await index
      .prepare(
        'UPDATE api_tokens SET revoked_at = ?, version = version + 1 WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL',
      )
      .bind(row.revoked_at, tenant, row.token_id)
      .run();
    sql.exec('UPDATE revocations SET indexed = 1 WHERE token_hash = ?', row.token_hash);
  }
}
