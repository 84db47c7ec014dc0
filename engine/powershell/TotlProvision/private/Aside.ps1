# What was set aside: runs that cannot go on, and sealed secrets that were refused. All of it is kept and exported, and the next session tries it again.

# Why a run is not sent, and under which id it goes on as this PC's own; null for most.
function Read-TotlHalt {
    param([string] $Folder, [string] $RunId)
    $text = Read-TotlEntry (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.halt'))
    if ($null -eq $text) { return $null }
    ConvertFrom-Json -InputObject $text
}

# Keeps a run out of the way of the others.
function Save-TotlHalt {
    param([string] $Folder, [string] $RunId, $Halt)
    Write-TotlAlone $Folder (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.halt')) (ConvertTo-TotlJson $Halt)
}

# The id under which a run goes on: its own, unless the run was another PC's.
function Get-TotlRunId {
    param([string] $Folder, [string] $RunId)
    $own = Get-TotlMember (Read-TotlHalt $Folder $RunId) 'own'
    if (Test-TotlText $own $script:UuidPattern) { return $own }
    $RunId
}

# Whether another PC's run goes on as this run.
function Test-TotlOwnOfAnother {
    param([string] $Folder, [string] $RunId)
    foreach ($id in @(Get-TotlSpoolNames $Folder 'runs' '.halt')) {
        if (-not (Test-TotlSame $id $RunId) -and (Test-TotlSame (Get-TotlRunId $Folder $id) $RunId)) { return $true }
    }
    $false
}

# The id under which another PC's run goes on here: always the same, so that a kill makes no second run of it.
function Get-TotlOwnRunId {
    param([string] $RunId, [string] $MachineId)
    $hex = ConvertTo-TotlHex (Get-TotlSha256 (ConvertTo-TotlUtf8 ($RunId + "`n" + $MachineId)))
    '{0}-{1}-8{2}-8{3}-{4}' -f $hex.Substring(0, 8), $hex.Substring(8, 4), $hex.Substring(13, 3), $hex.Substring(17, 3), $hex.Substring(20, 12)
}

# Continues a run as one of this PC's own: unsent events are numbered anew. Returns its id, or null if the run has left the spool.
function Copy-TotlRun {
    param([string] $Folder, [string] $RunId)
    $alone = Enter-TotlSpool $Folder
    try {
        # Read again: events may have come meanwhile, and another process may have done the same.
        $run = Read-TotlRun $Folder $RunId
        if ($null -eq $run) { return $null }
        $own = Get-TotlMember $run.Halt 'own'
        if (Test-TotlText $own $script:UuidPattern) { return $own }
        $machine = Get-TotlMember (ConvertFrom-Json -InputObject $run.Envelope) 'machine'
        $own = Get-TotlOwnRunId $RunId ([string] (Get-TotlMember $machine 'id'))
        $seq = 0
        $last = [long] 0
        $lines = foreach ($one in $run.Events) {
            $last = $one.Seq
            # A line begins with its number: all our engines write it so.
            if ($one.Seq -lt $run.NextSeq -or $one.Line -cnotmatch '^\{"seq":[0-9]+') { continue }
            $seq += 1
            ($one.Line -creplace '^\{"seq":[0-9]+', ('{"seq":' + $seq)) + "`n"
        }
        Write-TotlWhole (Get-TotlSpoolPath $Folder 'runs' ($own + '.ndjson')) (@($lines) -join '')
        # The other PC's list of its volumes does not apply to this one.
        Write-TotlWhole (Get-TotlSpoolPath $Folder 'runs' ($own + '.json')) (Set-TotlVolumesText $run.Envelope.Replace($RunId, $own) '')
        $halt = ConvertTo-TotlJson ([ordered] @{ code = 'run_conflict'; own = $own })
        Write-TotlWhole (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.halt')) $halt
        Write-TotlWhole (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.next')) ([string] ($last + 1))
        $own
    }
    finally { $alone.Dispose() }
}

# The eids of sealed secrets that were set aside, without those that were set aside because they are damaged.
function Get-TotlAsideNames {
    param([string] $Folder)
    $aside = Join-Path -Path $Folder -ChildPath 'secrets/set-aside'
    if (-not [System.IO.Directory]::Exists($aside)) { return }
    foreach ($eid in @(Get-TotlSpoolNames $Folder 'secrets/set-aside')) {
        try {
            $body = ConvertFrom-Json -InputObject (Read-TotlText (Get-TotlSpoolPath $Folder 'secrets/set-aside' ($eid + '.json')))
            $whole = (Test-TotlSame (Get-TotlMember $body 'eid') $eid) -and (Test-TotlText (Get-TotlMember $body 'sealed') '^.+\z')
        }
        catch { $whole = $false }
        if ($whole) { $eid }
    }
}

# Puts back everything that was set aside, to be tried again: the refusal may have come from a proxy, or from a server that knew less.
function Restore-TotlAside {
    param([string] $Folder)
    foreach ($eid in @(Get-TotlAsideNames $Folder)) {
        $name = $eid + '.json'
        Move-Item -LiteralPath (Get-TotlSpoolPath $Folder 'secrets/set-aside' $name) -Destination (Get-TotlSpoolPath $Folder 'secrets' $name) -Force
    }
    foreach ($id in @(Get-TotlSpoolNames $Folder 'runs' '.halt')) {
        if (Test-TotlSame (Get-TotlRunId $Folder $id) $id) { Remove-Item -LiteralPath (Get-TotlSpoolPath $Folder 'runs' ($id + '.halt')) -Force }
    }
}
