// A tenant's machine tokens: the object's own rows, and those of SQL that it has adopted from the index. Only the
// salted hash of a token is kept. Expiry and revocation count here at once, whatever a Worker has cached.

import { EXPIRES_SOON_MS } from '../../schema/facts/days.ts';
import type { ExpiringToken } from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { TokenList, TokenRevoked, TokensQuery } from '../../schema/token.ts';
import { record } from '../audit/audit.ts';
import { tokenAside } from '../core/aside.ts';
import type { Caller, Machine, Person } from '../core/caller.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import type { TokenUses } from '../limits/token-uses.ts';
import { type IndexedToken, isWhole } from '../outbox/index-rows.ts';
import { HELD_AGAINST_MAX, put, settled } from '../outbox/outbox.ts';

export type TokenRow = {
  id: string;
  label: string;
  prefix: string;
  hash: string;
  salt: string;
  created_at: number;
  created_by: string | null;
  expires_at: number | null;
  revoked_at: number | null;
  fingerprint: string | null;
  min_epoch: number | null;
  replaced_by: string | null;
  version: number;
};

/** What the tenant's keyring tells a token: the roots an engine may pin, and the active key's epoch. */
export type Pins = { roots: readonly string[]; minEpoch: number | null };

export const findToken = (sql: SqlStorage, id: string): TokenRow | null =>
  remembered(sql, `token ${id}`, ['tokens'], () => first<TokenRow>(sql, 'SELECT * FROM tokens WHERE id = ?', id));

export const isLive = (row: TokenRow, now: number): boolean =>
  row.revoked_at === null && (row.expires_at === null || row.expires_at > now);

export const indexed = (row: TokenRow): IndexedToken => ({
  id: row.id,
  label: row.label,
  prefix: row.prefix,
  hash: row.hash,
  salt: row.salt,
  version: row.version,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});

/**
 * Takes over tokens that SQL made. For a known one the object's row counts, except for a revocation, which counts
 * wherever it was made; an id under which SQL put another token is that token from then on.
 */
export function adopt(sql: SqlStorage, rows: readonly IndexedToken[]): void {
  for (const row of rows) {
    const known = findToken(sql, row.id);
    if (known && known.hash !== row.hash) sql.exec('DELETE FROM tokens WHERE id = ?', row.id);
    if (known && known.hash === row.hash) {
      const same = known.salt === row.salt && known.version >= row.version;
      if (same && (row.revokedAt === null || known.revoked_at !== null)) continue;
    }
    sql.exec(
      `INSERT INTO tokens (id, label, prefix, hash, salt, created_at, expires_at, revoked_at, version)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
         label = excluded.label, prefix = excluded.prefix, salt = excluded.salt, created_at = excluded.created_at,
         revoked_at = coalesce(revoked_at, excluded.revoked_at), version = max(version, excluded.version)`,
      row.id,
      row.label,
      row.prefix,
      row.hash,
      row.salt,
      row.createdAt,
      row.expiresAt,
      row.revokedAt,
      row.version,
    );
  }
}

/** Whether a machine's token still counts here. One that is not known yet is adopted as the Worker found it. Null: it does. */
export function refusalOf(sql: SqlStorage, { id, name, tokenHash, facts }: Machine, now: number): Refusal | null {
  const row = findToken(sql, id);
  if (!row) adopt(sql, [{ ...facts, id, label: name, hash: tokenHash, revokedAt: null }]);
  // An id under another hash is another token, made by SQL: the index, which has proven this one, knows better.
  if (!row || row.hash !== tokenHash) return null;
  if (row.revoked_at !== null) return refuse('token_revoked', 'This machine token was revoked; have a new one issued.');
  return isLive(row, now) ? null : refuse('token_expired', 'This machine token has expired; have a new one issued.');
}

/** What the index was known to have before it is asked: noted, so that a change meanwhile is not mistaken for SQL's. */
export const known = (sql: SqlStorage): Map<string, number> => settled(sql, 'token', 'tokens');

