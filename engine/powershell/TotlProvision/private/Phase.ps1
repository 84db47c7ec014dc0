# How a phase has ended, as events.

# What installers say about a restart that is due, which is no failure.
$script:GoodExitCodes = @(0, 3010, 1641)

function Add-TotlPhaseEnd {
    param($Session, [string] $Phase, $Began, $ExitCode)
    $data = [ordered] @{ durationMs = $Began.ElapsedMilliseconds }
    $level = 'info'
    $message = 'Phase {0} is done' -f $Phase
    if ($ExitCode -is [int] -and $ExitCode -ne 0) {
        $data['exitCode'] = $ExitCode
        if ([Array]::IndexOf($script:GoodExitCodes, $ExitCode) -lt 0) {
            $level = 'warning'
            $message = 'Phase {0} is done; its last program ended with {1}' -f $Phase, $ExitCode
            Write-Warning -Message $message
        }
    }
    Add-TotlOwnEvent $Session $message 'phase_succeeded' $level $Phase $data
    Complete-TotlPhase $Session $Phase $true
}

# The error's own text and where it was: never the line of the script, which may have a password in it.
function Add-TotlPhaseFailure {
    param($Session, [string] $Phase, $Began, $Failure)
    $data = [ordered] @{ durationMs = $Began.ElapsedMilliseconds; error = [string] $Failure.FullyQualifiedErrorId }
    $at = $Failure.InvocationInfo
    if ($null -ne $at) {
        if (-not [string]::IsNullOrEmpty($at.ScriptName)) { $data['script'] = [System.IO.Path]::GetFileName($at.ScriptName) }
        $data['line'] = $at.ScriptLineNumber
    }
    Add-TotlOwnEvent $Session ([string] $Failure.Exception.Message) 'phase_failed' 'error' $Phase $data
    Complete-TotlPhase $Session $Phase $false
}

# How the run has ended.
function Add-TotlRunEnd {
    param($Session, [bool] $Succeeded, [string[]] $NotRun)
    if ($Succeeded) {
        Add-TotlOwnEvent $Session 'The run is done' 'run_succeeded'
        return
    }
    $why = @($Session.Failed)
    if ($NotRun.Count -gt 0) {
        $left = 'never run, though planned: ' + ($NotRun -join ', ')
        Write-Warning -Message ('The run has failed: ' + $left)
        $why += $left
    }
    $message = 'The run has failed'
    if ($why.Count -gt 0) { $message += ': ' + ($why -join ', ') }
    Add-TotlOwnEvent $Session $message 'run_failed' 'error'
}

# A check in the run of a build: one that succeeded is failed for as long as something is not in escrow, and no check hides that one has failed.
function Add-TotlCheckEnd {
    param($Session)
    $isBad = $Session.Failed.Count -gt 0
    if ($Session.Build -ne 'succeeded' -or $isBad -eq $Session.WasBad) { return }
    if ($isBad) { Add-TotlOwnEvent $Session 'A check has found recovery passwords that are not in escrow' 'run_failed' 'error' }
    else { Add-TotlOwnEvent $Session 'A check has found every recovery password in escrow again' 'run_succeeded' }
}
