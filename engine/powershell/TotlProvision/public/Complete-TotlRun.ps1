function Complete-TotlRun {
    <#
    .SYNOPSIS
    Removes a run from the spool that is over and wholly acknowledged.
    .DESCRIPTION
    A run with unsent events stays: send them first, or export the spool.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER RunId
    From Start-TotlRun.
    .EXAMPLE
    Complete-TotlRun -Session $session -RunId $run
    .OUTPUTS
    Whether the run has left the spool.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [Parameter(Mandatory = $true)] [string] $RunId
    )
    $ErrorActionPreference = 'Stop'
    if (-not (Test-TotlText $RunId $script:UuidPattern)) { throw 'RunId must be a lower-case UUID.' }
    $own = Get-TotlRunId $Session.SpoolPath $RunId
    # Another process may be adding an event to it.
    $alone = Enter-TotlSpool $Session.SpoolPath
    try {
        $run = Read-TotlRun $Session.SpoolPath $own
        if ($null -eq $run) { return $true }
        if (@(Get-TotlBatch $run.Events $run.NextSeq).Count -gt 0) { return $false }
        foreach ($id in @($own, $RunId)) {
            foreach ($ending in @('.json', '.ndjson', '.next', '.halt')) {
                $path = Get-TotlSpoolPath $Session.SpoolPath 'runs' ($id + $ending)
                if ([System.IO.File]::Exists($path)) { Remove-Item -LiteralPath $path -Force }
            }
        }
        $true
    }
    finally { $alone.Dispose() }
}
