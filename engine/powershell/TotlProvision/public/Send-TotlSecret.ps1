function Send-TotlSecret {
    <#
    .SYNOPSIS
    Escrows a sealed secret and returns its receipt.
    .DESCRIPTION
    The ciphertext is on disk before it is sent, and stays there until a receipt for exactly these bytes under this key has come. Only then
    apply the password or enable encryption. With -Pending this sends what earlier runs could not.
    Errors: offline and tenant_suspended keep the ciphertext for later; key_destroyed asks for a new secret; wrong_receipt, no_tenant_key,
    token_refused, rejected.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER Sealed
    From Protect-TotlSecret.
    .PARAMETER Pending
    Sends every sealed secret that waits in the spool. A secret that is refused is set aside; one that cannot be sent now is passed over.
    .EXAMPLE
    $receipt = Send-TotlSecret -Session $session -Sealed $sealed
    .OUTPUTS
    A receipt; with -Pending one for each.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [Parameter(Mandatory = $true, ParameterSetName = 'One')] $Sealed,
        [Parameter(Mandatory = $true, ParameterSetName = 'Pending')] [switch] $Pending
    )
    $ErrorActionPreference = 'Stop'
    if (-not $Pending) {
        Save-TotlSealed $Session.SpoolPath $Sealed.Eid $Sealed.Body
        return Assert-TotlOk (Send-TotlSealed $Session $Sealed.Eid)
    }
    $waiting = $null
    foreach ($eid in @(Get-TotlWaiting $Session.SpoolPath)) {
        # Once something has stood in the way, six tries for each of the others would take hours.
        $attempts = if ($null -eq $waiting) { $script:Attempts } else { 1 }
        $result = Send-TotlSealed $Session $eid $attempts
        # A secret that was refused as such is set aside with a warning; it must not hold up the others.
        if (-not $result.Ok -and $result.Only -eq 'set_aside') { continue }
        if (-not $result.Ok -and $result.Only -eq 'waits') {
            if ($null -eq $waiting) { $waiting = $result }
            continue
        }
        Assert-TotlOk $result
    }
    if ($null -ne $waiting) { [void] (Assert-TotlOk $waiting) }
}
