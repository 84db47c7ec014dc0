// Machine tokens issued and rotated: what is decided, made and kept.
import { randomBytes, randomUUID } from 'node:crypto';
import { DAY_MS } from '../../schema/facts/days.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { IssuedToken, TokenWrite } from '../../schema/token.ts';
import { record } from '../audit/audit.ts';
import type { Acting, Person } from '../core/caller.ts';
import { first, sha256 } from '../core/rows.ts';
import { dayOf, decideCount, readLimits, refusalFor } from '../limits/limits.ts';
import { noteNear } from '../limits/nears.ts';
import { put } from '../outbox/outbox.ts';
import { findToken, indexed, isLive, liveTokens, type Pins, type TokenRow, unknownToken } from './tokens.ts';

const TOKEN_BYTES = 24;
const SALT_BYTES = 8;
const PREFIX_CHARACTERS = 8;

/** Whether a token has a successor that was not revoked: the token is meant to end. */
export const hasSuccessor = (sql: SqlStorage, id: string): boolean =>
  first(
    sql,
    'SELECT 1 FROM tokens JOIN tokens AS next ON next.id = tokens.replaced_by WHERE tokens.id = ? AND next.revoked_at IS NULL',
    id,
  ) !== null;

/** Whether such a token may be issued. Pure. Null: yes. */
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

/**
 * How many were issued today, including revoked ones, counted up to `most`: each stays a row of the index, which all
 * tenants share.
 */
const issuedToday = (sql: SqlStorage, now: number, most: number): number =>
  first<{ issued: number }>(
    sql,
    'SELECT count(*) AS issued FROM (SELECT 1 FROM tokens WHERE created_at >= ? AND created_by IS NOT NULL LIMIT ?)',
    dayOf(now) * DAY_MS,
    most,
  )?.issued ?? 0;

/** Makes a token and keeps its salted hash. Not to be shown before the index has confirmed it. */
export function issue(
  { storage, caller, now }: Acting<Person>,
  wanted: TokenWrite,
  pins: Pins,
  replaces: string | null = null,
): IssuedToken | Refusal {
  const { sql } = storage;
  const { tokens: most, tokensIssued } = readLimits(sql);
  const issued = issuedToday(sql, now, tokensIssued);
  const ofToday = decideCount('tokensIssued', tokensIssued, issued, 1, now);
  const refusal =
    decideIssue(wanted, pins, now) ??
    refusalFor('tokens', most, decideCount('tokens', most, liveTokens(sql, now, most).length, 1, now)) ??
    refusalFor('tokensIssued', tokensIssued, ofToday);
  if (ofToday !== 'ok') noteNear(sql, now, { limit: 'tokensIssued', id: '', used: issued + 1, value: tokensIssued });
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

/**
 * Decides which token may have a successor, and until when that one lives: as long as its predecessor was given. Pure
 * but for reads.
 */
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
  { storage, caller, now }: Acting<Person>,
  id: string,
  successor: string,
  overlapMs: number,
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
