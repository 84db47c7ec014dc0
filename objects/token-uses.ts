// When a token was last used, from where, how often: at most one row written a minute and token. What was counted since then is in
// memory and is added with the next write; an eviction loses it, so that the count is a lower bound.
import { first } from './rows.ts';

const WRITE_EVERY_MS = 60_000;

export type TokenUse = { lastAt: number; lastIp: string | null; count: number };
type UseRow = { last_at: number; last_ip: string | null; count: number };

export class TokenUses {
  readonly #sql: SqlStorage;
  readonly #unwritten = new Map<string, TokenUse>();
  readonly #writtenAt = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  #stored(token: string): TokenUse | null {
    const row = first<UseRow>(this.#sql, 'SELECT last_at, last_ip, count FROM token_uses WHERE token = ?', token);
    return row && { lastAt: row.last_at, lastIp: row.last_ip, count: row.count };
  }

  /** Takes note of one use. `now` is ms since the epoch. */
  note(token: string, ip: string | null, now: number): void {
    const use = { lastAt: now, lastIp: ip, count: (this.#unwritten.get(token)?.count ?? 0) + 1 };
    const writtenAt = this.#writtenAt.get(token) ?? this.#stored(token)?.lastAt ?? Number.NEGATIVE_INFINITY;
    if (now - writtenAt < WRITE_EVERY_MS) {
      this.#unwritten.set(token, use);
      this.#writtenAt.set(token, writtenAt);
      return;
    }
    this.#sql.exec(
      `INSERT INTO token_uses VALUES (?, ?, ?, ?) ON CONFLICT (token) DO UPDATE SET
         last_at = excluded.last_at, last_ip = excluded.last_ip, count = count + excluded.count`,
      token,
      use.lastAt,
      use.lastIp,
      use.count,
    );
    this.#unwritten.delete(token);
    this.#writtenAt.set(token, now);
  }

  /** A token's use, what is not written yet included; null where it has never been used. */
  of(token: string): TokenUse | null {
    const [stored, unwritten] = [this.#stored(token), this.#unwritten.get(token)];
    return unwritten ? { ...unwritten, count: unwritten.count + (stored?.count ?? 0) } : stored;
  }
}
