# Runs that are over: once all of one is acknowledged it leaves the spool, but for the one that the checks of this PC go on in.
$script:EndTypes = @('run_succeeded', 'run_failed')

# Whether a run's last event ends it.
function Test-TotlEnded {
    param($Run)
    if ($Run.Events.Count -eq 0) { return $false }
    Test-TotlOneOf (Get-TotlMember (ConvertFrom-Json -InputObject $Run.Events[-1].Line) 'type') $script:EndTypes
}

# Takes the acknowledged events of a run out of the spool, which keeps its envelope and the number of the next one.
function Remove-TotlSentEvents {
    param([string] $Folder, [string] $RunId)
    # Another process may be adding an event to it.
    $alone = Enter-TotlSpool $Folder
    try {
        $run = Read-TotlRun $Folder $RunId
        if ($null -eq $run -or $run.Events.Count -eq 0 -or @(Get-TotlBatch $run.Events $run.NextSeq).Count -gt 0) { return }
        Remove-Item -LiteralPath (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.ndjson')) -Force
    }
    finally { $alone.Dispose() }
}

# Removes the runs that are over and wholly acknowledged: an earlier session may have ended offline, and a later one sent what it left.
function Remove-TotlEnded {
    param($Session)
    $folder = $Session.SpoolPath
    $goesOn = @(foreach ($check in @($true, $false)) {
            $kept = Read-TotlHandoverFile (Get-TotlHandoverPath $folder $check) $Session.Machine.id
            if ($null -ne $kept) { Get-TotlRunId $folder $kept.Run }
        })
    # First those that go on under another id, which leave together with it.
    foreach ($id in @(Get-TotlSpoolNames $folder 'runs' '.halt') + @(Get-TotlSpoolNames $folder 'runs')) {
        $own = Get-TotlRunId $folder $id
        if ([Array]::IndexOf($goesOn, $own) -ge 0) { continue }
        $run = Read-TotlRun $folder $own
        if ($null -ne $run -and $null -eq $run.Halt -and (Test-TotlEnded $run)) { [void] (Complete-TotlRun -Session $Session -RunId $id) }
    }
}