/** A page of the tokens, newest first. `rows` are the index's rows now, null where it does not answer. */
export function list(
  sql: SqlStorage,
  uses: TokenUses,
  rows: readonly IndexedToken[] | null,
  before: ReadonlyMap<string, number>,
  query: TokensQuery,
): TokenList {
  const there = idsOf(rows);
  // A place, not a row: SQL may have given its id to another token meanwhile.
  const [, createdAt, id = ''] = /^(\d+)\/(.*)$/.exec(query.after ?? '') ?? [];
  const found = all<TokenRow>(
    sql,
    `SELECT * FROM tokens ${createdAt ? 'WHERE (created_at, id) < (?, ?)' : ''} ORDER BY created_at DESC, id DESC LIMIT ?`,
    ...(createdAt ? [Number(createdAt), id] : []),
    query.limit + 1,
  );
  const shown = found.slice(0, query.limit);
  const tokens = shown.map((row) => {
    const use = uses.of(row.id);
    return {
      id: row.id,
      label: row.label,
      prefix: row.prefix,
      createdAt: row.created_at,
      createdBy: row.created_by,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      replacedBy: row.replaced_by,
      fingerprint: row.fingerprint,
      minEpoch: row.min_epoch,
      missing: isMissing(row, there, before),
      lastUsedAt: use?.lastAt ?? null,
      lastIp: use?.lastIp ?? null,
      uses: use?.count ?? 0,
      aside: tokenAside(sql, row.id),
    };
  });
  const last = found.length > query.limit ? shown.at(-1) : undefined;
  return { tokens, next: last ? `${last.created_at}/${last.id}` : null };
}

/** The ids that the index has; null where it does not answer, or has more than are read of it. */
const idsOf = (rows: readonly IndexedToken[] | null): ReadonlySet<string> | null =>
  rows && isWhole(rows) ? new Set(rows.map((row) => row.id)) : null;

/** A condition that its index needs repeated to the letter. */
const LIVE = 'SELECT * FROM tokens INDEXED BY tokens_live WHERE revoked_at IS NULL';

/**
 * Tokens that work at this moment, as far as the object knows: at most this many of those without an end, and of those
 * whose end is to come.
 */
export const liveTokens = (sql: SqlStorage, now: number, most: number): TokenRow[] => [
  ...all<TokenRow>(sql, `${LIVE} AND expires_at IS NULL LIMIT ?`, most),
  ...all<TokenRow>(sql, `${LIVE} AND expires_at > ? LIMIT ?`, now, most),
];

/** How many tokens work at this moment; arguments as in `list`. */
export function countLive(
  sql: SqlStorage,
  rows: readonly IndexedToken[] | null,
  before: ReadonlyMap<string, number>,
  now: number,
): number {
  const there = idsOf(rows);
  return liveTokens(sql, now, HELD_AGAINST_MAX).filter((row) => !isMissing(row, there, before)).length;
}

/** Whether SQL took its row out of the index. */
const isMissing = (row: TokenRow, there: ReadonlySet<string> | null, before: ReadonlyMap<string, number>): boolean =>
  there !== null && !there.has(row.id) && before.get(row.id) === row.version;

/** How many ending tokens are named: an admin sees to one after the other. */
const EXPIRING_MAX = 50;

/** Live tokens that end within a fortnight, the first ones; one that has a living successor is meant to end. */
export const expiring = (sql: SqlStorage, now: number): ExpiringToken[] =>
  all<{ id: string; label: string; expires_at: number }>(
    sql,
    `SELECT id, label, expires_at FROM tokens WHERE revoked_at IS NULL AND expires_at > ?1 AND expires_at <= ?2
       AND NOT EXISTS (SELECT 1 FROM tokens AS next WHERE next.id = tokens.replaced_by AND next.revoked_at IS NULL)
     ORDER BY expires_at LIMIT ?3`,
    now,
    now + EXPIRES_SOON_MS,
    EXPIRING_MAX,
  ).map((row) => ({ id: row.id, label: row.label, expiresAt: row.expires_at }));

/** Puts the next tokens out again, unchanged; answers the last one's id, null at the end. In the caller's transaction. */
export function putOutFrom(storage: DurableObjectStorage, after: string, limit: number, now: number): string | null {
  const rows = all<TokenRow>(storage.sql, 'SELECT * FROM tokens WHERE id > ? ORDER BY id LIMIT ?', after, limit);
  for (const row of rows) put(storage, 'token', indexed(row), now);
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

/** Revokes a token, here at once. A repeat gets the first answer. */
export function revoke(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
  why: 'index_unreachable' | null = null,
): TokenRevoked | Refusal {
  const { sql } = storage;
  const row = findToken(sql, id);
  if (!row) return unknownToken();
  if (row.revoked_at !== null) return { id, revokedAt: row.revoked_at };
  return storage.transactionSync(() => {
    sql.exec('UPDATE tokens SET revoked_at = ?, version = version + 1 WHERE id = ?', now, id);
    put(storage, 'token', indexed({ ...row, revoked_at: now, version: row.version + 1 }), now);
    record(sql, caller.tenant, caller, now, {
      action: 'token.revoked',
      subject: id,
      detail: why === null ? {} : { why },
    });
    return { id, revokedAt: now };
  });
}

export const unknownToken = () => refuse('unknown_token', 'The tenant has no token with this id.');
