// Leavers: who was removed, or now has a lower role, and what is still to be closed to them. The keyring and the
// secrets themselves show what is done, so the act may stop anywhere.
import type { Leaver, Member, Role } from '../../schema/person.ts';
import type { Manifest, ManifestUnlocker } from '../../schema/signed.ts';
import { schedule } from '../core/alarms.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { keyHistory, mayFetchShared } from '../keyring/keyring.ts';
import { head, manifestsBack } from '../keyring/manifests.ts';
import { HELD_AGAINST_MAX } from '../outbox/outbox.ts';
import { liveTokens, type TokenRow } from '../tokens/tokens.ts';

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
  /** What they could open, as JSON, read once from the keyrings of their time. Null: nobody has looked yet. */
  had: string | null;
  /** The manifest from which the look goes on; null: it is over. */
  look_on_at: number | null;
};

/** Begins a leaver's act, by the role they had. `becomes` null: they are out. In the caller's transaction. */
export function begin(sql: SqlStorage, person: Member, becomes: Role | null, by: string, at: number): void {
  const latest = head(sql);
  const { had, from } = lookOn(
    sql,
    person.email,
    nothingYet({ role: person.role, started_at: at }),
    latest?.version ?? 0,
  );
  sql.exec(
    `INSERT INTO leavers (person, email, role, becomes, started_at, by, manifest_version, fingerprint, had, look_on_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    person.id,
    person.email,
    person.role,
    becomes,
    at,
    by,
    latest?.version ?? 0,
    latest?.fingerprint ?? null,
    JSON.stringify(had),
    from,
  );
}

type CouldFetch = Leaver['couldFetch'];

/** The unlockers of a manifest that a leaver had or could fetch. */
const theirsOf = (manifest: Manifest, email: string, could: CouldFetch): ManifestUnlocker[] =>
  manifest.unlockers.filter((one) => {
    if (one.owner !== null) return one.owner === email;
    return one.kind === 'recovery' ? could.recovery : could.team;
  });

/** `ids`: the last unlockers that they had or could fetch; null while none are found. */
type Had = { ids: string[] | null; until: number; could: CouldFetch };
/** `from`: the manifest from which the look goes on; null: it is over. */
type Look = { had: Had; from: number | null };

/** How many manifests one turn looks back; the alarm goes on. */
const MANIFESTS_A_TURN = 100;
const CHARACTERS_A_TURN = 4 * 1024 * 1024;

/**
 * What a leaver could open when they last could open anything, and until when: a person who was stripped of their
 * unlockers first, and removed later, may have kept the old keys. A way to unlock with admin rights says more than the
 * role on the last day. Goes on where the previous look stopped.
 */
function lookOn(sql: SqlStorage, email: string, { ids, until, could }: Had, from: number): Look {
  let [looked, characters] = [0, 0];
  for (const kept of manifestsBack(sql, from)) {
    if (looked === MANIFESTS_A_TURN || characters >= CHARACTERS_A_TURN)
      return { had: { ids, until, could }, from: kept.version };
    looked += 1;
    characters += kept.characters;
    const own = kept.manifest.unlockers.filter((one) => one.owner === email);
    if (own.some((one) => one.rights.includes('reveal'))) could = { ...could, team: true };
    if (own.some((one) => one.rights.includes('admin'))) could = { team: true, recovery: true };
    if (ids === null) {
      const theirs = theirsOf(kept.manifest, email, could).map((one) => one.id);
      if (theirs.length > 0) ids = theirs;
      else until = kept.at;
    }
    // No earlier manifest says more.
    if (ids !== null && could.team && could.recovery) break;
  }
  return { had: { ids: ids ?? [], until, could }, from: null };
}

const nothingYet = ({ role, started_at }: Pick<LeaverRow, 'role' | 'started_at'>): Had => ({
  ids: null,
  until: started_at,
  could: mayFetchShared(role),
});

export const someToLookAt = (sql: SqlStorage): boolean =>
  remembered(sql, 'a leaver to look at', ['leavers'], () => nextToLookAt(sql) !== null);

const nextToLookAt = (sql: SqlStorage): LeaverRow | null =>
  first<LeaverRow>(
    sql,
    'SELECT * FROM leavers INDEXED BY leavers_looked_at WHERE look_on_at IS NOT NULL ORDER BY place LIMIT 1',
  );

/** Goes on with the look at the first leaver for whom it is not over. */
export function lookOnAtLeavers(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const row = nextToLookAt(sql);
  if (row === null || row.look_on_at === null) return;
  const before: Had = row.had === null ? nothingYet(row) : JSON.parse(row.had);
  const { had, from } = lookOn(sql, row.email, before, row.look_on_at);
  sql.exec('UPDATE leavers SET had = ?, look_on_at = ? WHERE place = ?', JSON.stringify(had), from, row.place);
  if (someToLookAt(sql)) schedule(storage, 'leavers', now);
}

/**
 * Webhooks that still tell them things, whatever they are now: those that they added, or were the last to aim. They may
 * have a webhook that they added after coming back.
 */
const webhooksOf = (sql: SqlStorage, { email, started_at }: LeaverRow): Leaver['webhooks'] =>
  all<{ id: string; label: string; url: string }>(
    sql,
    `SELECT id, label, url FROM webhooks WHERE (made_by = ?1 AND made_at <= ?2) OR (changed_by = ?1 AND changed_at <= ?2)
     ORDER BY made_at, id`,
    email,
    started_at,
  ).map(({ id, label, url }) => ({ id, label, host: new URL(url).host }));

/** How many tokens the cards of one page name; the rest appear as these are ended. */
const TOKENS_NAMED = 5_000;

const newestFirst = (tokens: readonly TokenRow[]): TokenRow[] =>
  tokens.toSorted((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1));

/**
 * Tokens that live on after them, those they made first, and how many there are beyond `most`. The person who made one
 * has seen it; anyone who sets up PCs may have held any token of that time, on a stick or in a file. People who only
 * read have held none.
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
      id,
      label,
      prefix,
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
    const { ids, until, could: known }: Had = row.had === null ? nothingYet(row) : JSON.parse(row.had);
    // Until the look is over, they may have had everything, and it may still be in use.
    const could = row.look_on_at === null ? known : { team: true, recovery: true };
    // The newest key made before that was active until then.
    const before = keys.filter((key) => key.madeAt <= until);
    return {
      person: row.person,
      email: row.email,
      role: row.role,
      becomes: row.becomes,
      startedAt: row.started_at,
      by: row.by,
      couldFetch: could,
      unlockersReplaced: ids !== null && !ids.some((id) => kept.has(id)),
      escrowKeyReplaced: ids !== null && (ids.length === 0 || (active !== undefined && !before.includes(active))),
      rootReplaced: !could.recovery || latest === null || latest.fingerprint !== row.fingerprint,
      remaining: ids?.length === 0 ? 0 : before.reduce((sum, key) => sum + key.remaining, 0),
      webhooks: webhooksOf(sql, row),
      ...tokensOf(row, live, named),
    };
  });
  return { leavers: shown, next: rows.length > limit ? (rows[limit - 1]?.place ?? null) : null };
}
