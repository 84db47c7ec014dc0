function Invoke-TotlPhase {
    <#
    .SYNOPSIS
    Runs a phase of your script, and reports when it began, how it ended and how long it took.
    .DESCRIPTION
    The script block runs as if it stood there without this command: in your own scope, with your own preferences; what it returns is returned.
    If it throws, the phase has failed: the error is reported without anything that is or looks like a secret, and is thrown on, so that your script
    does what it would have done. Two kinds of error are a warning instead, and your script goes on: with -ContinueOnError, any; and always
    those of this product, which have a TotlCode, as where a secret could not be escrowed because the PC is offline.
    An exit code other than 0, 3010 and 1641 of the last program is a warning, on the PC and in the run; the phase has succeeded all the same.
    A phase that an earlier start of the script has done in this run is passed over, with a warning: nothing else is. A second phase of the same name in one
    script runs, with a warning, since both are shown as one. After Restart-Totl no block runs until the PC has restarted. Without a session the block runs, and
    nothing is reported.
    .PARAMETER Name
    The phase: lower-case letters, digits and _, a letter first, at most 32. Anything else is converted, with a warning; two names may become one.
    .PARAMETER Script
    What the phase does. If you restart the PC in it, it runs again from its beginning.
    .PARAMETER ContinueOnError
    Goes on with the next phase even if this one fails.
    .PARAMETER Again
    Runs the phase even if an earlier start of the script has done it.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    Invoke-TotlPhase apps { Install-OurApps }
    .EXAMPLE
    Invoke-TotlPhase local_admin { Protect-TotlLocalAdmin LocalAdmin -Create }
    .OUTPUTS
    What the script block returns.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)] [string] $Name,
        [Parameter(Mandatory = $true, Position = 1)] [scriptblock] $Script,
        [switch] $ContinueOnError,
        [switch] $Again,
        $Session = $null
    )
    $ErrorActionPreference = 'Stop'
    $totl = Get-TotlConnected $Session
    if ($null -eq $totl) {
        Write-Warning -Message ('The phase {0} is not reported: there is no session.' -f $Name)
        . $Script
        return
    }
    $totlPhase = Get-TotlPhase $Name
    if ($null -eq $totlPhase) { $totlPhase = 'phase' }
    if (-not (Test-TotlSame $totlPhase $Name)) { Write-Warning -Message ('The phase {0} is reported as {1}.' -f $Name, $totlPhase) }
    if ($totl.Restarting) {
        Write-Warning -Message ('Phase {0} waits until the PC has restarted.' -f $totlPhase)
        return
    }
    Add-TotlCall $totl $totlPhase
    if (-not $Again) {
        if ((Get-TotlCalls $totl $totlPhase) -le (Get-TotlTimes $totl.Before $totlPhase)) {
            $totlPassed = 'Phase {0} was done by an earlier start of the script, and is passed over' -f $totlPhase
            Add-TotlOwnEvent $totl $totlPassed 'message' 'info' $totlPhase
            Write-Warning -Message ($totlPassed + ': -Again runs it once more.')
            return
        }
        if ((Get-TotlTimes $totl.Done $totlPhase) -gt 0) {
            Write-Warning -Message ('The phase {0} is there twice, and is shown as one: give each phase a name of its own.' -f $totlPhase)
        }
    }
    $totlOuter = $totl.Phase
    $totl.Phase = $totlPhase
    Add-TotlOwnEvent $totl ('Phase {0} begins' -f $totlPhase) 'phase_started' 'info' $totlPhase
    $totlBegan = [System.Diagnostics.Stopwatch]::StartNew()
    $totlEnded = $false
    $global:LASTEXITCODE = 0
    try {
        . $Script
        $totlEnded = $true
        # One that restarts the PC is not done: it begins again.
        if (-not $totl.Restarting) { Add-TotlPhaseEnd $totl $totlPhase $totlBegan $global:LASTEXITCODE }
    }
    catch {
        # What is thrown by a write of our own is no error of the phase.
        if ($totlEnded) { Write-Warning -Message ('The end of a phase was not kept: ' + $_.Exception.Message) }
        else {
            $totlEnded = $true
            Add-TotlPhaseFailure $totl $totlPhase $totlBegan $_
            if (-not $ContinueOnError -and (Get-TotlCode $_) -eq '') { throw }
            Write-Warning -Message ('The phase {0} has failed: {1}' -f $totlPhase, (Hide-TotlSecrets $totl $_.Exception.Message))
        }
    }
    finally {
        # Left by exit, by break or by a person who has pressed Ctrl and C.
        if (-not $totlEnded -and -not $totl.Restarting) {
            $data = @{ durationMs = $totlBegan.ElapsedMilliseconds }
            Add-TotlOwnEvent $totl ('Phase {0} was broken off' -f $totlPhase) 'phase_failed' 'error' $totlPhase $data
            Complete-TotlPhase $totl $totlPhase $false
        }
        $totl.Phase = $totlOuter
    }
}
