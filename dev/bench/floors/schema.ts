// The comparison Workers' tables in D1, a statement each: as small as they can be and still answer what the product answers.

/** Events, as the product's own table of them was: a row each, found by run and seq. */
const EVENTS = `CREATE TABLE IF NOT EXISTS events (run_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  received_at INTEGER NOT NULL, level TEXT NOT NULL, type TEXT NOT NULL, phase TEXT, message TEXT NOT NULL, data TEXT,
  PRIMARY KEY (run_id, seq)) STRICT, WITHOUT ROWID`;

/** People, for the one read before a reveal. */
const USERS = `CREATE TABLE IF NOT EXISTS users (email TEXT NOT NULL, tenant_id TEXT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (email, tenant_id)) STRICT, WITHOUT ROWID`;

/** What one would build on D1 alone. The list is sorted by start and by name; nothing filters it, nothing searches it. */
const DESIGN = [
  `CREATE TABLE IF NOT EXISTS tokens (prefix TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, hash TEXT NOT NULL,
    salt TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS machines (tenant_id TEXT NOT NULL, id TEXT NOT NULL, hostname TEXT NOT NULL, serial TEXT,
    client TEXT, run_id TEXT, status TEXT, phase TEXT, started_at INTEGER NOT NULL, last_event_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS machines_by_started ON machines (tenant_id, started_at)',
  'CREATE INDEX IF NOT EXISTS machines_by_hostname ON machines (tenant_id, hostname)',
  `CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, machine_id TEXT NOT NULL, status TEXT NOT NULL,
    phase TEXT, started_at INTEGER NOT NULL, last_event_at INTEGER NOT NULL, events INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS runs_by_machine ON runs (machine_id, started_at)',
  `CREATE TABLE IF NOT EXISTS secrets (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, machine_id TEXT NOT NULL, kind TEXT NOT NULL,
    ref TEXT NOT NULL, sealed TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS secrets_by_machine ON secrets (machine_id, kind, ref)',
  `CREATE TABLE IF NOT EXISTS audit (tenant_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (tenant_id, seq)) STRICT, WITHOUT ROWID`,
];

/** The token that its look-up finds. */
const TOKEN = "INSERT OR IGNORE INTO tokens VALUES ('tok_aaaa', 'one', '', '')";

export const FLOOR_TABLES = [EVENTS, USERS, ...DESIGN, TOKEN];
