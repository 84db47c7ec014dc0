// The outbox of notices: a row for each webhook that wants to know, written in the transaction of its cause. Only ids
// and our own words are sent; the reason for a reveal, a token or an email address never gets in here. Sending is for
// deliveries.ts.
import type { AuditAction, AuditEntry } from '../../schema/audit.ts';
import type { Attention, Phase, Run } from '../../schema/machine.ts';
import type { Notice, NoticeAbout, NoticeKind, SentKind } from '../../schema/notice.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { decideCount, readLimits } from '../limits/limits.ts';
import { noteNear } from '../limits/nears.ts';
import { RANK } from './notice-ranks.ts';

/** A budget overrun is worth one notice an hour and person: a person who floods is reported once. */
const BUDGET_QUIET_MS = 3_600_000;

type Subscriber = { id: string };

/** The webhooks that are for a kind. */
const subscribersTo = (sql: SqlStorage, kind: NoticeKind): readonly Subscriber[] =>
  remembered(sql, `webhooks for ${kind}`, ['webhooks'], () =>
    all<Subscriber>(sql, 'SELECT id FROM webhooks WHERE EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)', kind),
  );

/**
 * Puts a notice into the outbox of every webhook that is for its kind, except the one it is about. In the caller's
 * transaction; without a webhook it writes nothing.
 */
export function queue(sql: SqlStorage, tenant: string, at: number, kind: NoticeKind, about: NoticeAbout): void {
  const webhooks = subscribersTo(sql, kind).filter(({ id }) => id !== about.webhook);
  if (webhooks.length > 0) queueFor(sql, webhooks, { id: crypto.randomUUID(), kind, tenant, at, about });
}

/**
 * Kinds that PCs cause, a thousand PCs at once: sent after everything else, and only this many of a kind one by one.
 */
const FLOODS: ReadonlySet<SentKind> = new Set<SentKind>(['run_failed', 'machine_stalled', 'encrypted_not_escrowed']);
export const FLOOD_MAX = 20;

/** The same, for these webhooks whatever kinds they are for. */
export function queueFor(sql: SqlStorage, webhooks: readonly Subscriber[], notice: Notice): void {
  const { about } = notice;
  const most = readLimits(sql).queuedNotices;
  const isFlood = FLOODS.has(notice.kind);
  for (const { id } of webhooks) {
    if (isFlood && fold(sql, id, notice)) continue;
    sql.exec(
      `INSERT INTO deliveries (webhook, place, notice, kind, subject, body, queued_at, state, tries, rank)
       SELECT ?1, coalesce(max(place), 0) + 1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, ?7 FROM deliveries WHERE webhook = ?1`,
      id,
      notice.id,
      notice.kind,
      about.person ?? about.machine ?? about.kid ?? about.token ?? about.webhook ?? '',
      JSON.stringify(notice),
      notice.at,
      isFlood ? RANK.flood : RANK.fresh,
    );
    const waiting = waitingFor(sql, id);
    if (decideCount('queuedNotices', most, waiting, 0, notice.at) !== 'ok')
      noteNear(sql, notice.at, { limit: 'queuedNotices', id, used: waiting, value: most });
    if (waiting > most) makePlace(sql, id);
  }
}

/** Floods that wait, newest first: as many as there are of all kinds, since each is folded beyond its most. */
const FLOODS_WAITING = `SELECT place, kind FROM deliveries INDEXED BY deliveries_waiting
  WHERE webhook = ?1 AND state = 'waiting' AND rank = ${RANK.flood} ORDER BY place DESC LIMIT ${FLOODS.size * FLOOD_MAX}`;

/**
 * If enough of a kind wait already, the newest says that there was one more. It is never the first of them, which may
 * be on its way.
 */
function fold(sql: SqlStorage, webhook: string, { kind }: Notice): boolean {
  const same = all<{ place: number }>(
    sql,
    `SELECT place FROM (${FLOODS_WAITING}) WHERE kind = ?2 LIMIT ${FLOOD_MAX}`,
    webhook,
    kind,
  );
  const [newest] = same;
  if (!newest || same.length < FLOOD_MAX) return false;
  const at = [webhook, newest.place] as const;
  const kept = first<{ body: string }>(sql, 'SELECT body FROM deliveries WHERE webhook = ? AND place = ?', ...at);
  const notice: Notice = JSON.parse(kept?.body ?? '');
  const about = { ...notice.about, further: (notice.about.further ?? 0) + 1 };
  sql.exec(
    'UPDATE deliveries SET body = ? WHERE webhook = ? AND place = ?',
    JSON.stringify({ ...notice, about }),
    ...at,
  );
  return true;
}

/**
 * How many wait for one webhook: those that matter to security are counted by the places of the oldest and the newest,
 * two index reads however long the queue is.
 */
function waitingFor(sql: SqlStorage, webhook: string): number {
  const ends = ([RANK.failed, RANK.fresh] as const).map((rank) => {
    const ranked = `SELECT place FROM deliveries INDEXED BY deliveries_waiting WHERE webhook = ?1 AND state = 'waiting' AND rank = ${rank}`;
    return `SELECT (${ranked} ORDER BY place LIMIT 1) AS oldest, (${ranked} ORDER BY place DESC LIMIT 1) AS newest`;
  });
  const waiting = first<{ places: number | null; floods: number }>(
    sql,
    `SELECT (SELECT max(newest) - min(oldest) + 1 FROM (${ends.join(' UNION ALL ')})) AS places,
       (SELECT count(*) FROM (${FLOODS_WAITING})) AS floods`,
    webhook,
  );
  return (waiting?.places ?? 0) + (waiting?.floods ?? 0);
}

