import type { Migration } from '../migration.ts';

export const m0009: Migration = {
  id: 9,
  name: 'notices',
  statements: `
      CREATE TABLE webhooks (
        id TEXT PRIMARY KEY, url TEXT NOT NULL, label TEXT NOT NULL, kinds TEXT NOT NULL, secret TEXT NOT NULL,
        made_at INTEGER NOT NULL, made_by TEXT NOT NULL, paused_at INTEGER,
        failures INTEGER NOT NULL, next_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE deliveries (
        webhook TEXT NOT NULL, place INTEGER NOT NULL, notice TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        body TEXT NOT NULL, queued_at INTEGER NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
        tried_at INTEGER, status INTEGER, fault TEXT, PRIMARY KEY (webhook, place)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX deliveries_waiting ON deliveries (webhook, place) WHERE state = 'waiting';
      CREATE TABLE silences (run_id TEXT PRIMARY KEY, heard_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE expiries_told (
        token TEXT NOT NULL, expires_at INTEGER NOT NULL, before_ms INTEGER NOT NULL,
        PRIMARY KEY (token, expires_at, before_ms)
      ) STRICT, WITHOUT ROWID;
    `,
};
