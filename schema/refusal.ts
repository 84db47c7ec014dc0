// An expected "no": a value with a stable code, never an exception. worker/problem.ts turns it into RFC 9457.

/** Every code a client can meet, with its HTTP status and its one-line title. The one list; docs and OpenAPI read it. */
export const REFUSALS = {
  malformed_json: [400, 'The body is not JSON'],
  missing_token: [401, 'A machine token is required'],
  invalid_token: [401, 'The machine token is not valid'],
  token_expired: [401, 'The machine token has expired'],
  token_revoked: [401, 'The machine token has been revoked'],
  not_signed_in: [401, 'A signed-in person is required'],
  invalid_session: [401, 'The sign-in is not valid'],
  session_expired: [401, 'The sign-in has expired'],
  not_a_person: [401, 'A service token is not a person'],
  not_a_member: [403, 'Not a member of this tenant'],
  not_an_operator: [403, 'Not an operator'],
  role_forbids: [403, 'Your role does not allow this'],
  tenant_suspended: [403, 'The tenant is suspended'],
  wrong_origin: [403, 'Only the portal may ask for this'],
  wrong_host: [403, 'People are not answered at this address'],
  not_found: [404, 'There is nothing here'],
  unknown_tenant: [404, 'No such tenant'],
  unknown_machine: [404, 'No such machine'],
  unknown_run: [404, 'No such run'],
  unknown_secret: [404, 'No such secret'],
  unknown_token: [404, 'No such token'],
  unknown_grant: [404, 'No such request for access'],
  unknown_unlocker: [404, 'No such unlocker'],
  unknown_person: [404, 'No such person'],
  unknown_webhook: [404, 'No such webhook'],
  unknown_backup: [404, 'No such backup'],
  method_not_allowed: [405, 'This method is not allowed here'],
  tenant_conflict: [409, 'The tenant exists already'],
  no_tenant_key: [409, 'The tenant has no key yet'],
  eid_conflict: [409, 'This eid was used for another ciphertext'],
  kid_destroyed: [409, 'That escrow key has been destroyed'],
  run_conflict: [409, 'This run belongs to another machine'],
  keyring_conflict: [409, 'The keyring has changed meanwhile'],
  unlocker_conflict: [409, 'The unlocker has changed meanwhile'],
  done_already: [409, 'This was done already'],
  already_member: [409, 'That address is a member already'],
  token_not_live: [409, 'That token cannot be rotated'],
  token_not_revoked: [409, 'That token is not revoked'],
  last_admin: [409, 'A tenant needs an admin'],
  not_yourself: [409, 'Somebody else has to do that'],
  kid_not_active: [409, 'That escrow key is no longer the active one'],
  merge_conflict: [409, 'These two cannot be merged'],
  mark_changed: [409, 'The mark has changed meanwhile'],
  not_left_behind: [409, 'That version is not left behind'],
  nothing_replaced: [409, 'Nothing of before is kept'],
  rotation_unfinished: [409, 'Secrets are left under that key'],
  not_proven: [409, 'That has to be proven first'],
  too_early: [409, 'It is too early for that'],
  too_many_people: [409, 'There are enough people'],
  too_many_webhooks: [409, 'There are enough webhooks'],
  too_many_tokens: [409, 'There are enough machine tokens'],
  export_running: [409, 'Another export is running'],
  backup_off: [409, 'No backup is configured'],
  not_empty: [409, 'The tenant is not empty'],
  first_admin_needed: [409, 'Nobody would be let in'],
  not_restoring: [409, 'No backup is on its way in'],
  backup_damaged: [409, 'The backup is damaged'],
  backup_differs: [409, 'The backup is of another version'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The content type is not supported'],
  invalid_body: [422, 'The body is not valid'],
  invalid_query: [422, 'The query is not valid'],
  too_many_events: [422, 'A report holds at most 500 events'],
  header_mismatch: [422, 'The sealed header differs from the body'],
  not_sealed: [422, 'This is not a sealed secret'],
  shared_machine_id: [422, 'Many PCs have this machine id'],
  unknown_kid: [422, 'No such escrow key'],
  raw_not_allowed: [422, 'This tenant does not accept raw RSA-OAEP'],
  unknown_fingerprint: [422, 'That is not this tenant’s fingerprint'],
  keyring_invalid: [422, 'The keyring does not verify'],
  keyring_incomplete: [422, 'The keyring is not complete'],
  not_a_ticket: [422, 'The reason must begin with a ticket'],
  upgrade_required: [426, 'Only a WebSocket is answered here'],
  reveal_budget_exceeded: [429, 'The budget for reveals is used up'],
  bulk_budget_exceeded: [429, 'The budget for bulk reads is used up'],
  too_many_sockets: [429, 'There are enough live connections'],
  token_quota_exceeded: [429, 'The token has used up what it may bring today'],
  machine_quota_exceeded: [429, 'The machine has used up what it may send today'],
  secret_quota_exceeded: [429, 'There are enough secrets of this kind'],
  too_many_guesses: [429, 'Too many wrong credentials from this address'],
  rate_limited: [429, 'Too many requests in a short time'],
  internal_error: [500, 'Something went wrong on our side'],
  tenant_restoring: [503, 'The tenant is being restored'],
  access_not_configured: [503, 'Sign-in is not configured'],
  access_unreachable: [503, 'Sign-in cannot be verified now'],
  storage_low: [503, 'The tenant’s storage is nearly full'],
  storage_full: [503, 'The tenant’s storage is full'],
  upgrade_failed: [503, 'The tenant’s data could not be brought up to date'],
  index_unreachable: [503, 'The index cannot be reached now'],
  tenant_unreachable: [503, 'The tenant cannot be reached now'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof REFUSALS;

/** `detail` is a full sentence that names the field and the expectation, never the value. `retryAfterSeconds`: when to ask again. */
export type Refusal = { refused: RefusalCode; detail: string; errors?: FieldError[]; retryAfterSeconds?: number };
export type FieldError = { field: string; message: string };

/** Makes a refusal. */
export const refuse = (refused: RefusalCode, detail: string, errors?: FieldError[]): Refusal =>
  errors === undefined ? { refused, detail } : { refused, detail, errors };

/** For a ciphertext that does not have the form of one; it tells only the part of the fault that a client may read. */
export const notSealed = ({ field, message }: FieldError): Refusal =>
  refuse('not_sealed', `${field}: ${message}.`, [{ field, message }]);

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;
