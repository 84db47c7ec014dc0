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
