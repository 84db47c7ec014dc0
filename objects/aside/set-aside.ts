// Setting aside what a revoked token brought: one act on record, worked off by the alarm a slice of the rows at a time, and taken back the
// same way. Nothing is deleted or rewritten: a run or a version says with which token it is aside, and what is counted follows.
import type { AsideActed, SetAside } from '../../schema/aside.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { SecretKind } from '../../schema/secret.ts';
import { record } from '../audit/audit.ts';
import { schedule } from '../core/alarms.ts';
import { type AsideRow, findAside, tokenAside } from '../core/aside.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { countRun } from '../fleet/activity.ts';
import { settleMachine } from '../fleet/archive.ts';
import { settleMarks } from '../fleet/marks-anew.ts';
import type { RunState } from '../fleet/run-state.ts';
import { settleAbandoned } from '../fleet/runs.ts';
import { isSystemKey, redateSystemKey } from '../secrets/dating.ts';
import { findSecret, latestStanding } from '../secrets/secrets.ts';
import { findToken, unknownToken } from '../tokens/tokens.ts';

/** How many runs or versions one alarm looks at; the next one, at once, takes the rest. */
const SLICE = 200;

/** Where the work has got to: runs first, by id; then versions, by secret and number. */
type Place = { of: 'runs' | 'versions'; id: string; version: number };
const START: Place = { of: 'runs', id: '', version: 0 };

/** Whether what came at this instant is to be aside. Pure. */
export const isWanted = ({ back, since }: Pick<AsideRow, 'back' | 'since'>, at: number): boolean =>
  back === 0 && (since === null || at >= since);

/** Begins to set aside what a revoked token brought. Asked again with the same instant, it answers how far it has come. */
export function setAside(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  { since }: SetAside,
  now: number,
): AsideActed | Refusal {
  const { sql } = storage;
  const token = findToken(sql, id);
  if (!token) return unknownToken();
  if (token.revoked_at === null)
    return refuse(
      'token_not_revoked',
      'It could bring more meanwhile: revoke it first, then set aside what it brought.',
    );
  const known = findAside(sql, id);
  if (known?.back === 0 && known.since === since) return { id, aside: tokenAside(sql, id) };
  return begin(storage, caller, { id, back: 0, since, action: 'token.set_aside', detail: { since } }, now);
}

/** Begins to bring back what is aside with a token. */
export function bringBackAside(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): AsideActed | Refusal {
  const { sql } = storage;
  if (!findToken(sql, id)) return unknownToken();
  const known = findAside(sql, id);
  if (!known || known.back === 1) return { id, aside: tokenAside(sql, id) };
  const { runs, versions, since } = known;
  const act = { id, back: 1, since, action: 'token.brought_back', detail: { runs, versions } } as const;
  return begin(storage, caller, act, now);
}

type Begun = { id: string; back: 0 | 1; since: number | null } & (
  | { action: 'token.set_aside'; detail: { since: number | null } }
  | { action: 'token.brought_back'; detail: { runs: number; versions: number } }
);

/** It goes over all rows of the token again, whatever was under way with it. */
function begin(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { id, back, since, action, detail }: Begun,
  now: number,
): AsideActed {
  const { sql } = storage;
  return storage.transactionSync(() => {
    sql.exec(
      `INSERT INTO asides VALUES (?, ?, ?, ?, ?, 0, 0, ?) ON CONFLICT (token) DO UPDATE SET
         back = excluded.back, since = excluded.since, at = excluded.at, by = excluded.by, place = excluded.place`,
      id,
      back,
      since,
      now,
      caller.principal.name,
      JSON.stringify(START),
    );
    record(sql, caller.tenant, caller, now, { action, subject: id, detail });
    schedule(storage, 'aside', now);
    return { id, aside: tokenAside(sql, id) };
  });
}

/** Works off the next slice, and asks for the alarm again while there is more. In the caller's transaction. Idempotent. */
export function goOnAside(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const next = () =>
    first<AsideRow>(sql, 'SELECT * FROM asides INDEXED BY asides_under_way WHERE place IS NOT NULL LIMIT 1');
  const job = next();
  if (!job?.place) return;
  const place: Place = JSON.parse(job.place);
  const slice = place.of === 'runs' ? runsFrom(sql, job, place) : versionsFrom(sql, job, place);
  for (const machine of new Set(slice.machines)) settleAbandoned(sql, machine);
  settleMarks(storage, slice.secrets, now);
  const keys = slice.secrets.filter(({ kind, ref }) => isSystemKey(kind, JSON.parse(ref)));
  for (const machine of new Set(keys.map((key) => key.machine))) redateSystemKey(sql, machine);
  const machines = new Set([...slice.machines, ...slice.secrets.map(({ machine }) => machine)]);
  for (const machine of machines) settleMachine(sql, machine, job.back === 0, now);
  const after = slice.place ?? (place.of === 'runs' ? { ...START, of: 'versions' as const } : null);
  if (after === null && job.back === 1) sql.exec('DELETE FROM asides WHERE token = ?', job.token);
  else
    sql.exec(
      'UPDATE asides SET runs = runs + ?, versions = versions + ?, place = ? WHERE token = ?',
      slice.runs,
      slice.versions,
      after && JSON.stringify(after),
      job.token,
    );
  if (next()) schedule(storage, 'aside', now);
}

