// The door: how often a token and an address may knock, counted by the platform before anything else is asked. A binding that is not
// there counts nothing: the object's own counts stand behind it.
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Env } from '../core/env.ts';
import { type TokenRow, tokenPrefixes, tokensByPrefix } from '../core/index-db.ts';

/** As `period` in wrangler.toml: the platform does not say when a window ends, so this is the longest it can take. */
const TOKEN_PERIOD_SECONDS = 10;
const ADDRESS_PERIOD_SECONDS = 60;
/** How old the copy of the index may be from which an address under attack is answered. */
const COPY_MS = 30_000;
const ADDRESSES_MAX = 1_000;
/** Beyond this many tokens in the whole installation guesses are no longer compared with their prefixes. */
const PREFIXES_MAX = 50_000;

type Kept<T> = { value: T; until: number };

/** Addresses that guess, until when. */
const guessing = new Map<string, number>();
const rowsOf = new Map<string, Kept<TokenRow[]>>();
let prefixes: Kept<ReadonlySet<string>> | null = null;

/** A caller with one IPv6 address has its whole /64. `null`: the platform named none, as in a test. */
export function addressKey(ip: string | null): string {
  if (ip === null) return 'unknown';
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...middle, ...back].slice(0, 4).join(':');
}

/** Whether this address has guessed too often recently: then a guess must cost the index nothing. */
export const isGuessing = (address: string, now: number): boolean => (guessing.get(address) ?? 0) > now;

/** Takes note of an invalid credential. Null: it may be answered as such. */
export async function noteFailure({ failures }: Env, address: string, now: number): Promise<Refusal | null> {
  if (isGuessing(address, now)) return tooManyGuesses(address, now);
  if (!failures || (await failures.limit({ key: address })).success) return null;
  if (guessing.size >= ADDRESSES_MAX) guessing.clear();
  guessing.set(address, now + ADDRESS_PERIOD_SECONDS * 1000);
  return tooManyGuesses(address, now);
}

const tooManyGuesses = (address: string, now: number): Refusal => ({
  ...refuse('too_many_guesses', 'Too many credentials from this address were none; a known token works all the same.'),
  retryAfterSeconds: Math.max(1, Math.ceil(((guessing.get(address) ?? now) - now) / 1000)),
});

/** Whether a known token may ask once more. */
export async function tokenMayAsk({ requests }: Env, tokenHash: string): Promise<Refusal | null> {
  if (!requests || (await requests.limit({ key: tokenHash })).success) return null;
  return {
    ...refuse('rate_limited', 'This token has asked too often within seconds; keep what is unsent and go on later.'),
    retryAfterSeconds: TOKEN_PERIOD_SECONDS,
  };
}

/**
 * The rows with this prefix for an address that guesses: from a copy, so that guesses there cost no query and a true
 * token at the same address is still found. Only one issued within the last half minute may have to come again.
 */
export async function copiedRows(index: D1Database, prefix: string, now: number): Promise<TokenRow[]> {
  const known = rowsOf.get(prefix);
  if (known && known.until > now) return known.value;
  if (!prefixes || prefixes.until <= now) {
    prefixes = { value: new Set(await tokenPrefixes(index, PREFIXES_MAX + 1)), until: now + COPY_MS };
    rowsOf.clear();
  }
  if (prefixes.value.size <= PREFIXES_MAX && !prefixes.value.has(prefix)) return [];
  const rows = await tokensByPrefix(index, prefix);
  if (rows.length > 0) rowsOf.set(prefix, { value: rows, until: now + COPY_MS });
  return rows;
}

/** For tests: an isolate without memory. */
export function forgetGuesses(): void {
  guessing.clear();
  rowsOf.clear();
  prefixes = null;
}
