// The reveal: the one read that hands out a ciphertext, and only together with its audit entry.
import { beginsWithTicket } from '../../schema/facts/begins-with-ticket.ts';
import type { RevealedReport, RevealedVersion } from '../../schema/person.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import type { Revealed, RevealRequest } from '../../schema/secret.ts';
import { record } from '../audit/audit.ts';
import { STANDS } from '../core/aside.ts';
import type { Caller, Person } from '../core/caller.ts';
import { writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { candidateOf, DATED, type DatedRow } from '../fleet/candidates.ts';
import { heirOf } from '../fleet/revealed.ts';
import { type Pc, pcOf, type SecretFacts, secretFactsOf } from '../fleet/secret-facts.ts';
import { markToRotate } from '../fleet/to-rotate.ts';
import { noticeOverBudget } from '../outbox/notices.ts';
import { findMember } from '../people/people.ts';
import { readSettings } from '../settings/settings.ts';
import { noteReveal, spendReveal } from './budgets.ts';
import { bulkReadsOf } from './bulk.ts';
import { findSecret, latestStanding, publicVersion, type SecretRow, type VersionRow } from './secrets.ts';

type RevealPlan = { secret: SecretRow; version: VersionRow; facts: SecretFacts };

/** Finds the one version asked for. If none is named: the one that the PC has, as far as anybody can say. */
function planReveal(sql: SqlStorage, id: string, version: number | undefined): RevealPlan | Refusal {
  const secret = findSecret(sql, id);
  if (!secret) return refuse('unknown_secret', 'The tenant holds no secret with this id.');
  const facts = secretFactsOf(sql, pcOf(sql, secret.machine_id), secret);
  const offered = facts.offered.filter((one) => one.secret === id);
  const best = offered.find(({ counts }) => counts) ?? offered[0];
  const row = first<VersionRow>(
    sql,
    'SELECT * FROM secret_versions WHERE secret_id = ? AND version = ?',
    id,
    version ?? best?.version ?? latestStanding(sql, id),
  );
  return row ? { secret, version: row, facts } : refuse('unknown_secret', 'The secret has no such version.');
}

/** Notes a reveal at its secret, and for the day its person leaves. In the transaction that recorded it. */
function markRevealed(sql: SqlStorage, { secret, version }: RevealPlan, email: string, at: number): void {
  // Nothing that is remembered of secrets (fleet/id-facts.ts) says when one was revealed.
  writeRow(sql, 'secrets', () => sql.exec('UPDATE secrets SET last_revealed_at = ? WHERE id = ?', at, secret.id));
  sql.exec(
    'INSERT INTO reveals VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_at = excluded.last_at',
    email,
    secret.id,
    version.version,
    at,
  );
}

type ReportRow = DatedRow & {
  machine_id: string;
  hostname: string | null;
  kind: RevealedVersion['kind'];
  ref: string;
  last_at: number;
  newest: number | null;
  rotated_at: number | null;
  rotated_by: string | null;
};

const REPORT_PAGE = 200;

/** What one person has revealed, a page at a time. `after` is the cursor of the page before. */
export function report(sql: SqlStorage, id: string, after: string | undefined): RevealedReport | Refusal {
  const person = findMember(sql, id);
  if (!person) return refuse('unknown_person', 'The tenant has no person with this id.');
  const [secret = '', version = '0'] = after?.split('/') ?? [];
  const rows = revealedBy(sql, person.email, { secret, version: Number(version) }, REPORT_PAGE);
  const last = rows.length === REPORT_PAGE ? rows.at(-1) : undefined;
  return {
    email: person.email,
    revealed: rows,
    next: last ? `${last.secret}/${last.version}` : null,
    bulkReads: bulkReadsOf(sql, id),
  };
}

/** All ids of the PC that a machine's id is of, and what it last said about its volumes; each PC is asked for once. */
function pcsOf(sql: SqlStorage) {
  const known = new Map<string, Pc>();
  return (machine: string) => {
    const before = known.get(machine);
    if (before) return before;
    const pc = pcOf(sql, machine);
    known.set(machine, pc);
    return pc;
  };
}

function revealedBy(
  sql: SqlStorage,
  email: string,
  after: { secret: string; version: number },
  limit: number,
): RevealedVersion[] {
  const pcAt = pcsOf(sql);
  return all<ReportRow>(
    sql,
    `SELECT ${DATED}, secrets.machine_id, machines.hostname AS hostname, kind, ref, last_at, rotated_at, rotated_by,
       (SELECT max(newer.version) FROM secret_versions AS newer INDEXED BY secret_versions_standing
        WHERE newer.secret_id = reveals.secret_id AND newer.version > reveals.version AND newer.${STANDS}) AS newest
     FROM reveals JOIN secrets ON secrets.id = secret_id JOIN secret_versions USING (secret_id, version)
       LEFT JOIN machines ON machines.id = secrets.machine_id
     WHERE email = ? AND (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
    email,
    after.secret,
    after.version,
    limit,
  ).map((row) => {
    const heir = heirOf(sql, secretFactsOf(sql, pcAt(row.machine_id), row), candidateOf(row));
    const said = row.rotated_at !== null && row.rotated_at >= row.last_at;
    const waiting = row.newest !== null ? waitingIn(sql, row.secret_id) : null;
    const newer = heir ?? (waiting === null ? null : { secret: row.secret_id, version: waiting });
    return {
      secret: row.secret_id,
      version: row.version,
      machine: row.machine_id,
      hostname: row.hostname || null,
      kind: row.kind,
      ref: JSON.parse(row.ref),
      lastAt: row.last_at,
      superseded: heir !== null || said,
      newer: newer && newerOf(sql, newer.secret, newer.version),
      rotatedBy: said ? row.rotated_by : null,
    };
  });
}

/** The newest version of a secret that a person brought and nobody has confirmed. */
const waitingIn = (sql: SqlStorage, secret: string): number | null =>
  first<{ version: number }>(
    sql,
    `SELECT version FROM secret_versions INDEXED BY secret_versions_by_sealed
     WHERE secret_id = ? AND counts = 0 AND ${STANDS} ORDER BY sealed_at DESC LIMIT 1`,
    secret,
  )?.version ?? null;

const newerOf = (sql: SqlStorage, secret: string, version: number): RevealedVersion['newer'] => {
  const row = first<{ name: string; confirmed_by: string | null }>(
    sql,
    `SELECT principal_name AS name, confirmed_by FROM secret_versions JOIN audit ON audit.seq = audit_seq
     WHERE secret_id = ? AND version = ?`,
    secret,
    version,
  );
  return row && { secret, version, by: row.name, confirmedBy: row.confirmed_by };
};

const revealed = ({ secret, version }: RevealPlan, auditSeq: number): Revealed => ({
  id: secret.id,
  machine: secret.machine_id,
  kind: secret.kind,
  ref: JSON.parse(secret.ref),
  version: publicVersion(version),
  sealed: version.sealed,
  auditSeq,
});

/** Whether the tenant takes this reason. Pure. Null: it does. */
export const decideReason = (pattern: string | null, reason: string): Refusal | null =>
  pattern === null || beginsWithTicket(pattern, reason)
    ? null
    : refuse('not_a_ticket', `reason: must begin with a ticket like ${pattern}, where # is a digit.`);

/**
 * Hands out one ciphertext. The reason, the budget, the audit entry and the day from which the secret is to be rotated are settled in
 * the same transaction: without them, nothing is returned.
 */
export function reveal(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  request: RevealRequest,
  now: number,
): Revealed | Refusal {
  const { sql } = storage;
  const email = caller.principal.name;
  const settings = readSettings(sql);
  const plan = planReveal(sql, id, request.version);
  if (isRefusal(plan)) return plan;
  const unfit = decideReason(settings.ticketPattern, request.reason);
  if (unfit) return unfit;
  return storage.transactionSync(() => {
    const over = spendReveal(sql, settings.revealBudget, email, now);
    if (over) {
      noticeOverBudget(sql, caller.tenant, now, caller.principal);
      return over;
    }
    const { seq } = record(sql, caller.tenant, caller, now, {
      action: 'secret.revealed',
      subject: id,
      detail: {
        machine: plan.secret.machine_id,
        kind: plan.secret.kind,
        version: plan.version.version,
        reason: request.reason,
      },
    });
    noteReveal(sql, email, seq, now);
    markRevealed(sql, plan, email, now);
    // The PC is not said to have a version that was set aside.
    if (plan.version.aside === null && heirOf(sql, plan.facts, candidateOf(plan.version)) === null)
      markToRotate(storage, plan.secret, settings.rotateAfterRevealMs, now);
    return revealed(plan, seq);
  });
}
