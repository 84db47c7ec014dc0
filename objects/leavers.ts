// Leavers: who was removed, or now has a lower role, and what is left of closing to them what they could open. What is done is read
// off the keyring and the secrets as they are, so the act may stop anywhere.
import type { Leaver, Member, Role } from '../schema/person.ts';
import type { Manifest, ManifestUnlocker } from '../schema/signed.ts';
import { head, keyHistory, manifestAt, mayFetchShared } from './keyring.ts';
import { HELD_AGAINST_MAX } from './outbox.ts';
import { all } from './rows.ts';
import { liveTokens, type TokenRow } from './tokens.ts';

type LeaverRow = {
  place: number;
  person: string;
  email: string;
  role: Role;
  becomes: Role | null;
  started_at: number;
  by: string;
  manifest_version: number;
  fingerprint: string | null;
  /** What they could open, as JSON: read off the keyrings of their time once. */
  had: string | null;
};

/** Begins a leaver's act, by the role they had. `becomes` null: they are out. In the caller's transaction. */
export function begin(sql: SqlStorage, person: Member, becomes: Role | null, by: string, at: number): void {
  const latest = head(sql);
  sql.exec(
    `INSERT INTO leavers (person, email, role, becomes, started_at, by, manifest_version, fingerprint, had)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    person.id,
    person.email,
    person.role,
    becomes,
    at,
    by,
    latest?.version ?? 0,
    latest?.fingerprint ?? null,
    JSON.stringify(lastHad(sql, { ...person, manifest_version: latest?.version ?? 0, started_at: at })),
  );
}

type CouldFetch = Leaver['couldFetch'];

/** The unlockers of a manifest that a leaver had or could fetch. */
const theirs = (manifest: Manifest, email: string, could: CouldFetch): ManifestUnlocker[] =>
  manifest.unlockers.filter((one) => {
    if (one.owner !== null) return one.owner === email;
    return one.kind === 'recovery' ? could.recovery : could.team;
  });

type Had = { ids: string[]; until: number; could: CouldFetch };

/**
 * What a leaver could open when last they could open anything, and until when: whoever was stripped of their unlockers first, and removed
 * later, may have kept the keys of then. A way to unlock with admin rights says more than the role of the last day.
 */
function lastHad(sql: SqlStorage, row: Pick<LeaverRow, 'email' | 'role' | 'manifest_version' | 'started_at'>): Had {
  let could = mayFetchShared(row.role);
  let until = row.started_at;
  let found: Pick<Had, 'ids' | 'until'> | null = null;
  for (let version = row.manifest_version; version > 0; version--) {
    const kept = manifestAt(sql, version);
    if (!kept) continue;
    const own = kept.manifest.unlockers.filter((one) => one.owner === row.email);
    if (own.some((one) => one.rights.includes('reveal'))) could = { ...could, team: true };
    if (own.some((one) => one.rights.includes('admin'))) could = { team: true, recovery: true };
    const ids = theirs(kept.manifest, row.email, could).map((one) => one.id);
    if (ids.length > 0) found ??= { ids, until };
    until = kept.at;
  }
  return { ...(found ?? { ids: [], until }), could };
}

/** What goes on telling them, whoever they are now: webhooks that they added, or were the last to aim. A webhook added after they came back is theirs to have. */
const webhooksOf = (sql: SqlStorage, { email, started_at }: LeaverRow): Leaver['webhooks'] =>
  all<{ id: string; label: string; url: string }>(
    sql,
    `SELECT id, label, url FROM webhooks WHERE (made_by = ?1 AND made_at <= ?2) OR (changed_by = ?1 AND changed_at <= ?2)
     ORDER BY made_at, id`,
    email,
    started_at,
  ).map(({ id, label, url }) => ({ id, label, host: new URL(url).host }));

/** How many tokens the cards of one page name; the rest comes as these are ended. */
const TOKENS_NAMED = 5_000;

const newestFirst = (tokens: readonly TokenRow[]): TokenRow[] =>
  tokens.toSorted((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1));

/**
 * Tokens that live on after them, those they made first, and how many there are beyond `most`. Who made one has seen it; whoever sets up PCs may
 * have had any of that time in hand, on a stick or in a file. A token is nobody's secret to those who only read.
 */
function tokensOf(
  { email, role, started_at }: LeaverRow,
  live: readonly TokenRow[],
  most: number,
): Pick<Leaver, 'tokens' | 'moreTokens'> {
  const there = live.filter((one) => one.created_at <= started_at);
  const made = there.filter((one) => one.created_by === email);
  const others = role === 'auditor' ? [] : there.filter((one) => one.created_by !== email);
  const known = [...made, ...others];
  return {
    tokens: known.slice(0, most).map(({ id, label, prefix }, place) => ({
      ...{ id, label, prefix },
      made: place < made.length,
    })),
    moreTokens: Math.max(0, known.length - most),
  };
}

/** The next leavers with what is left to do, in the order in which their acts began. `next`: the place to go on after, null at the end. */
export function leavers(
  sql: SqlStorage,
  after: number,
  limit: number,
  now: number,
): { leavers: Leaver[]; next: number | null } {
  const latest = head(sql);
  const keys = keyHistory(sql);
  const kept = new Set(latest?.manifest.unlockers.map((one) => one.id));
  const active = keys.find((key) => key.state === 'active');
  const rows = all<LeaverRow>(sql, 'SELECT * FROM leavers WHERE place > ? ORDER BY place LIMIT ?', after, limit + 1);
  const live = rows.length > 0 ? newestFirst(liveTokens(sql, now, HELD_AGAINST_MAX)) : [];
  const named = Math.floor(TOKENS_NAMED / Math.max(1, rows.length));
  const shown = rows.slice(0, limit).map((row): Leaver => {
    const { ids: had, until, could }: Had = row.had === null ? lastHad(sql, row) : JSON.parse(row.had);
    // The one that was active until then is the newest made before that.
    const known = keys.filter((key) => key.madeAt <= until);
    return {
      person: row.person,
      email: row.email,
      role: row.role,
      becomes: row.becomes,
      startedAt: row.started_at,
      by: row.by,
      couldFetch: could,
      unlockersReplaced: !had.some((id) => kept.has(id)),
      escrowKeyReplaced: had.length === 0 || (active !== undefined && !known.includes(active)),
      rootReplaced: !could.recovery || latest === null || latest.fingerprint !== row.fingerprint,
      remaining: had.length === 0 ? 0 : known.reduce((sum, key) => sum + key.remaining, 0),
      webhooks: webhooksOf(sql, row),
      ...tokensOf(row, live, named),
    };
  });
  return { leavers: shown, next: rows.length > limit ? (rows[limit - 1]?.place ?? null) : null };
}
