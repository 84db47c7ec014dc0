function Add-TotlEvent {
    <#
    .SYNOPSIS
    Adds an event to a run.
    .DESCRIPTION
    The event is on disk when this returns; Send-TotlReport sends it. Its number follows the last one, even after a reboot.
    A message or data that does not fit is cleaned, cut and marked; this never throws.
    Never put a secret into an event: everybody who may see the fleet can read events.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER RunId
    From Start-TotlRun.
    .PARAMETER Message
    What happened, for people: at most 4096 characters. Anything that is not text is turned into text.
    .PARAMETER Type
    What kind of event it is. An event whose type begins with phase_ must name its phase.
    .PARAMETER Level
    How serious it is.
    .PARAMETER Phase
    The phase that it belongs to, in lower-case letters, digits and _: anything else is converted.
    .PARAMETER Data
    Further members: text, numbers, truth values, lists of text. Anything else becomes text.
    .EXAMPLE
    Add-TotlEvent -Session $session -RunId $run -Type phase_started -Phase rename -Message 'Renaming to ACM-LT-0142'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [Parameter(Mandatory = $true)] [string] $RunId,
        [Parameter(Mandatory = $true)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] $Message,
        [ValidateSet('message', 'run_started', 'phase_started', 'phase_succeeded', 'phase_failed', 'phase_skipped', 'reboot', 'run_succeeded', 'run_failed')]
        [string] $Type = 'message',
        [ValidateSet('debug', 'info', 'warning', 'error')] [string] $Level = 'info',
        [string] $Phase = '',
        $Data
    )
    $ErrorActionPreference = 'Stop'
    if (-not (Test-TotlText $RunId $script:UuidPattern)) { throw 'There is no such run in the spool: begin it with Start-TotlRun.' }
    $RunId = Get-TotlRunId $Session.SpoolPath $RunId
    $mended = @()
    # ValidateSet ignores case; the wire does not.
    $entry = [ordered] @{ seq = [long] 0; at = Get-TotlNow; level = $Level.ToLowerInvariant(); type = $Type.ToLowerInvariant() }
    $name = Get-TotlPhase $Phase
    if ($null -ne $name) { $entry['phase'] = $name }
    elseif ($Type -like 'phase_*') { Write-Warning -Message 'An event that begins or ends a phase should name it.' }
    if (-not (Test-TotlSame ([string] $name) $Phase) -or ($null -eq $name -and $Type -like 'phase_*')) { $mended += 'phase' }
    $text = Get-TotlMessage $Message
    $entry['message'] = $text.Value
    if ($text.Changed) { $mended += 'message' }
    if ($null -ne $Data) {
        # Leaves room for its number, and for the mark that it was mended.
        $data = Get-TotlData $Data ($script:EventMaxBytes - (ConvertTo-TotlUtf8 (ConvertTo-TotlJson $entry)).Length - 100)
        $entry['data'] = $data.Value
        if ($data.Changed) { $mended += 'data' }
    }
    if ($mended.Count -gt 0) { $entry['mended'] = $mended }
    $alone = Enter-TotlSpool $Session.SpoolPath
    try {
        $run = Read-TotlRun $Session.SpoolPath $RunId
        if ($null -eq $run) { throw 'There is no such run in the spool: begin it with Start-TotlRun.' }
        # After the last one in the file, and after all that the server has: the end of a damaged file may be gone.
        $seq = $run.NextSeq
        if ($run.Events.Count -gt 0 -and $run.Events[-1].Seq -ge $seq) { $seq = $run.Events[-1].Seq + 1 }
        if ($seq -gt $script:SeqMax) {
            Write-Warning -Message 'An event was left out: a run has at most 1,000,000.'
            return
        }
        $entry['seq'] = $seq
        Add-TotlLine (Get-TotlSpoolPath $Session.SpoolPath 'runs' ($RunId + '.ndjson')) (ConvertTo-TotlJson $entry)
    }
    finally { $alone.Dispose() }
}
