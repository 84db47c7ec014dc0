# The session that Connect-Totl has made, so that a script need not pass it on, and what its commands add to a run. Nothing here stops the script
# that provisions: what fails is a warning.
$script:Connected = $null

# The session that was passed, or the connected one; null: there is none.
function Get-TotlConnected {
    param($Session)
    if ($null -ne $Session) { return $Session }
    $script:Connected
}

# The same, for a command that can do nothing without one, and begins nothing that a restart would cut off.
function Assert-TotlConnected {
    param($Session, [switch] $AlsoRestarting)
    $found = Get-TotlConnected $Session
    if ($null -eq $found) { throw (New-TotlError 'not_connected' 'There is no session: call Connect-Totl first.') }
    if ($null -eq $found.PSObject.Properties['RunId']) { throw (New-TotlError 'not_connected' 'This command needs a session from Connect-Totl.') }
    if ($found.Restarting -and -not $AlsoRestarting) { throw (New-TotlError 'restarting' 'The PC restarts: nothing is begun until it has.') }
    $found
}

# Adds an event to the connected run, without anything secret that is known or looks like it, and has it sent. A full disk is a warning.
function Add-TotlOwnEvent {
    param($Session, [string] $Message, [string] $Type = 'message', [string] $Level = 'info', [string] $Phase = '', $Data)
    try {
        $text = Hide-TotlSecrets $Session $Message
        $given = @{ Session = $Session; RunId = $Session.RunId; Message = $text; Type = $Type; Level = $Level; Phase = $Phase }
        if ($null -ne $Data) { $given['Data'] = Hide-TotlData $Session $Data }
        Add-TotlEvent @given
        Send-TotlSignal $Session
    }
    catch { Write-Warning -Message ('An event was not kept: ' + $_.Exception.Message) }
}

# Takes a phase into account that has ended.
function Set-TotlPhase {
    param($Session, [string] $Phase, [bool] $Succeeded)
    [System.Collections.ArrayList] $done = $Session.Done
    [System.Collections.ArrayList] $failed = $Session.Failed
    $failed.Remove($Phase)
    if (-not $Succeeded) { [void] $failed.Add($Phase) }
    # As often as it was called: after a restart that many calls are passed over, and none that never ran.
    elseif ((Get-TotlTimes $done $Phase) -lt [Math]::Max(1, (Get-TotlCalls $Session $Phase))) { [void] $done.Add($Phase) }
}

# How often a list names a phase.
function Get-TotlTimes {
    param($Names, [string] $Phase)
    @($Names | Where-Object { Test-TotlSame $_ $Phase }).Count
}

# Takes a call of a phase into account.
function Add-TotlCall {
    param($Session, [string] $Phase)
    [System.Collections.ArrayList] $calls = $Session.Calls
    [void] $calls.Add($Phase)
}

# How often this script has called a phase so far.
function Get-TotlCalls {
    param($Session, [string] $Phase)
    Get-TotlTimes $Session.Calls $Phase
}

# The same, remembered for after a restart.
function Complete-TotlPhase {
    param($Session, [string] $Phase, [bool] $Succeeded)
    Set-TotlPhase $Session $Phase $Succeeded
    try { Save-TotlHandover $Session } catch { Write-Warning -Message ('The handover was not kept: ' + $_.Exception.Message) }
}

# The phases of the plan that were never run.
function Get-TotlNotRun {
    param($Session)
    if ($Session.Check) { return }
    foreach ($phase in $Session.Phases) {
        if ((Get-TotlTimes $Session.Done $phase) + (Get-TotlTimes $Session.Failed $phase) -eq 0) { $phase }
    }
}

# The code of one of the product's own errors; empty for any other.
function Get-TotlCode {
    param($Failure)
    $code = $Failure.Exception.Data['TotlCode']
    if ($code -is [string]) { return $code }
    ''
}
