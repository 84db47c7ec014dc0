// Entries of the audit that a filter may find, each with what its PC and its secret are called now: the condition that an
// index serves leads to them, and what it leaves open is looked at row by row.
import type { AuditAction, AuditEntry, AuditFilter, AuditPc, AuditSecret } from '../../schema/audit.ts';
import { AUDIT_GROUPS } from '../../schema/facts/audit-groups.ts';
import type { SecretKind } from '../../schema/secret.ts';
import { first } from '../core/rows.ts';
import { head } from './audit.ts';

export type AuditRow = {
  seq: number;
  at: number;
  principal_kind: AuditEntry['principal']['kind'];
  principal_id: string;
  principal_name: string;
  action: AuditAction;
  subject: string;
  outcome: AuditEntry['outcome'];
  detail: string;
  ip: string | null;
  user_agent: string | null;
  previous_hash: string;
  hash: string;
  about: string;
  pc: string | null;
  hostname: string | null;
  client: string | null;
  serial: string | null;
  secret_kind: SecretKind | null;
  ref: string | null;
  latest_version: number | null;
  rotate_due_at: number | null;
};

/** Seqs, both included. */
export type Span = { low: number; high: number };

export const entryOf = (tenant: string, row: AuditRow): AuditEntry => ({
  v: 1,
  tenant,
  seq: row.seq,
  at: row.at,
  principal: { kind: row.principal_kind, id: row.principal_id, name: row.principal_name },
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  detail: JSON.parse(row.detail),
  ip: row.ip,
  userAgent: row.user_agent,
  previousHash: row.previous_hash,
  hash: row.hash,
});

/** The PC that an entry is about, by the id that it names; null: it is about none, or about one that has no row. */
export function pcOf({ about, pc, hostname, client, serial }: AuditRow): [[string, AuditPc]] | null {
  return pc === null || hostname === null ? null : [[about, { id: pc, hostname, client, serial }]];
}

/** The secret that an entry is about, by the id that it names. */
export function secretOf(row: AuditRow): [[string, AuditSecret]] | null {
  const { subject, secret_kind: kind, ref, latest_version: version, rotate_due_at: rotateDueAt } = row;
  if (kind === null || ref === null || version === null) return null;
  return [[subject, { kind, ref: JSON.parse(ref), version, rotateDueAt }]];
}

/** Whether what this entry revealed is still to be rotated: no later version has come, and the secret is due. */
export const isToRotate = ({
  action,
  outcome,
  detail,
  latest_version: latest,
  rotate_due_at: due,
}: AuditRow): boolean =>
  action === 'secret.revealed' && outcome === 'done' && due !== null && JSON.parse(detail).version === latest;

// The two partial indexes leave out the entries that come by the thousand; SQLite uses one only for a query that
// repeats its condition.
const PEOPLE = "principal_kind <> 'machine'";
export const UNCOMMON = "action NOT IN ('secret.escrowed', 'machine.enrolled')";
const COMMON: readonly AuditAction[] = ['secret.escrowed', 'machine.enrolled'];

/** The actions that a filter asks for; null: any. */
const actionsOf = ({ action, group }: AuditFilter): readonly AuditAction[] | null => {
  if (group === undefined) return action === undefined ? null : [action];
  return AUDIT_GROUPS[group].filter((one) => action === undefined || one === action);
};

/** The conditions that an index serves, the most selective one first; the empty one runs along the chain. */
function driversOf(filter: AuditFilter): { where: string; value: string[] }[] {
  const { machine, person } = filter;
  if (machine !== undefined) return [{ where: 'about = ? AND', value: [machine] }];
  if (person !== undefined) return [{ where: `${PEOPLE} AND principal_id = ? AND`, value: [person] }];
  const actions = actionsOf(filter);
  if (actions && !actions.some((one) => COMMON.includes(one)))
    return actions.map((one) => ({ where: `${UNCOMMON} AND action = ? AND`, value: [one] }));
  return [{ where: '', value: [] }];
}

// An id that was merged is called what it was merged into.
const selected = (where: string, newest: boolean): string =>
  `SELECT audit.*, audit.about AS about, coalesce(kept.id, machines.id) AS pc,
     coalesce(kept.hostname, machines.hostname) AS hostname, iif(kept.id IS NULL, machines.client, kept.client) AS client,
     iif(kept.id IS NULL, machines.serial, kept.serial) AS serial,
     secrets.kind AS secret_kind, secrets.ref, secrets.latest_version, secrets.rotate_due_at
   FROM audit LEFT JOIN machines ON machines.id = audit.about LEFT JOIN machines AS kept ON kept.id = machines.merged_into
     LEFT JOIN secrets ON secrets.id = audit.subject
   WHERE ${where} seq BETWEEN ? AND ? ORDER BY seq ${newest ? 'DESC' : 'ASC'} LIMIT ?`;

/**
 * At most so many entries of a span, in order of their seqs, that may fit the filter: `matches` decides. Where several
 * actions are asked for, the index has a run of entries for each, and these are read side by side.
 */
export function* rowsOf(
  sql: SqlStorage,
  filter: AuditFilter,
  { low, high }: Span,
  newest: boolean,
  most: number,
): Generator<AuditRow> {
  const cursors = driversOf(filter).map(({ where, value }) =>
    sql.exec<AuditRow>(selected(where, newest), ...value, low, high, most)[Symbol.iterator](),
  );
  const heads = cursors.map((cursor) => cursor.next());
  for (let given = 0; given < most; given++) {
    let best = -1;
    let row: AuditRow | null = null;
    for (const [index, { done, value }] of heads.entries())
      if (!done && (row === null || (newest ? value.seq > row.seq : value.seq < row.seq))) [best, row] = [index, value];
    const cursor = cursors[best];
    if (row === null || cursor === undefined) return;
    yield row;
    heads[best] = cursor.next();
  }
}

/** Whether a row matches the filters. Pure. Text is searched for in the fields that a person reads, ignoring case. */
export function matches(row: AuditRow, filter: AuditFilter): boolean {
  const { person, machine, client, outcome, text } = filter;
  const actions = actionsOf(filter);
  return (
    (person === undefined || (row.principal_id === person && row.principal_kind !== 'machine')) &&
    (machine === undefined || row.about === machine) &&
    (client === undefined || row.client === client) &&
    (actions === null || actions.includes(row.action)) &&
    (outcome === undefined || row.outcome === outcome) &&
    (text === undefined || readable(row).includes(text.toLowerCase()))
  );
}

const readable = (row: AuditRow): string =>
  [row.principal_name, row.subject, row.action, row.detail, row.ip, row.hostname, row.client, row.serial, row.ref]
    .map((part) => part ?? '')
    .join('\n')
    .toLowerCase();

/**
 * The first entry at or after an instant, by halving: time never goes back within a chain. One past the head where
 * there is none.
 */
function firstSeqAt(sql: SqlStorage, at: number, last: number): number {
  let [low, high] = [1, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = first<{ at: number }>(sql, 'SELECT at FROM audit WHERE seq = ?', middle);
    if (row && row.at >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The entries that a filter's instants leave. */
export function spanOf(sql: SqlStorage, { from, to }: AuditFilter): Span {
  const last = head(sql)?.seq ?? 0;
  return {
    low: from === undefined ? 1 : firstSeqAt(sql, from, last),
    high: to === undefined ? last : firstSeqAt(sql, to + 1, last) - 1,
  };
}
