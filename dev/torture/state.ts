// A copy of a state directory, read as SQLite reads it after a crash: whether each database is sound, and whether what a transaction writes
// together is there together.
import { globSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A rule: rows that break it, and what they would mean. */
type Rule = { says: string; broken: string };

/** The packs of all runs, those that stand in their run's row included. */
const ALL_PACKS = `WITH kept AS (SELECT run_id, first_seq, last_seq FROM packs
  UNION ALL SELECT id, tail_from, tail_to FROM runs WHERE tail_from IS NOT NULL)`;

/** Each holds between any two transactions of the object. */
const RULES: readonly Rule[] = [
  {
    says: 'the audit has a gap',
    broken: 'SELECT 1 WHERE (SELECT count(*) FROM audit) <> (SELECT max(seq) FROM audit)',
  },
  {
    says: 'a version is kept whose escrow is not on record, or the other way round',
    broken: `SELECT 1 WHERE (SELECT count(*) FROM secret_versions)
      <> (SELECT count(*) FROM audit WHERE action = 'secret.escrowed' AND outcome = 'done')`,
  },
  {
    says: 'a receipt names an audit entry that is another one',
    broken: `SELECT 1 FROM secret_versions v LEFT JOIN audit a ON a.seq = v.audit_seq WHERE a.hash IS NOT v.audit_hash`,
  },
  {
    says: 'a secret’s latest version is not its latest version',
    broken: `SELECT 1 FROM secrets s
      WHERE latest_version IS NOT (SELECT max(version) FROM secret_versions v WHERE v.secret_id = s.id)`,
  },
  {
    says: 'the count of secrets is not their number',
    broken: `SELECT 1 WHERE coalesce((SELECT value FROM counters WHERE name = 'secrets'), 0) <> (SELECT count(*) FROM secrets)`,
  },
  {
    says: 'the count of what a key seals is not its number',
    broken: `SELECT 1 FROM held h WHERE openable + unopenable <> (SELECT count(*) FROM secret_versions v WHERE v.kid = h.kid)`,
  },
  {
    says: 'the machines in the counts are not those in the fleet',
    broken: `SELECT 1 WHERE coalesce((SELECT sum(value) FROM counters WHERE name LIKE 'status:%'), 0)
      <> (SELECT count(*) FROM machines WHERE shelf = 'fleet')`,
  },
  {
    says: 'two packs of a run hold the same events',
    broken: `${ALL_PACKS} SELECT 1 FROM kept p JOIN kept q ON p.run_id = q.run_id AND p.first_seq < q.first_seq
      AND q.first_seq <= p.last_seq`,
  },
  {
    says: 'a run counts other events than its packs hold',
    broken: `${ALL_PACKS} SELECT 1 FROM runs r WHERE pruned_at IS NULL
      AND events <> coalesce((SELECT sum(last_seq - first_seq + 1) FROM kept p WHERE p.run_id = r.id), 0)`,
  },
  {
    says: 'there is not exactly one active escrow key',
    broken: `SELECT 1 WHERE EXISTS (SELECT 1 FROM escrow_keys)
      AND (SELECT count(*) FROM escrow_keys WHERE state = 'active') <> 1`,
  },
];

/** Opens a database of a copy, never of a state that somebody uses: opening it finishes what a crash left. */
const opened = (file: string): DatabaseSync => new DatabaseSync(file);

/** The databases of the tenants' objects in a state directory. */
export const objectsIn = (folder: string): string[] =>
  globSync('do/*/*.sqlite', { cwd: folder })
    .filter((name) => !name.endsWith('metadata.sqlite'))
    .map((name) => path.join(folder, name));

/** The index's database in a state directory. */
export function indexIn(folder: string): string {
  const [file] = globSync('d1/*/*.sqlite', { cwd: folder }).filter((name) => !name.endsWith('metadata.sqlite'));
  if (file === undefined) throw new Error('the state has no index');
  return path.join(folder, file);
}

/** What is unsound or half done in one object's database. */
export function halfDone(db: DatabaseSync): string[] {
  const damage = db
    .prepare('PRAGMA integrity_check')
    .all()
    .flatMap(({ integrity_check: said }) => (said === 'ok' ? [] : [`SQLite finds ${said}`]));
  const rules = RULES.filter(({ broken }) => db.prepare(`${broken} LIMIT 1`).get() !== undefined);
  return [...damage, ...rules.map(({ says }) => says)];
}

/** The same of every object in a copy. */
export function halfDoneIn(copy: string): string[] {
  return objectsIn(copy).flatMap((file) => {
    const db = opened(file);
    try {
      return halfDone(db);
    } finally {
      db.close();
    }
  });
}
