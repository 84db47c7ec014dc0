// Tokens that are about to expire, told two weeks and two days before. The index has the dates; it is read once a day.

import { DAY_MS } from '../../schema/facts/days.ts';
import { all } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { queue } from '../outbox/notices.ts';
import { hasSuccessor } from './issuing.ts';

export const LOOK_EVERY_MS = DAY_MS;
/** Time enough to issue another and bring it to the PCs, and a last warning. */
export const TOLD_BEFORE_MS = [14 * DAY_MS, 2 * DAY_MS] as const;

/** How many tokens, those that end first, and how many warnings already given are looked at a day. */
const LOOKED_AT_MAX = 500;

export type ExpiringToken = { id: string; expiresAt: number };
type Told = { token: string; expiresAt: number; beforeMs: number };

/**
 * The tokens to warn about now, each with the warning due. Pure. A token that is first seen late gets one warning, not
 * two.
 */
export function decideExpiring(tokens: readonly ExpiringToken[], told: readonly Told[], now: number): Told[] {
  return tokens.flatMap(({ id, expiresAt }) => {
    const left = expiresAt - now;
    const beforeMs = Math.min(...TOLD_BEFORE_MS.filter((before) => left <= before));
    if (left <= 0 || beforeMs === Number.POSITIVE_INFINITY) return [];
    const known = told.some((one) => one.token === id && one.expiresAt === expiresAt && one.beforeMs <= beforeMs);
    return known ? [] : [{ token: id, expiresAt, beforeMs }];
  });
}

/** The tenant's tokens in use that expire within the longest warning. */
export async function expiringTokens(index: D1Database, tenant: string, now: number): Promise<ExpiringToken[]> {
  const { results } = await index
    .prepare(
      `SELECT id, expires_at AS expiresAt FROM api_tokens
       WHERE tenant_id = ? AND revoked_at IS NULL AND expires_at BETWEEN ? AND ? ORDER BY expires_at LIMIT ?`,
    )
    .bind(tenant, now, now + Math.max(...TOLD_BEFORE_MS), LOOKED_AT_MAX)
    .all<ExpiringToken>();
  return results;
}

/**
 * Queues the warnings that are due; the index does not know which tokens were rotated, so this is checked here. In the
 * caller's transaction.
 */
export function tellExpiring(sql: SqlStorage, tenant: string, tokens: readonly ExpiringToken[], now: number): void {
  const told = all<{ token: string; expires_at: number; before_ms: number }>(
    sql,
    'SELECT expiries_told.* FROM json_each(?) CROSS JOIN expiries_told ON token = value',
    JSON.stringify(tokens.map(({ id }) => id)),
  ).map((row) => ({ token: row.token, expiresAt: row.expires_at, beforeMs: row.before_ms }));
  const ending = tokens.filter(({ id }) => !hasSuccessor(sql, id));
  for (const { token, expiresAt, beforeMs } of decideExpiring(ending, told, now)) {
    queue(sql, tenant, now, 'token_expiring', { token, expiresAt });
    sql.exec('INSERT INTO expiries_told VALUES (?, ?, ?)', token, expiresAt, beforeMs);
  }
  forgetTold(sql, now);
}

/** Forgets warnings about tokens that have ended: each day some rows further, then from the first again. */
function forgetTold(sql: SqlStorage, now: number): void {
  const from = walkAt<string>(sql, 'tokens_expiring') ?? '';
  const rows = all<{ token: string }>(
    sql,
    'SELECT token FROM expiries_told WHERE token > ? ORDER BY token LIMIT ?',
    from,
    LOOKED_AT_MAX,
  );
  sql.exec(
    'DELETE FROM expiries_told WHERE token IN (SELECT value FROM json_each(?)) AND expires_at < ?',
    JSON.stringify(rows.map(({ token }) => token)),
    now,
  );
  const next = rows.length === LOOKED_AT_MAX ? (rows.at(-1)?.token ?? null) : null;
  if (next !== null || from !== '') keepWalk(sql, 'tokens_expiring', next);
}

export const someoneAsks = (sql: SqlStorage): boolean =>
  all(sql, "SELECT 1 FROM webhooks, json_each(kinds) WHERE value = 'token_expiring' LIMIT 1").length > 0;
