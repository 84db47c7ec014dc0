import type { Migration } from '../migration.ts';

export const m0001: Migration = {
  id: 1,
  name: 'the line',
  statements: `
      CREATE TABLE identity (tenant TEXT PRIMARY KEY, initialized_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE due (what TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL,
        principal_kind TEXT NOT NULL, principal_id TEXT NOT NULL, principal_name TEXT NOT NULL,
        action TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
        ip TEXT, user_agent TEXT, previous_hash TEXT NOT NULL, hash TEXT NOT NULL
      ) STRICT;
      CREATE TABLE refusals (
        principal_kind TEXT NOT NULL, principal_id TEXT NOT NULL, principal_name TEXT NOT NULL,
        code TEXT NOT NULL, minute INTEGER NOT NULL, further INTEGER NOT NULL,
        PRIMARY KEY (minute, principal_kind, principal_id, code)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE manifests (
        version INTEGER PRIMARY KEY, jws TEXT NOT NULL, sha256 TEXT NOT NULL,
        written_at INTEGER NOT NULL, written_by TEXT NOT NULL
      ) STRICT;
      CREATE TABLE roots (
        fingerprint TEXT PRIMARY KEY, vault_epoch INTEGER NOT NULL, sealed TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE escrow_keys (
        kid TEXT PRIMARY KEY, key_epoch INTEGER NOT NULL, state TEXT NOT NULL, jwk TEXT NOT NULL,
        statement TEXT NOT NULL, vault_epoch INTEGER, sealed TEXT, made_at INTEGER NOT NULL, made_by TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE unlockers (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT, sealed TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE wraps (
        unlocker TEXT NOT NULL, purpose TEXT NOT NULL, vault_epoch INTEGER NOT NULL, jwe TEXT NOT NULL,
        PRIMARY KEY (unlocker, purpose, vault_epoch)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE machines (
        id TEXT PRIMARY KEY, hostname TEXT NOT NULL COLLATE NOCASE, serial TEXT, manufacturer TEXT, model TEXT,
        os_version TEXT, client TEXT, enrolled_at INTEGER NOT NULL, started_at INTEGER NOT NULL,
        run_id TEXT, run_status TEXT, run_phase TEXT, phases_done INTEGER NOT NULL, phases_total INTEGER NOT NULL,
        last_event_at INTEGER, secrets INTEGER NOT NULL, attention TEXT NOT NULL,
        serial_changed INTEGER NOT NULL, seq_conflict INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX machines_by_started ON machines (started_at, id);
      CREATE INDEX machines_by_hostname ON machines (hostname, id);
      CREATE INDEX machines_by_status_started ON machines (run_status, started_at, id);
      CREATE INDEX machines_by_status_hostname ON machines (run_status, hostname, id);
      CREATE TABLE machine_attributes (
        machine_id TEXT NOT NULL, attribute TEXT NOT NULL, since_at INTEGER NOT NULL, value TEXT,
        PRIMARY KEY (machine_id, since_at, attribute)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE runs (
        id TEXT PRIMARY KEY, machine_id TEXT NOT NULL, status TEXT NOT NULL, status_seq INTEGER NOT NULL,
        started_at INTEGER NOT NULL, finished_at INTEGER, last_event_at INTEGER NOT NULL, engine_version TEXT,
        phases TEXT NOT NULL, reboots INTEGER NOT NULL, warnings INTEGER NOT NULL, errors INTEGER NOT NULL,
        events INTEGER NOT NULL, next_seq INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX runs_by_machine ON runs (machine_id, started_at, id);
      CREATE TABLE events (
        run_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, received_at INTEGER NOT NULL,
        level TEXT NOT NULL, type TEXT NOT NULL, phase TEXT, message TEXT NOT NULL, data TEXT,
        PRIMARY KEY (run_id, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE tombstones (
        run_id TEXT NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, received_at INTEGER NOT NULL,
        PRIMARY KEY (run_id, seq)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE secrets (
        id TEXT PRIMARY KEY, machine_id TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL,
        latest_version INTEGER NOT NULL, last_revealed_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX secrets_by_machine ON secrets (machine_id, kind, ref);
      CREATE TABLE secret_versions (
        secret_id TEXT NOT NULL, version INTEGER NOT NULL, eid TEXT NOT NULL, run_id TEXT,
        format TEXT NOT NULL, bound INTEGER NOT NULL, kid TEXT NOT NULL, sealed TEXT NOT NULL, sha256 TEXT NOT NULL,
        first_kid TEXT NOT NULL, first_sha256 TEXT NOT NULL,
        escrowed_at INTEGER NOT NULL, audit_seq INTEGER NOT NULL, audit_hash TEXT NOT NULL,
        PRIMARY KEY (secret_id, version)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX secret_versions_by_eid ON secret_versions (eid);
    `,
};
