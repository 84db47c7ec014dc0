function Send-TotlReport {
    <#
    .SYNOPSIS
    Sends every unsent event of the runs in the spool.
    .DESCRIPTION
    Goes on where the server wants to go on, so that a resend is harmless. Tries again with exponential back-off and jitter.
    An event that the server rejects is warned of, and its number is not used again.
    Errors: offline, token_refused, tenant_suspended, rejected. What is unsent stays on disk.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER RunId
    Only this run.
    .EXAMPLE
    try { Send-TotlReport -Session $session } catch { Write-Warning $_.Exception.Message }
    .OUTPUTS
    How many events were accepted and rejected.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [string] $RunId = ''
    )
    $ErrorActionPreference = 'Stop'
    $ids = @(Get-TotlSpoolNames $Session.SpoolPath 'runs')
    if (-not [string]::IsNullOrEmpty($RunId)) { $ids = @($ids | Where-Object { Test-TotlSame $_ $RunId }) }
    $sent = 0
    $rejected = 0
    foreach ($id in $ids) {
        $run = Read-TotlRun $Session.SpoolPath $id
        if ($null -eq $run) { continue }
        $done = Assert-TotlOk (Send-TotlRun $Session $run)
        $sent += $done.Sent
        $rejected += $done.Rejected
    }
    [pscustomobject] @{ Sent = $sent; Rejected = $rejected }
}
