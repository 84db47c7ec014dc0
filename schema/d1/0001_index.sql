-- The global index: which tenant, whose token, who is a member. Nothing a tenant owns lives here.
-- Every column beyond the set-up guide's three INSERTs has a default, so that raw SQL keeps working.

CREATE TABLE tenants (
  id          TEXT PRIMARY KEY CHECK (id = lower(id) AND length(id) BETWEEN 1 AND 64),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  status      TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at  INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  audit_seq   INTEGER NOT NULL DEFAULT 0,
  audit_hash  TEXT NOT NULL DEFAULT '',
  version     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE users (
  id          TEXT NOT NULL,
  tenant_id   TEXT NOT NULL REFERENCES tenants (id),
  email       TEXT NOT NULL COLLATE NOCASE CHECK (email LIKE '%_@_%'),
  role        TEXT NOT NULL CHECK (role IN ('admin', 'engineer', 'auditor')),
  status      TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'removed')),
  created_at  INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  version     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (email, tenant_id)
) STRICT;

CREATE TABLE api_tokens (
  id           TEXT NOT NULL,
  tenant_id    TEXT NOT NULL REFERENCES tenants (id),
  token_prefix TEXT NOT NULL CHECK (length(token_prefix) = 8),
  token_hash   TEXT NOT NULL CHECK (length(token_hash) = 64),
  token_salt   TEXT NOT NULL CHECK (length(token_salt) = 16),
  label        TEXT NOT NULL DEFAULT '',
  created_at   INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  expires_at   INTEGER,
  revoked_at   INTEGER,
  version      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE INDEX api_tokens_by_prefix ON api_tokens (token_prefix);
