-- Once a day an object asks which of its tenant's tokens end soon.
CREATE INDEX api_tokens_by_expiry ON api_tokens (tenant_id, expires_at) WHERE revoked_at IS NULL;
