function Send-TotlReport {
    <#
    .SYNOPSIS
    Sends every unsent event of the runs in the spool.
    .DESCRIPTION
    Continues where the server wants to go on, so that a resend is harmless. Tries again with exponential back-off and jitter.
    Warns about an event that the server rejects, and does not use its number again. Reports what a damaged spool has lost in its place. A run
    that cannot go on is set aside with a warning, and the others go on; the next session tries it again.
    Errors: offline, token_refused, tenant_suspended, rejected. What is unsent stays on disk.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER RunId
    Only this run.
    .EXAMPLE
    try { Send-TotlReport -Session $session } catch { Write-Warning $_.Exception.Message }
    .OUTPUTS
    How many events were accepted and rejected, and how many runs were set aside.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [string] $RunId = ''
    )
    $ErrorActionPreference = 'Stop'
    Repair-TotlRuns $Session
    $ids = @(Get-TotlSpoolNames $Session.SpoolPath 'runs')
    if (-not [string]::IsNullOrEmpty($RunId)) {
        $own = Get-TotlRunId $Session.SpoolPath $RunId
        $ids = @($ids | Where-Object { Test-TotlSame $_ $own })
    }
    $sent = 0
    $rejected = 0
    $setAside = 0
    $waiting = $null
    # A run that goes on as this PC's own is put after the others.
    for ($index = 0; $index -lt $ids.Count; $index++) {
        $run = Read-TotlRun $Session.SpoolPath $ids[$index]
        if ($null -eq $run -or $null -ne $run.Halt) { continue }
        # Once something has stood in the way, six tries for each of the others would take hours.
        $attempts = if ($null -eq $waiting) { $script:Attempts } else { 1 }
        $done = Send-TotlRun $Session $run $attempts
        if ($done.Ok) {
            $sent += $done.Sent
            $rejected += $done.Rejected
            if ($null -ne $done.Own) { $ids += $done.Own }
        }
        elseif ($done.Only -eq 'set_aside') { $setAside += 1 }
        elseif ($done.Only -eq 'waits') { if ($null -eq $waiting) { $waiting = $done } }
        else { [void] (Assert-TotlOk $done) }
    }
    if ($null -ne $waiting) { [void] (Assert-TotlOk $waiting) }
    [pscustomobject] @{ Sent = $sent; Rejected = $rejected; SetAside = $setAside }
}
