# The file by which a run goes on after a restart, or in Windows after WinPE: which run it is, its plan, and which of its phases are done. It is
# in the spool, beside the events from which the next number follows, so that moving the folder moves the run (docs/engine-windows.md).
$script:HandoverMaxAgeMs = [long] 604800000
# How the build has ended whose run a check goes on with; open: it has not.
$script:BuildEnds = @('succeeded', 'failed', 'open')

# Where a session keeps it: checks of a PC in use have a file of their own.
function Get-TotlHandoverPath {
    param([string] $Folder, [bool] $Check)
    $name = if ($Check) { 'check.json' } else { 'handover.json' }
    Join-Path -Path $Folder -ChildPath $name
}

# Texts of a list that fit a pattern; anything else is left out.
function Get-TotlNames {
    param($List)
    foreach ($one in @($List)) { if (Test-TotlText $one $script:PhasePattern) { $one } }
}

# What such a file says, or null: there is none, or it is another PC's, as in an image.
function Read-TotlHandoverFile {
    param([string] $Path, [string] $MachineId)
    $text = Read-TotlEntry $Path
    if ($null -eq $text) { return $null }
    $json = ConvertFrom-Json -InputObject $text
    $run = Get-TotlMember $json 'run'
    $at = Get-TotlMember $json 'at'
    if (-not (Test-TotlText $run $script:UuidPattern) -or -not (Test-TotlInteger $at 0)) { return $null }
    if (-not (Test-TotlSame (Get-TotlMember $json 'machine') $MachineId)) { return $null }
    $restarts = Get-TotlMember $json 'restarts'
    if (-not (Test-TotlInteger $restarts 0)) { $restarts = 0 }
    $build = Get-TotlMember $json 'build'
    if (-not (Test-TotlOneOf $build $script:BuildEnds)) { $build = '' }
    [pscustomobject] @{
        Run      = $run
        Phases   = @(Get-TotlNames (Get-TotlMember $json 'phases'))
        Done     = @(Get-TotlNames (Get-TotlMember $json 'done'))
        Failed   = @(Get-TotlNames (Get-TotlMember $json 'failed'))
        Restarts = [long] $restarts
        Build    = $build
        At       = [decimal] $at
    }
}

# Whether the spool has more of a run than its handover: otherwise the numbers of its events would begin again, and the server would take them for those
# that it has.
function Test-TotlKnownRun {
    param([string] $Folder, [string] $RunId)
    $id = Get-TotlRunId $Folder $RunId
    [System.IO.File]::Exists((Get-TotlSpoolPath $Folder 'runs' ($id + '.json'))) -or [System.IO.File]::Exists((Get-TotlSpoolPath $Folder 'runs' ($id + '.ndjson')))
}

# The run that goes on here, or null: also where nobody has gone on with it for a week. A check goes on with the run of the PC's build, so that it
# never takes that run's place; without one that the spool knows, checks have a run of their own. They go on for ever.
function Read-TotlHandover {
    param([string] $Folder, [bool] $Check, [string] $MachineId)
    $kept = Read-TotlHandoverFile (Get-TotlHandoverPath $Folder $false) $MachineId
    if (-not $Check) {
        if ($null -eq $kept -or [Math]::Abs((Get-TotlNow) - $kept.At) -gt $script:HandoverMaxAgeMs) { return $null }
        if (Test-TotlKnownRun $Folder $kept.Run) { return $kept }
        Write-Warning -Message 'The spool has the handover of a run and nothing else of it: a new run begins. Move the folder as a whole.'
        return $null
    }
    if ($null -ne $kept) {
        # It is under way, or was left: its phases are not the check's.
        $kept.Build = 'open'
        $kept.Done = @()
        $kept.Failed = @()
    }
    else { $kept = Read-TotlHandoverFile (Get-TotlHandoverPath $Folder $true) $MachineId }
    if ($null -eq $kept -or -not (Test-TotlKnownRun $Folder $kept.Run)) { return $null }
    $kept
}

function Save-TotlHandover {
    param($Session)
    $kept = [ordered] @{
        version  = 1
        run      = $Session.RunId
        machine  = $Session.Machine.id
        phases   = @($Session.Phases)
        done     = @($Session.Done)
        failed   = @($Session.Failed)
        restarts = $Session.Restarts
        at       = Get-TotlNow
    }
    if ($Session.Build -ne '') { $kept['build'] = $Session.Build }
    Write-TotlAlone $Session.SpoolPath (Get-TotlHandoverPath $Session.SpoolPath $Session.Check) (ConvertTo-TotlJson $kept)
}

# Has the checks of this PC go on in the run of a build that has ended.
function Save-TotlCheckHandover {
    param($Session, [bool] $Succeeded)
    $kept = [ordered] @{
        version  = 1
        run      = $Session.RunId
        machine  = $Session.Machine.id
        phases   = @($Session.Phases)
        done     = @()
        failed   = @()
        restarts = 0
        at       = Get-TotlNow
        build    = if ($Succeeded) { 'succeeded' } else { 'failed' }
    }
    Write-TotlAlone $Session.SpoolPath (Get-TotlHandoverPath $Session.SpoolPath $true) (ConvertTo-TotlJson $kept)
}

# After the end of a run: its handover goes, and what is acknowledged leaves the spool. A later check says how the PC is after this run.
function Close-TotlRun {
    param($Session, [bool] $Succeeded)
    $folder = $Session.SpoolPath
    if ($Session.Check) { Save-TotlHandover $Session }
    else {
        $before = Read-TotlHandoverFile (Get-TotlHandoverPath $folder $true) $Session.Machine.id
        Save-TotlCheckHandover $Session $Succeeded
        $path = Get-TotlHandoverPath $folder $false
        if ([System.IO.File]::Exists($path)) { Remove-Item -LiteralPath $path -Force }
        if ($null -ne $before -and -not (Test-TotlSame $before.Run $Session.RunId)) { [void] (Complete-TotlRun -Session $Session -RunId $before.Run) }
    }
    if ($Session.Build -ne 'open') { Remove-TotlSentEvents $folder (Get-TotlRunId $folder $Session.RunId) }
    Remove-TotlEnded $Session
}
