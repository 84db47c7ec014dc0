function Disconnect-Totl {
    <#
    .SYNOPSIS
    Ends the run: says how it went, sends what is unsent, and forgets the session.
    .DESCRIPTION
    The run has succeeded if no phase of it has failed and each of its plan was run; a program's exit code is a warning of its phase, and fails nothing. What cannot be sent now stays in the spool, and goes with the next session, or in a file that
    Export-TotlSpool writes. After Restart-Totl the run is not ended: it goes on once the PC has restarted. This never throws.
    .PARAMETER Failed
    The run has failed, whatever its phases say.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    $end = Disconnect-Totl
    if (-not $end.Sent) { Write-Warning 'Not everything was sent.' }
    .OUTPUTS
    Run: its id. Succeeded: whether no phase has failed, and none of the plan is left. FailedPhases: which have failed. NotRun: which of the plan never ran.
    Restarting: whether the run goes on after a restart. Sent: whether nothing is unsent; if not, Why says what was in the way.
    #>
    [CmdletBinding()]
    param(
        [switch] $Failed,
        $Session = $null
    )
    $ErrorActionPreference = 'Stop'
    $totl = Get-TotlConnected $Session
    if ($null -eq $totl) {
        Write-Warning -Message 'There is no session to end.'
        return
    }
    $notRun = @(Get-TotlNotRun $totl)
    $succeeded = -not $Failed -and $totl.Failed.Count -eq 0 -and $notRun.Count -eq 0
    if (-not $totl.Restarting) {
        if ($totl.Check -and $totl.Build -ne '') { Add-TotlCheckEnd $totl }
        else { Add-TotlRunEnd $totl $succeeded $notRun }
    }
    Stop-TotlSender $totl
    $done = [pscustomobject] @{
        Run          = $totl.RunId
        Succeeded    = $succeeded
        FailedPhases = @($totl.Failed)
        NotRun       = $notRun
        Restarting   = $totl.Restarting
        Sent         = $false
        Why          = ''
    }
    # Each by itself: a secret that the server does not take now must not keep the end of the run from it.
    try { [void] (Send-TotlSecret -Session $totl -Pending) } catch { $done.Why = $_.Exception.Message }
    try { [void] (Send-TotlReport -Session $totl) } catch { $done.Why = $_.Exception.Message }
    if ($done.Why -ne '') { Write-Warning -Message $done.Why }
    else { $done.Sent = @(Get-TotlWaiting $totl.SpoolPath).Count -eq 0 }
    # Before the handover goes: the task of a restart that did not come would find none at a later start of Windows, and run every phase again.
    try { if (-not $totl.Restarting -and -not $totl.Check) { Unregister-TotlResume } } catch { Write-Warning -Message ('The task of a restart is still there: ' + $_.Exception.Message) }
    try { if (-not $totl.Restarting) { Close-TotlRun $totl $succeeded } } catch { Write-Warning -Message ('The run stays in the spool: ' + $_.Exception.Message) }
    if ($totl -eq $script:Connected) { $script:Connected = $null }
    $done
}
