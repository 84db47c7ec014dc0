# The file by which a run goes on after a restart, or in Windows after WinPE: which run it is, its plan, and which of its phases are done. It is
# in the spool, beside the events from which the next number follows, so that moving the folder moves the run (docs/engine-windows.md).
$script:HandoverMaxAgeMs = [long] 604800000

# Where a session keeps it: checks of a PC in use have a run of their own.
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

# The run that goes on here, or null: there is none, it is another PC's, as in an image, or nobody has gone on with it for a week. Checks go on for ever.
function Read-TotlHandover {
    param([string] $Folder, [bool] $Check, [string] $MachineId)
    $text = Read-TotlEntry (Get-TotlHandoverPath $Folder $Check)
    if ($null -eq $text) { return $null }
    $json = ConvertFrom-Json -InputObject $text
    $run = Get-TotlMember $json 'run'
    $at = Get-TotlMember $json 'at'
    if (-not (Test-TotlText $run $script:UuidPattern) -or -not (Test-TotlInteger $at 0)) { return $null }
    if (-not (Test-TotlSame (Get-TotlMember $json 'machine') $MachineId)) { return $null }
    if (-not $Check -and [Math]::Abs([decimal] ((Get-TotlNow) - $at)) -gt $script:HandoverMaxAgeMs) { return $null }
    $restarts = Get-TotlMember $json 'restarts'
    if (-not (Test-TotlInteger $restarts 0)) { $restarts = 0 }
    [pscustomobject] @{
        Run      = $run
        Phases   = @(Get-TotlNames (Get-TotlMember $json 'phases'))
        Done     = @(Get-TotlNames (Get-TotlMember $json 'done'))
        Failed   = @(Get-TotlNames (Get-TotlMember $json 'failed'))
        Restarts = [long] $restarts
    }
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
    Write-TotlAlone $Session.SpoolPath (Get-TotlHandoverPath $Session.SpoolPath $Session.Check) (ConvertTo-TotlJson $kept)
}

function Remove-TotlHandover {
    param([string] $Folder, [bool] $Check)
    $path = Get-TotlHandoverPath $Folder $Check
    if ([System.IO.File]::Exists($path)) { Remove-Item -LiteralPath $path -Force }
}

# How many events the run of all checks has before it makes room for another.
$script:CheckEventsMax = 500

# After the end of a run: its handover goes, and what is acknowledged leaves the spool. The run of checks goes on with the next check.
function Close-TotlRun {
    param($Session)
    if ($Session.Check) {
        $run = Read-TotlRun $Session.SpoolPath (Get-TotlRunId $Session.SpoolPath $Session.RunId)
        if ($null -ne $run -and $run.Events.Count -lt $script:CheckEventsMax) { return }
    }
    Remove-TotlHandover $Session.SpoolPath $Session.Check
    # A later check says how the PC is after this run.
    if (-not $Session.Check) { Remove-TotlHandover $Session.SpoolPath $true }
    [void] (Complete-TotlRun -Session $Session -RunId $Session.RunId)
}