type Touched = { id: string; machine: string; kind: SecretKind; ref: string };
/** `place`: where to go on in the same table, null at its end. `runs`, `versions`: how many more are aside than before. */
type Slice = { place: Place | null; machines: string[]; secrets: Touched[]; runs: number; versions: number };

type RunRow = { id: string; machine_id: string; token: string | null; heard_at: number; aside: string | null } & {
  status: RunState['status'];
  started_at: number;
  finished_at: number | null;
};

function runsFrom(sql: SqlStorage, job: AsideRow, { id }: Place): Slice {
  const rows = all<RunRow>(
    sql,
    `SELECT id, machine_id, token, heard_at, aside, status, started_at, finished_at FROM runs WHERE id > ?
     ORDER BY id LIMIT ?`,
    id,
    SLICE,
  );
  // When it was last heard of is the server's word; when it began, the PC's.
  const turned = rows.filter((row) => row.token === job.token && isWanted(job, row.heard_at) !== (row.aside !== null));
  let more = 0;
  for (const row of turned) {
    const stands = row.aside !== null;
    sql.exec('UPDATE runs SET aside = ? WHERE id = ?', stands ? null : job.token, row.id);
    const counted = { id: row.id, status: row.status, startedAt: row.started_at, finishedAt: row.finished_at };
    countRun(sql, stands ? null : counted, stands ? counted : null);
    more += stands ? -1 : 1;
  }
  const last = rows.length === SLICE ? rows.at(-1) : undefined;
  return {
    place: last ? { of: 'runs', id: last.id, version: 0 } : null,
    machines: turned.map((row) => row.machine_id),
    secrets: [],
    runs: more,
    versions: 0,
  };
}

type VersionPlace = { secret_id: string; version: number; escrowed_at: number; aside: string | null; token: string };

function versionsFrom(sql: SqlStorage, job: AsideRow, { id, version }: Place): Slice {
  const rows = all<VersionPlace>(
    sql,
    `SELECT secret_id, version, escrowed_at, aside, iif(principal_kind = 'machine', principal_id, '') AS token
     FROM secret_versions CROSS JOIN audit ON audit.seq = audit_seq
     WHERE (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
    id,
    version,
    SLICE,
  );
  const turned = rows.filter(
    (row) => row.token === job.token && isWanted(job, row.escrowed_at) !== (row.aside !== null),
  );
  const bySecret = new Map<string, number>();
  for (const row of turned) {
    const stands = row.aside !== null;
    sql.exec(
      'UPDATE secret_versions SET aside = ? WHERE secret_id = ? AND version = ?',
      stands ? null : job.token,
      row.secret_id,
      row.version,
    );
    bySecret.set(row.secret_id, (bySecret.get(row.secret_id) ?? 0) + (stands ? -1 : 1));
  }
  const secrets = [...bySecret].map(([secret, more]) => settleSecret(sql, secret, more));
  const last = rows.length === SLICE ? rows.at(-1) : undefined;
  return {
    place: last ? { of: 'versions', id: last.secret_id, version: last.version } : null,
    machines: [],
    secrets,
    runs: 0,
    versions: [...bySecret.values()].reduce((sum, more) => sum + more, 0),
  };
}

/** Counts what is aside of a secret, and the secret itself where all of it went, or the first of it came back. */
function settleSecret(sql: SqlStorage, id: string, more: number): Touched {
  const secret = findSecret(sql, id);
  if (!secret) throw new Error('a secret is never deleted');
  const standing = latestStanding(sql, id) === null ? 0 : 1;
  sql.exec('UPDATE secrets SET apart = apart + ?, standing = ? WHERE id = ?', more, standing, id);
  const gained = standing - secret.standing;
  if (gained !== 0)
    sql.exec(
      'UPDATE machines SET own_secrets = own_secrets + ?, own_keys = own_keys + ? WHERE id = ?',
      gained,
      secret.kind === 'bitlocker_recovery_key' ? gained : 0,
      secret.machine_id,
    );
  return { id, machine: secret.machine_id, kind: secret.kind, ref: secret.ref };
}
