function Add-TotlEvent {
    <#
    .SYNOPSIS
    Adds an event to a run.
    .DESCRIPTION
    The event is on disk when this returns; Send-TotlReport sends it. Its number follows on the last one, also after a reboot.
    Never put a secret into an event: events are readable to everybody who may see the fleet.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER RunId
    From Start-TotlRun.
    .PARAMETER Message
    What happened, for people.
    .PARAMETER Type
    What kind of event it is. One whose type begins with phase_ must name its phase.
    .PARAMETER Level
    How grave it is.
    .PARAMETER Phase
    The phase that it belongs to.
    .PARAMETER Data
    Further members: text, numbers, truth values, lists of text.
    .EXAMPLE
    Add-TotlEvent -Session $session -RunId $run -Type phase_started -Phase rename -Message 'Renaming to ACM-LT-0142'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [Parameter(Mandatory = $true)] [string] $RunId,
        [Parameter(Mandatory = $true)] [ValidateLength(1, 4096)] [string] $Message,
        [ValidateSet('message', 'run_started', 'phase_started', 'phase_succeeded', 'phase_failed', 'phase_skipped', 'reboot', 'run_succeeded', 'run_failed')]
        [string] $Type = 'message',
        [ValidateSet('debug', 'info', 'warning', 'error')] [string] $Level = 'info',
        [string] $Phase = '',
        [System.Collections.IDictionary] $Data
    )
    $ErrorActionPreference = 'Stop'
    $run = $null
    if (Test-TotlText $RunId $script:UuidPattern) { $run = Read-TotlRun $Session.SpoolPath $RunId }
    if ($null -eq $run) { throw 'There is no such run in the spool: begin it with Start-TotlRun.' }
    $seq = [long] 1
    if ($run.Events.Count -gt 0) { $seq = $run.Events[-1].Seq + 1 }
    if ($seq -gt $script:SeqMax) { throw 'A run has at most 1,000,000 events.' }
    # ValidateSet forgives case; the wire does not.
    $entry = [ordered] @{ seq = $seq; at = Get-TotlNow; level = $Level.ToLowerInvariant(); type = $Type.ToLowerInvariant() }
    if (-not [string]::IsNullOrEmpty($Phase)) {
        if (-not (Test-TotlText $Phase $script:PhasePattern)) { throw 'Phase must be of lower-case letters, digits and _.' }
        $entry['phase'] = $Phase
    }
    elseif ($Type -like 'phase_*') { throw 'A phase event must name its phase.' }
    $entry['message'] = $Message -creplace '[\x00-\x08\x0b-\x1f\x7f]', ' '
    if ($null -ne $Data) { $entry['data'] = $Data }
    $line = ConvertTo-TotlJson $entry
    if ((ConvertTo-TotlUtf8 $line).Length -gt $script:EventMaxBytes) { throw 'An event is at most 16 KiB.' }
    Add-TotlLine (Get-TotlSpoolPath $Session.SpoolPath 'runs' ($RunId + '.ndjson')) $line
}
