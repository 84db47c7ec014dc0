function Test-TotlEscrow {
    <#
    .SYNOPSIS
    Compares the recovery passwords that BitLocker has now with this PC's own receipts, and reports which there are.
    .DESCRIPTION
    Changes nothing about BitLocker. The server compares what is reported with what it holds, and shows people that a key is in force, or that the PC has one that
    is not held. Its answer to the PC is the same whatever it finds.
    A volume's State is: in_force; suspended, in escrow, with the protection off for now; plain, not encrypted; partly, a recovery password has no receipt;
    missing, none has one; none, encrypted without a recovery password. The last three are not all right.
    The result is about BitLocker alone. If it cannot be reported now, the result stands all the same.
    Errors: no_bitlocker, not_connected.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    Connect-Totl C:\ProgramData\TotlProvision\engine.json -Check
    (Test-TotlEscrow).Summary
    .OUTPUTS
    Ok: whether every volume is all right. Summary: one line of at most 2,000 characters. Volumes: each with Name, State, Live and Missing. Reported:
    whether the server has been told; it is not yet where the session sends in the background.
    #>
    [CmdletBinding()]
    param(
        $Session = $null
    )
    $ErrorActionPreference = 'Stop'
    $totl = Assert-TotlConnected $Session
    $volumes = @(Get-TotlVolumes)
    $receipts = Get-TotlEscrowed $totl
    $states = @($volumes | ForEach-Object { Get-TotlVolumeState $_ $receipts })
    $bad = @($states | Where-Object { [Array]::IndexOf($script:BadStates, $_.State) -ge 0 })
    $summary = Get-TotlEscrowSummary $states
    Save-TotlVolumes $totl $volumes
    $level = if ($bad.Count -gt 0) { 'error' } else { 'info' }
    Add-TotlOwnEvent $totl $summary 'message' $level $totl.Phase
    if ($totl.Check) { Set-TotlPhase $totl 'escrow' ($bad.Count -eq 0) }
    $isReported = $false
    if ($null -eq $totl.Sender) {
        try {
            [void] (Send-TotlReport -Session $totl)
            $isReported = $true
        }
        catch { Write-Warning -Message $_.Exception.Message }
    }
    [pscustomobject] @{ Ok = $bad.Count -eq 0; Summary = $summary; Volumes = $states; Reported = $isReported }
}
