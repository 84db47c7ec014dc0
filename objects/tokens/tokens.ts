// A tenant's machine tokens: the object's own rows, and those of SQL that it has adopted from the index. Of a token only its salted
// hash is kept. Expiry and revocation count here at once, whatever a Worker has cached.

import { randomBytes, randomUUID } from 'node:crypto';
import { DAY_MS } from '../../schema/facts/days.ts';
import { EXPIRES_SOON_MS } from '../../schema/facts/deadlines.ts';
import type { ExpiringToken } from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { IssuedToken, TokenList, TokenRevoked, TokensQuery, TokenWrite } from '../../schema/token.ts';
import { record } from '../audit/audit.ts';
import { tokenAside } from '../core/aside.ts';
import type { Caller, Machine, Person } from '../core/caller.ts';
import { all, first, sha256 } from '../core/rows.ts';
import { dayOf, decideCount, readLimits, refusalFor } from '../limits/limits.ts';
import type { TokenUses } from '../limits/token-uses.ts';
import { type IndexedToken, isWhole } from '../outbox/index-rows.ts';
import { HELD_AGAINST_MAX, put, settled } from '../outbox/outbox.ts';

const TOKEN_BYTES = 24;
const SALT_BYTES = 8;
const PREFIX_CHARACTERS = 8;

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

/** What the tenant's keyring has to say to a token: which roots an engine may pin, and the active key's epoch. */
export type Pins = { roots: readonly string[]; minEpoch: number | null };

export const findToken = (sql: SqlStorage, id: string): TokenRow | null =>
  first<TokenRow>(sql, 'SELECT * FROM tokens WHERE id = ?', id);

const isLive = (row: TokenRow, now: number): boolean =>
  row.revoked_at === null && (row.expires_at === null || row.expires_at > now);

