-- Operators page through the tenants by name.
CREATE INDEX tenants_by_name ON tenants (name COLLATE NOCASE, id);
