function Protect-TotlBitLocker {
    <#
    .SYNOPSIS
    Has the recovery passwords of a volume in escrow, and the system volume encrypted and protected.
    .DESCRIPTION
    A volume without a recovery password gets one; one that has some already, as of Windows' own Device Encryption, keeps them. Each that is not yet in escrow by a
    receipt of this PC is sealed and escrowed; only with the receipts in hand the system volume is encrypted, or its protection turned on again. Then the PC says
    in its next report which recovery passwords the volume has. A second call finds everything done, and adds nothing.
    Where a step fails: a recovery password that this call has added is removed again, with its ciphertext, unless it has a receipt and something of the
    volume is encrypted: then it is what opens it. If another program has added one at the same time, all stay. One that was there before waits in the spool, because it is in force. If Windows refuses to remove one,
    that is a warning.
    Errors: no_bitlocker, no_volume, no_tpm, volume_locked, only_system_volume, not_readable, not_applied, not_connected, restarting, and those of Get-TotlTenantKey and
    Send-TotlSecret. In Invoke-TotlPhase they are reported, and your script goes on.
    .PARAMETER Volume
    The volume, such as C:, which C and C:\ name too. Only the system volume is encrypted; of another one the recovery passwords that it has are escrowed.
    .PARAMETER Renew
    Adds a new recovery password, and removes those of this PC's own receipts once the new one has a receipt: as after somebody has read one to a caller.
    .PARAMETER EscrowOnly
    Changes nothing about encryption and protection.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    Invoke-TotlPhase bitlocker { Protect-TotlBitLocker C: }
    .OUTPUTS
    Volume; Escrowed: the protectors that this call has escrowed; Removed: those that it has removed; Encrypted: whether it has begun to encrypt.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [ValidateLength(1, 64)] [string] $Volume = 'C:',
        [switch] $Renew,
        [switch] $EscrowOnly,
        $Session = $null
    )
    $ErrorActionPreference = 'Stop'
    $totl = Assert-TotlConnected $Session
    $Volume = Get-TotlDrive $Volume
    $found = Get-TotlVolume $Volume
    if ($found.IsLocked) { throw (New-TotlError 'volume_locked' ('{0} is locked: unlock it first.' -f $Volume)) }
    if ($found.IsPlain -and -not $found.IsSystem) { throw (New-TotlError 'only_system_volume' ('{0} is not encrypted, and only the system volume is encrypted by this command.' -f $Volume)) }
    $encrypts = $found.IsSystem -and $found.IsPlain -and -not $EscrowOnly
    if ($encrypts -and -not (Test-TotlTpm)) { throw (New-TotlError 'no_tpm' 'This PC has no TPM that is ready: turn it on in the firmware, then run this again.') }
    $key = Get-TotlTenantKey -Session $totl
    $receipts = Get-TotlEscrowed $totl
    $own = @($found.Recovery | Where-Object { $receipts.ContainsKey($_.Id) })
    $added = $null
    if ($Renew -or ($found.Recovery.Count -eq 0 -and -not ($EscrowOnly -and $found.IsPlain))) {
        try { $added = Add-TotlRecovery $Volume }
        catch { throw (New-TotlError 'not_applied' ('Windows added no recovery password to {0}, or does not show it: {1}' -f $Volume, (Hide-TotlSecrets $totl $_.Exception.Message))) }
        if ($null -eq $added) { throw (New-TotlError 'not_applied' ('Windows added no recovery password to {0}.' -f $Volume)) }
    }
    $escrowed = @()
    try {
        # As it is now: somebody else may have added one meanwhile.
        if ($null -ne $added) { $found = Get-TotlVolume $Volume }
        foreach ($one in @(Get-TotlUnescrowed $found $receipts $added)) {
            [void] (Send-TotlProtector $totl $key $Volume $one)
            $escrowed += $one.Id
        }
        if ($encrypts) { Enable-TotlEncryption $Volume }
        elseif ($found.IsSystem -and -not $found.IsPlain -and -not $found.IsProtected -and -not $EscrowOnly) { Resume-TotlEncryption $Volume $found.HasTpm }
    }
    catch {
        $failure = $_
        if ($null -ne $added) { Undo-TotlRecovery $totl $Volume $added $escrowed $failure }
        Save-TotlVolumesNow $totl
        if ((Get-TotlCode $failure) -ne '') { throw $failure }
        throw (New-TotlError 'not_applied' ('Windows did not protect {0}: {1}' -f $Volume, (Hide-TotlSecrets $totl $failure.Exception.Message)))
    }
    $removed = @()
    if ($null -ne $added) { $removed = @(Remove-TotlReplaced $totl $Volume $added $own) }
    Save-TotlVolumesNow $totl
    if ($escrowed.Count -eq 0) { Add-TotlOwnEvent $totl ('The recovery passwords of {0} are in escrow already' -f $Volume) 'message' 'info' $totl.Phase }
    else { Add-TotlOwnEvent $totl ('Recovery passwords of {0} now in escrow: {1}' -f $Volume, (Get-TotlShortIds $escrowed)) 'message' 'info' $totl.Phase }
    [pscustomobject] @{ Volume = $Volume; Escrowed = $escrowed; Removed = $removed; Encrypted = $encrypts }
}