const indexed = (row: TokenRow): IndexedToken => ({
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
 * Takes over tokens that SQL made. Of one that is known the object's row counts, but for a revocation, which counts wherever it was
 * made; an id under which SQL put another token is that token from then on.
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
  // Under another hash the id is another token, by SQL: the index, which has proven this one, knows better.
  if (!row || row.hash !== tokenHash) return null;
  if (row.revoked_at !== null) return refuse('token_revoked', 'This machine token was revoked; have a new one issued.');
  return isLive(row, now) ? null : refuse('token_expired', 'This machine token has expired; have a new one issued.');
}

/** What the index was known to have, before it is asked: taken, so that a change meanwhile is not mistaken for SQL's. */
export const known = (sql: SqlStorage): Map<string, number> => settled(sql, 'token', 'tokens');

/** A page of the tokens, newest first. `rows` is what the index says now, null where it does not answer. */
export function list(
  sql: SqlStorage,
  uses: TokenUses,
  rows: readonly IndexedToken[] | null,
  before: ReadonlyMap<string, number>,
  query: TokensQuery,
): TokenList {
  const there = idsOf(rows);
  // A place and not a row: SQL may have given its id to another token meanwhile.
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

/** A condition that its index has to be given to the letter. */
const LIVE = 'SELECT * FROM tokens INDEXED BY tokens_live WHERE revoked_at IS NULL';

/** Tokens that work at this moment, as far as the object knows: at most so many of those without an end, and of those whose end is to come. */
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

/** Was its row taken out of the index by SQL? */
const isMissing = (row: TokenRow, there: ReadonlySet<string> | null, before: ReadonlyMap<string, number>): boolean =>
  there !== null && !there.has(row.id) && before.get(row.id) === row.version;

/** How many that end are named: an admin sees to one after the other. */
const EXPIRING_MAX = 50;

/** Live tokens that end within a fortnight, the first ones; one that has a living successor is meant to. */
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

/** Whether a token has a successor that was not revoked: it is meant to end. */
export const hasSuccessor = (sql: SqlStorage, id: string): boolean =>
  first(
    sql,
    'SELECT 1 FROM tokens JOIN tokens AS next ON next.id = tokens.replaced_by WHERE tokens.id = ? AND next.revoked_at IS NULL',
    id,
  ) !== null;

/** Whether a token may be issued so. Pure. Null: yes. */
export function decideIssue(
  { expiresAt, fingerprint }: Omit<TokenWrite, 'label'>,
  pins: Pins,
  now: number,
): Refusal | null {
  if (expiresAt !== null && expiresAt <= now) {
    const message = 'must lie in the future';
    return refuse('invalid_body', `expiresAt: ${message}.`, [{ field: 'expiresAt', message }]);
  }
  if (fingerprint !== null && !pins.roots.includes(fingerprint))
    return refuse(
      'unknown_fingerprint',
      'The fingerprint must be that of the tenant’s root, or of an earlier one that overlaps: this browser has verified another.',
    );
  return null;
}

/** How many were issued today, the revoked ones too, `most` at most: each stays a row of the index, which all tenants share. */
const issuedToday = (sql: SqlStorage, now: number, most: number): number =>
  first<{ issued: number }>(
    sql,
    'SELECT count(*) AS issued FROM (SELECT 1 FROM tokens WHERE created_at >= ? AND created_by IS NOT NULL LIMIT ?)',
    dayOf(now) * DAY_MS,
    most,
  )?.issued ?? 0;

/** Makes a token and keeps its salted hash. Not to be shown before the index has confirmed it. */
export function issue(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  wanted: TokenWrite,
  pins: Pins,
  now: number,
  replaces: string | null = null,
): IssuedToken | Refusal {
  const { sql } = storage;
  const { tokens: most, tokensIssued } = readLimits(sql);
  const issued = issuedToday(sql, now, tokensIssued);
  const refusal =
    decideIssue(wanted, pins, now) ??
    refusalFor('tokens', most, decideCount('tokens', most, liveTokens(sql, now, most).length, 1, now)) ??
    refusalFor('tokensIssued', tokensIssued, decideCount('tokensIssued', tokensIssued, issued, 1, now));
  if (refusal) return refusal;
  const token = `tok_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const salt = randomBytes(SALT_BYTES).toString('hex');
  const { label, expiresAt, fingerprint } = wanted;
  const row: TokenRow = {
    id: randomUUID(),
    label,
    prefix: token.slice(0, PREFIX_CHARACTERS),
    hash: sha256(`${salt}:${token}`),
    salt,
    created_at: now,
    created_by: caller.principal.name,
    expires_at: expiresAt,
    revoked_at: null,
    fingerprint,
    min_epoch: pins.minEpoch,
    replaced_by: null,
    version: 1,
  };
  storage.transactionSync(() => {
    sql.exec(
      'INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      row.id,
      row.label,
      row.prefix,
      row.hash,
      row.salt,
      row.created_at,
      row.created_by,
      row.expires_at,
      row.revoked_at,
      row.fingerprint,
      row.min_epoch,
      row.replaced_by,
      row.version,
    );
    put(storage, 'token', indexed(row), now);
    record(sql, caller.tenant, caller, now, {
      action: 'token.issued',
      subject: row.id,
      detail: { label, prefix: row.prefix, expiresAt, fingerprint, replaces },
    });
  });
  const { id, prefix, min_epoch: minEpoch } = row;
  return { id, token, prefix, label, expiresAt, fingerprint, minEpoch, replaces };
}

/** Puts the next tokens out again, unchanged; answers the last one's id, null at the end. In the caller's transaction. */
export function putOutFrom(storage: DurableObjectStorage, after: string, limit: number, now: number): string | null {
  const rows = all<TokenRow>(storage.sql, 'SELECT * FROM tokens WHERE id > ? ORDER BY id LIMIT ?', after, limit);
  for (const row of rows) put(storage, 'token', indexed(row), now);
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

/** Which token may have a successor, and until when that one lives: as long as its forerunner was given. Pure but for reads. */
export function planRotation(
  sql: SqlStorage,
  id: string,
  now: number,
): { label: string; expiresAt: number | null } | Refusal {
  const row = findToken(sql, id);
  if (!row) return unknownToken();
  if (!isLive(row, now)) return refuse('token_not_live', 'It is revoked or has expired; issue a new one.');
  const next = row.replaced_by && findToken(sql, row.replaced_by);
  if (next && isLive(next, now))
    return refuse('token_not_live', 'It has a successor already; rotate that one, or revoke it first.');
  return { label: row.label || id, expiresAt: row.expires_at && now + (row.expires_at - row.created_at) };
}

/** Lets the earlier token end after the overlap, now that its successor is known to work. */
export function endAfter(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  successor: string,
  overlapMs: number,
  now: number,
): null | Refusal {
  const { sql } = storage;
  const plan = planRotation(sql, id, now);
  if ('refused' in plan) return plan;
  storage.transactionSync(() => {
    const expiresAt = now + overlapMs;
    sql.exec(
      'UPDATE tokens SET expires_at = min(coalesce(expires_at, ?1), ?1), replaced_by = ?2, version = version + 1 WHERE id = ?3',
      expiresAt,
      successor,
      id,
    );
    const row = findToken(sql, id);
    if (!row) throw new Error('planRotation lets no unknown token through');
    put(storage, 'token', indexed(row), now);
    record(sql, caller.tenant, caller, now, {
      action: 'token.rotated',
      subject: id,
      detail: { successor, expiresAt: row.expires_at },
    });
  });
  return null;
}

/** Revokes a token, here at once. Again: the answer of then. */
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
