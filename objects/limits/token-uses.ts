// When a token was last used, from where, how often, and what it brought on this UTC day: at most one row written a minute and token,
// sooner only where much has come. What was counted since then is in memory and is added with the next write; an eviction loses it, so
// that the counts are lower bounds.

import { remember, remembered, writeRow } from '../core/memory.ts';
import { first } from '../core/rows.ts';
import { dayOf } from './limits.ts';

const WRITE_EVERY_MS = 60_000;
/** So much is never lost by an eviction: then the row is written before the minute is over. */
const UNWRITTEN_MAX_BYTES = 8_000_000;
const UNWRITTEN_MAX_MACHINES = 100;

export type TokenUse = { lastAt: number; lastIp: string | null; count: number };
/** What a token brought on one day: bytes of bodies, and machines that it was the first to name. */
export type DayUse = { bytes: number; machines: number };
type UseRow = {
  last_at: number;
  last_ip: string | null;
  count: number;
  day: number;
  day_bytes: number;
  day_machines: number;
  day_told: string;
};
type Unwritten = TokenUse & DayUse & { day: number; told: readonly string[] };

const known = new WeakMap<SqlStorage, TokenUses>();
const useOf = (token: string): string => `use of ${token}`;

/** The uses that an object keeps of its tokens. */
export const usesOf = (sql: SqlStorage): TokenUses => known.get(sql) ?? new TokenUses(sql);

export class TokenUses {
  readonly #sql: SqlStorage;
  readonly #unwritten = new Map<string, Unwritten>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    known.set(sql, this);
  }

  #stored(token: string): UseRow | null {
    return remembered(this.#sql, useOf(token), ['token_uses'], () =>
      first<UseRow>(this.#sql, 'SELECT * FROM token_uses WHERE token = ?', token),
    );
  }

  /** Takes note of one use that brings so many bytes. `now` is ms since the epoch. */
  note(token: string, ip: string | null, now: number, bytes = 0): void {
    const before = this.#since(token, now);
    this.#keep(
      token,
      { ...before, lastAt: now, lastIp: ip, count: before.count + 1, bytes: before.bytes + bytes },
      now,
    );
  }

  /** Takes note of the room that keeping takes, beyond the bytes as they came. */
  kept(token: string, now: number, bytes: number): void {
    const before = this.#since(token, now);
    this.#keep(token, { ...before, bytes: before.bytes + bytes }, now);
  }

  /** Takes note of a machine that nobody had named before. */
  enrolled(token: string, now: number): void {
    const before = this.#since(token, now);
    this.#keep(token, { ...before, machines: before.machines + 1 }, now);
  }

  /** Whether this was already told about the token today; from now on it counts as told. */
  toldToday(token: string, what: string, now: number): boolean {
    const before = this.#since(token, now);
    if (this.#told(token, now).includes(what)) return true;
    this.#write(token, { ...before, told: [...before.told, what] });
    return false;
  }

  /** A token's use, what is not written yet included; null where it has never been used. */
  of(token: string): TokenUse | null {
    const [stored, unwritten] = [this.#stored(token), this.#unwritten.get(token)];
    if (unwritten) return { ...lastOf(unwritten), count: unwritten.count + (stored?.count ?? 0) };
    return stored && { lastAt: stored.last_at, lastIp: stored.last_ip, count: stored.count };
  }

  /** What the token brought on the day of `now`. */
  today(token: string, now: number): DayUse {
    const day = dayOf(now);
    const [stored, unwritten] = [this.#stored(token), this.#unwritten.get(token)];
    const sum = (of: DayUse | null, more: DayUse | null): DayUse => ({
      bytes: (of?.bytes ?? 0) + (more?.bytes ?? 0),
      machines: (of?.machines ?? 0) + (more?.machines ?? 0),
    });
    return sum(
      stored?.day === day ? { bytes: stored.day_bytes, machines: stored.day_machines } : null,
      unwritten?.day === day ? unwritten : null,
    );
  }

  #told(token: string, now: number): string[] {
    const stored = this.#stored(token);
    return stored?.day === dayOf(now) ? stored.day_told.split(' ') : [];
  }

  /** The counts that are not written yet; for a day that is over, only those that belong to no day. */
  #since(token: string, now: number): Unwritten {
    const day = dayOf(now);
    const counted = this.#unwritten.get(token);
    if (counted?.day === day) return counted;
    const fresh = { day, bytes: 0, machines: 0, told: [] };
    if (counted) return { ...counted, ...fresh };
    const stored = this.#stored(token);
    return { lastAt: stored?.last_at ?? now, lastIp: stored?.last_ip ?? null, count: 0, ...fresh };
  }

  #keep(token: string, use: Unwritten, now: number): void {
    this.#unwritten.set(token, use);
    const writtenAt = this.#stored(token)?.last_at ?? Number.NEGATIVE_INFINITY;
    const due = now - writtenAt >= WRITE_EVERY_MS;
    if (due || use.bytes >= UNWRITTEN_MAX_BYTES || use.machines >= UNWRITTEN_MAX_MACHINES) this.#write(token, use);
  }

  #write(token: string, use: Unwritten): void {
    const row = writeRow(this.#sql, 'token_uses', () =>
      first<UseRow>(
        this.#sql,
        `INSERT INTO token_uses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (token) DO UPDATE SET
         last_at = excluded.last_at, last_ip = excluded.last_ip, count = count + excluded.count,
         day_bytes = iif(day = excluded.day, day_bytes, 0) + excluded.day_bytes,
         day_machines = iif(day = excluded.day, day_machines, 0) + excluded.day_machines,
         day_told = trim(iif(day = excluded.day, day_told, '') || ' ' || excluded.day_told), day = excluded.day
       RETURNING *`,
        token,
        use.lastAt,
        use.lastIp,
        use.count,
        use.day,
        use.bytes,
        use.machines,
        use.told.join(' '),
      ),
    );
    this.#unwritten.delete(token);
    remember(this.#sql, useOf(token), ['token_uses'], row);
  }
}

const lastOf = ({ lastAt, lastIp }: TokenUse): Pick<TokenUse, 'lastAt' | 'lastIp'> => ({ lastAt, lastIp });
