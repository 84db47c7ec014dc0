# Sends a run's events as reports, from where the server wants to go on: the decisions of engine/send-run.ts.
$script:IdleRounds = 2
# A damaged file has lost a block or two. Beyond this it is not a gap but another file.
$script:LostMax = 10000

# The answer to a report, or null if it does not have the right form.
function Read-TotlReportAnswer {
    param($Reply)
    if ($Reply.Status -ne 200) { return $null }
    $accepted = Get-TotlMember $Reply.Json 'accepted'
    $rejected = Get-TotlMember $Reply.Json 'rejected'
    $nextSeq = Get-TotlMember $Reply.Json 'nextSeq'
    if (-not (Test-TotlInteger $accepted 0) -or -not (Test-TotlInteger $nextSeq 1) -or $rejected -isnot [array]) { return $null }
    [pscustomobject] @{ Accepted = $accepted; Rejected = $rejected; NextSeq = [long] $nextSeq }
}

# Warns about each rejected event, and why it was rejected. Its number is not used again (docs/protocol.md), so it is not sent again.
function Write-TotlRejected {
    param($Rejected)
    foreach ($one in $Rejected) {
        $seq = Get-TotlMember $one 'seq'
        $code = Get-TotlMember $one 'code'
        $field = Get-TotlMember $one 'field'
        # What a server says goes to a console, so it may only be numbers, codes and names of members.
        if (-not (Test-TotlInteger $seq 1)) { $seq = 'without a number' }
        if (-not (Test-TotlText $code '^[a-z_]{1,64}\z')) { $code = 'unknown' }
        if (-not (Test-TotlText $field '^[A-Za-z0-9_.\[\]-]{1,128}\z')) { $field = '' }
        Write-Warning -Message ('Event {0} was rejected: {1} ({2}).' -f $seq, $code, $field)
    }
}

# Sets a run aside: it stays where it is, and events that are added to it are kept with it; the next session tries it again.
function Stop-TotlRun {
    param($Session, $Run, [string] $Code, [string] $Message)
    Save-TotlHalt $Session.SpoolPath $Run.Id ([ordered] @{ code = $Code })
    Write-Warning -Message ('A run was set aside: {0} ({1})' -f $Run.Id, $Code)
    New-TotlRefusal 'rejected' $Message 'set_aside'
}

# What happens to a run whose report is refused. A clone of an image with a run in its spool meets run_conflict: the PC that the image was made of
# began the run, and here it goes on as one of this PC's own. This happens once, since the new run is nobody else's.
function Resolve-TotlRefusedRun {
    param($Session, $Run, [string] $Code)
    $message = 'The server refused the report ({0}).' -f $Code
    if (-not (Test-TotlOneOf $Code $script:SetAsideRefusals)) { return New-TotlRefusal 'rejected' $message }
    if (-not (Test-TotlSame $Code 'run_conflict') -or (Test-TotlOwnOfAnother $Session.SpoolPath $Run.Id)) {
        return Stop-TotlRun $Session $Run $Code $message
    }
    $own = Copy-TotlRun $Session.SpoolPath $Run.Id
    Write-Warning -Message ('A run in the spool is another PC''s; what is unsent of it goes on as {0}.' -f $own)
    [pscustomobject] @{ Ok = $true; Sent = 0; Rejected = 0; Own = $own }
}

# Sends a run's unsent events. Returns a refusal, or how many events were accepted and rejected, and the run that it goes on as, if any.
function Send-TotlRun {
    param($Session, $Run, [int] $Attempts = $script:Attempts)
    $sent = 0
    $rejected = 0
    $nextSeq = $Run.NextSeq
    # A server may go back to a gap once; after that it moves on with each round. If it does not, sending ends.
    $furthest = [long] 0
    for ($idle = 0; $idle -lt $script:IdleRounds; ) {
        $batch = @(Get-TotlBatch $Run.Events $nextSeq)
        if ($batch.Count -eq 0) { return [pscustomobject] @{ Ok = $true; Sent = $sent; Rejected = $rejected; Own = $null } }
        $lines = @($Run.Envelope) + @($batch | ForEach-Object { $_.Line })
        $reply = Invoke-TotlAsk $Session 'POST' '/v1/report' ($lines -join "`n") 'application/x-ndjson' $Attempts -Stamped
        if (-not $reply.Ok) { return $reply }
        if ($null -ne $reply.Code) { return Resolve-TotlRefusedRun $Session $Run $reply.Code }
        $answer = Read-TotlReportAnswer $reply
        if ($null -eq $answer) { return New-TotlStrange $reply.Status }
        $sent += $answer.Accepted
        $rejected += $answer.Rejected.Count
        Write-TotlRejected $answer.Rejected
        $nextSeq = $answer.NextSeq
        if ($nextSeq -gt $furthest) {
            $furthest = $nextSeq
            $idle = 0
        }
        else { $idle++ }
        Save-TotlNext $Session.SpoolPath $Run.Id $nextSeq
        $count = Get-TotlLostCount $Run.Events $nextSeq
        if ($count -gt $script:LostMax) { return Stop-TotlRun $Session $Run 'too_much_lost' 'Too much of this run is lost.' }
        if ($count -eq 0) { continue }
        # Only now: a number that the server has is not lost, whatever happened to it here.
        Write-Warning -Message ('{0} event(s) were lost before being sent, from {1} on.' -f $count, $nextSeq)
        Add-TotlLost $Session.SpoolPath $Run.Id $nextSeq $count
        $Run = Read-TotlRun $Session.SpoolPath $Run.Id
        if ($null -eq $Run) { return New-TotlRefusal 'rejected' 'The run has left the spool meanwhile.' 'set_aside' }
    }
    Stop-TotlRun $Session $Run 'goes_nowhere' 'The server does not go on with this run.'
}
