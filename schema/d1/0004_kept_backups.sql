-- SHA-256 of each kept backup's manifest, by its instant (ms since the epoch), as JSON: what the bucket says is held against it.
ALTER TABLE tenants ADD COLUMN backups TEXT NOT NULL DEFAULT '{}';
