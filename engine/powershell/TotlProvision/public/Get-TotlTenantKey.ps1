function Get-TotlTenantKey {
    <#
    .SYNOPSIS
    Fetches the tenant's escrow key and decides whether to trust it.
    .DESCRIPTION
    A key is trusted only if its computed thumbprint is its kid, the pinned root states it for the known tenant, and its epoch is no lower
    than any seen. What is learned is pinned in the spool. Without a fingerprint in the configuration file the first root is pinned.
    Offline, the key that the file carries is enough, if the fingerprint in the same file vouches for it; nothing is pinned then.
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
    param(
        [Parameter(Mandatory = $true)] $Session
    )
    $ErrorActionPreference = 'Stop'
    $known = Read-TotlPin $Session.SpoolPath
    $reply = Invoke-TotlAsk $Session 'GET' '/v1/tenant/pubkey'
    # A captive portal says 200 to everything.
    if ($reply.Ok -and $null -eq $reply.Code -and -not (Test-TotlPublicKeyAnswer $reply.Json)) { $reply = New-TotlStrange $reply.Status }
    if (-not $reply.Ok) {
        # If the carried key is not trusted, no server is to blame: the PC is offline.
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
