function Get-TotlTenantKey {
    <#
    .SYNOPSIS
    Fetches the tenant's escrow key and decides whether to trust it.
    .DESCRIPTION
    Trusted is only a key whose computed thumbprint is its kid, that the pinned root states for the known tenant, with an epoch no lower
    than any seen. What is learnt is pinned in the spool. Without a fingerprint in the configuration file the first root is pinned.
    Offline, the key that the file carries will do, if the fingerprint in the same file vouches for it; nothing is pinned then.
    Errors: no_tenant_key, unsigned_key, kid_mismatch, pin_mismatch, key_rolled_back, other_tenant, malformed_answer, offline,
    token_refused, tenant_suspended.
    .PARAMETER Session
    From New-TotlSession.
    .EXAMPLE
    $key = Get-TotlTenantKey -Session $session
    .OUTPUTS
    A key, for Protect-TotlSecret.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Session)
    $ErrorActionPreference = 'Stop'
    $known = Read-TotlPin $Session.SpoolPath
    $reply = Invoke-TotlAsk $Session 'GET' '/v1/tenant/pubkey'
    if (-not $reply.Ok) {
        # A carried key that does not hold accuses no server: the PC is offline.
        $mayCarry = (Test-TotlSame $reply.Code 'offline') -and $null -ne $Session.Fingerprint -and $null -ne $Session.TenantKey
        if ($mayCarry) {
            $carried = Test-TotlTenantKey $Session.TenantKey $Session.Fingerprint $Session.MinEpoch $known
            if ($carried.Ok) { return $carried }
        }
        return Assert-TotlOk $reply
    }
    if (Test-TotlSame $reply.Code 'no_tenant_key') {
        return Assert-TotlOk (New-TotlRefusal 'no_tenant_key' 'The tenant has no key yet; an admin has to set it up.')
    }
    if ($reply.Status -ne 200) {
        return Assert-TotlOk (New-TotlRefusal 'malformed_answer' ('The server answered {0}.' -f $reply.Status))
    }
    $key = Assert-TotlOk (Test-TotlTenantKey $reply.Json $Session.Fingerprint $Session.MinEpoch $known)
    Save-TotlPin $Session.SpoolPath $key $known
    if ($key.FirstUse) { Write-Warning -Message ('Pinned {0} on first use.' -f $key.Fingerprint) }
    $key
}
