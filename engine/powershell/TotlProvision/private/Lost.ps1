# What a power cut has taken out of a spool: events that are missing between others, and runs whose envelope is gone.
$script:LostMessage = 'An event was lost on this PC before it was sent: its spool was damaged'

# How many numbers are missing between where the server wants to go on and the next event that exists. None if that is the one, or if no event follows.
function Get-TotlLostCount {
    param($Events, [long] $NextSeq)
    foreach ($one in $Events) { if ($one.Seq -ge $NextSeq) { return $one.Seq - $NextSeq } }
    0
}

# Puts events in their place that say that they are lost, so that the run can go on and people see that something is missing.
function Add-TotlLost {
    param([string] $Folder, [string] $RunId, [long] $From, [long] $Count)
    $now = Get-TotlNow
    $lines = for ($seq = $From; $seq -lt $From + $Count; $seq++) {
        ConvertTo-TotlJson ([ordered] @{ seq = $seq; at = $now; level = 'warning'; type = 'message'; message = $script:LostMessage; mended = @('lost') })
    }
    $alone = Enter-TotlSpool $Folder
    try { Add-TotlLine (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.ndjson')) (@($lines) -join "`n") } finally { $alone.Dispose() }
}

# Gives runs whose envelope is lost a plain one, so that what is left of their events can be sent.
function Repair-TotlRuns {
    param($Session)
    foreach ($id in @(Get-TotlSpoolNames $Session.SpoolPath 'runs' '.ndjson')) {
        $path = Get-TotlSpoolPath $Session.SpoolPath 'runs' ($id + '.json')
        if ($null -ne (Read-TotlEntry $path)) { continue }
        $events = @(Read-TotlEvents $Session.SpoolPath $id)
        if ($events.Count -eq 0) { continue }
        $read = @($events | ForEach-Object { ConvertFrom-Json -InputObject $_.Line })
        $startedAt = Get-TotlMember $read[0] 'at'
        if (-not (Test-TotlInteger $startedAt 0)) { $startedAt = Get-TotlNow }
        $phases = @()
        foreach ($one in $read) {
            $phase = Get-TotlMember $one 'phase'
            if ((Test-TotlText $phase $script:PhasePattern) -and [Array]::IndexOf($phases, $phase) -lt 0 -and $phases.Count -lt 32) { $phases += $phase }
        }
        $run = [ordered] @{ id = $id; startedAt = $startedAt; phases = $phases }
        Write-Warning -Message ('A run whose beginning is lost is sent with what is left of it: ' + $id)
        $envelope = [ordered] @{ machine = Get-TotlMachine -Session $Session; run = $run }
        Write-TotlAlone $Session.SpoolPath $path (ConvertTo-TotlJson $envelope)
    }
}
