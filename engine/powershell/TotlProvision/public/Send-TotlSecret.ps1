function Send-TotlSecret {
    <#
    .SYNOPSIS
    Escrows a sealed secret and gives its receipt.
    .DESCRIPTION
    The ciphertext is on disk before it is sent, and stays there until a receipt for exactly these bytes under this key has come. Only then,
    apply the password or enable encryption. With -Pending it sends what earlier runs could not, in the order in which it was sealed.
    Errors: offline and tenant_suspended keep the ciphertext for later; key_destroyed asks for a new secret; wrong_receipt, no_tenant_key,
    token_refused, rejected.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER Sealed
    From Protect-TotlSecret.
    .PARAMETER Pending
    Sends every sealed secret that waits in the spool.
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
    foreach ($eid in @(Get-TotlWaiting $Session.SpoolPath)) {
        $result = Send-TotlSealed $Session $eid
        # What was refused for good is set aside and warned of; it must not hold up the others.
        if (-not $result.Ok -and ($result.Code -eq 'rejected' -or $result.Code -eq 'key_destroyed')) { continue }
        Assert-TotlOk $result
    }
}