/**
 * Gives one up, and the log says so: the oldest flood, even the one that has just come, and the oldest of the others
 * only if no flood waits. News is worth more than what has waited for days, and what matters to security more than
 * either.
 */
const makePlace = (sql: SqlStorage, webhook: string): void => {
  const oldest = (rank: number) =>
    `SELECT place FROM deliveries INDEXED BY deliveries_waiting WHERE webhook = ?1 AND state = 'waiting' AND rank = ${rank} ORDER BY place LIMIT 1`;
  sql.exec(
    `UPDATE deliveries SET state = 'given_up' WHERE webhook = ?1
       AND place = coalesce((${oldest(RANK.flood)}), (${oldest(RANK.failed)}), (${oldest(RANK.fresh)}))`,
    webhook,
  );
};

const hostnameOf = (sql: SqlStorage, machine: string): string | null =>
  first<{ hostname: string }>(sql, 'SELECT hostname FROM machines WHERE id = ?', machine)?.hostname || null;

const text = (value: AuditEntry['detail'][string] | undefined): string => String(value ?? '');

type Recorded = Omit<AuditEntry, 'hash'>;

/**
 * The actions on record that are also a notice, and what it says about each; everything else in a detail stays here.
 */
const OF_ACTIONS: Partial<
  Record<AuditAction, [NoticeKind, (entry: Recorded, sql: SqlStorage) => Omit<NoticeAbout, 'by' | 'auditSeq'>]>
> = {
  'secret.revealed': [
    'secret_revealed',
    ({ subject, detail }, sql) => ({
      secret: subject,
      secretKind: text(detail.kind),
      version: Number(detail.version),
      machine: text(detail.machine),
      hostname: hostnameOf(sql, text(detail.machine)),
    }),
  ],
  'key.rotated': ['key_rotated', ({ subject }) => ({ kid: subject })],
  'key.retired': ['key_retired', ({ subject }) => ({ kid: subject })],
  'key.destroyed': ['key_destroyed', ({ subject }) => ({ kid: subject })],
  'root.replaced': ['root_replaced', ({ subject }) => ({ fingerprint: subject })],
  'keyring.updated': [
    'keyring_changed',
    ({ subject, detail }) => ({ fingerprint: subject, manifestVersion: Number(detail.version) }),
  ],
  'keyring.undone': [
    'keyring_changed',
    ({ subject, detail }) => ({ fingerprint: subject, manifestVersion: Number(detail.version) }),
  ],
  'recovery.used': ['recovery_used', () => ({})],
  'person.removed': ['person_removed', ({ subject }) => ({ person: subject })],
  'webhook.paused': ['webhook_paused', ({ subject }) => ({ webhook: subject })],
};

/** Queues the notice of an entry just recorded, where its action is one. In the transaction of the entry. */
export function noticeActed(sql: SqlStorage, entry: Recorded): void {
  const known = OF_ACTIONS[entry.action];
  if (!known || entry.outcome !== 'done') return;
  const [kind, about] = known;
  if (subscribersTo(sql, kind).length === 0) return;
  queue(sql, entry.tenant, entry.at, kind, { ...about(entry, sql), by: entry.principal.id, auditSeq: entry.seq });
}

/** The contents of notices about a run. */
type Reported = Pick<Run, 'id' | 'machine' | 'status'> & {
  phases: readonly (Pick<Phase, 'name' | 'state'> & { seq: number })[];
};

/**
 * Queues the notices that a report causes: a run that failed, a PC that is encrypted while no recovery key is in
 * escrow.
 */
export function noticeReported(
  sql: SqlStorage,
  tenant: string,
  at: number,
  { before, after, appeared }: { before: Pick<Reported, 'status'>; after: Reported; appeared: readonly Attention[] },
): void {
  const hasFailed = after.status === 'failed' && before.status !== 'failed';
  const lacksKey = appeared.includes('no_recovery_key');
  if (!hasFailed && !lacksKey) return;
  const pc = { machine: after.machine, hostname: hostnameOf(sql, after.machine), run: after.id };
  if (hasFailed) {
    const failed = after.phases.filter((phase) => phase.state === 'failed').sort((a, b) => b.seq - a.seq)[0];
    queue(sql, tenant, at, 'run_failed', { ...pc, phase: failed?.name ?? null });
  }
  if (lacksKey) queue(sql, tenant, at, 'encrypted_not_escrowed', pc);
}

/** Queues that a person asked for more reveals than their budget has; once an hour. Call it in the transaction that refuses. */
export function noticeOverBudget(
  sql: SqlStorage,
  tenant: string,
  at: number,
  { id: person, name: email }: { id: string; name: string },
): void {
  const told = all(
    sql,
    'UPDATE budget_hits SET told_at = ?1 WHERE email = ?2 AND (told_at IS NULL OR told_at <= ?1 - ?3) RETURNING email',
    at,
    email,
    BUDGET_QUIET_MS,
  );
  if (told.length > 0) queue(sql, tenant, at, 'reveal_budget_exceeded', { person });
}
