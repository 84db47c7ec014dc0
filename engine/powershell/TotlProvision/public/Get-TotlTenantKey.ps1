function Get-TotlTenantKey {
    <#
    .SYNOPSIS
    Fetches the tenant's escrow key and decides whether to trust it.
    .DESCRIPTION
    Trusted is only a key whose computed thumbprint is its kid, that the pinned root states for the known tenant, with an epoch no lower
    than any seen. What is learnt is pinned in the spool. Without a fingerprint in the configuration file the first root is pinned.
    Offline, the key that the file carries will do, if the fingerprint in the same file vouches for it; nothing is pinned then.
    Errors: no_tenant_key, unsigned_key, kid_mismatch, pin_mismatch, key_rolled_back, other_tenant, offline, token_refused,
    tenant_suspended, rejected.
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
    # As a captive portal answers, which says 200 to everything.
    if ($reply.Ok -and $null -eq $reply.Code -and -not (Test-TotlPublicKeyAnswer $reply.Json)) { $reply = New-TotlStrange $reply.Status }
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
    if ($null -ne $reply.Code) {
        return Assert-TotlOk (New-TotlRefusal 'rejected' ('The server refused to name its key ({0}).' -f $reply.Code))
    }
    $key = Assert-TotlOk (Test-TotlTenantKey $reply.Json $Session.Fingerprint $Session.MinEpoch $known)
    Save-TotlPin $Session.SpoolPath $key $known
    if ($key.FirstUse) { Write-Warning -Message ('Pinned {0} on first use.' -f $key.Fingerprint) }
    $key
}
