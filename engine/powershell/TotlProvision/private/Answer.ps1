# Who gave an answer, by the rules of engine/answer.ts: proxies, filters and captive portals answer in JSON too, with the same statuses.
$script:ProblemType = 'urn:totlprovision:problem:'
# Every code that this engine knows, from schema/refusal.ts.
$script:Refusals = @(
    'malformed_json', 'missing_token', 'invalid_token', 'token_expired', 'token_revoked', 'not_signed_in', 'invalid_session'
    'session_expired', 'not_a_person', 'not_a_member', 'not_an_operator', 'role_forbids', 'tenant_suspended', 'wrong_origin'
    'wrong_host', 'not_found', 'unknown_tenant', 'unknown_machine', 'unknown_run', 'unknown_secret', 'unknown_token'
    'unknown_grant', 'unknown_unlocker', 'unknown_person', 'unknown_webhook', 'unknown_backup', 'method_not_allowed'
    'tenant_conflict', 'no_tenant_key', 'eid_conflict', 'kid_destroyed', 'run_conflict', 'keyring_conflict'
    'unlocker_conflict', 'done_already', 'already_member', 'token_not_live', 'token_not_revoked', 'last_admin', 'not_yourself'
    'kid_not_active', 'merge_conflict', 'mark_changed', 'not_left_behind', 'nothing_replaced', 'rotation_unfinished', 'not_proven'
    'too_early', 'too_many_people', 'too_many_webhooks', 'too_many_tokens', 'export_running', 'backup_off', 'not_empty'
    'first_admin_needed', 'not_restoring', 'backup_damaged', 'backup_differs', 'body_too_large', 'unsupported_media_type'
    'invalid_body', 'invalid_query', 'too_many_events', 'header_mismatch', 'not_sealed', 'unknown_kid', 'raw_not_allowed', 'shared_machine_id'
    'unknown_fingerprint', 'keyring_invalid', 'keyring_incomplete', 'not_a_ticket', 'upgrade_required'
    'reveal_budget_exceeded', 'bulk_budget_exceeded', 'too_many_sockets', 'token_quota_exceeded', 'machine_quota_exceeded'
    'secret_quota_exceeded', 'too_many_guesses', 'rate_limited', 'internal_error', 'tenant_restoring', 'access_not_configured'
    'access_unreachable', 'storage_low', 'storage_full', 'upgrade_failed', 'index_unreachable', 'tenant_unreachable'
)
$script:TokenRefusals = @('missing_token', 'invalid_token', 'token_expired', 'token_revoked')
# Refusals of the very item that was sent, which will be the same tomorrow: the item is set aside, and the rest goes on.
$script:SetAsideRefusals = @(
    'malformed_json', 'invalid_body', 'body_too_large', 'too_many_events', 'run_conflict', 'eid_conflict'
    'kid_destroyed', 'unknown_kid', 'not_sealed', 'header_mismatch', 'raw_not_allowed', 'shared_machine_id'
)
# Refusals that will pass, but may concern this item alone: others go before it.
$script:WaitsAloneRefusals = @('secret_quota_exceeded', 'internal_error')

# Whether a code is one of a list.
function Test-TotlOneOf {
    param($Code, [string[]] $Codes)
    $Code -is [string] -and [Array]::IndexOf($Codes, $Code) -ge 0
}

# The code of our server's refusal; null for anything that somebody else may have said.
function Get-TotlRefusalCode {
    param($Json)
    $code = Get-TotlMember $Json 'code'
    if (-not (Test-TotlOneOf $code $script:Refusals)) { return $null }
    if (Test-TotlSame (Get-TotlMember $Json 'type') ($script:ProblemType + $code)) { return $code }
    $null
}

# For an answer that our server does not give. It may concern the one item that was sent, for instance if a filter blocks it.
function New-TotlStrange {
    param([int] $Status)
    New-TotlRefusal 'offline' ('Something else answered in the place of the server ({0}); what is unsent stays on disk.' -f $Status) 'waits'
}
