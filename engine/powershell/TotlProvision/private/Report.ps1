# Sends a run's events as reports, from where the server wants to go on.

# The answer to a report, or null where it has not its form.
function Read-TotlReportAnswer {
    param($Reply)
    if ($Reply.Status -ne 200) { return $null }
    $accepted = Get-TotlMember $Reply.Json 'accepted'
    $rejected = Get-TotlMember $Reply.Json 'rejected'
    $nextSeq = Get-TotlMember $Reply.Json 'nextSeq'
    if (-not (Test-TotlInteger $accepted 0) -or -not (Test-TotlInteger $nextSeq 1) -or $rejected -isnot [array]) { return $null }
    [pscustomobject] @{ Accepted = $accepted; Rejected = $rejected; NextSeq = [long] $nextSeq }
}

# Says of each rejected event which and why. Its number is out of use from now on (docs/protocol.md): it is not sent again.
function Write-TotlRejected {
    param($Rejected)
    foreach ($one in $Rejected) {
        $seq = Get-TotlMember $one 'seq'
        $code = Get-TotlMember $one 'code'
        $field = Get-TotlMember $one 'field'
        # What a server says goes to a console: numbers, codes and names of members, and nothing else.
        if (-not (Test-TotlInteger $seq 1)) { $seq = 'without a number' }
        if (-not (Test-TotlText $code '^[a-z_]{1,64}\z')) { $code = 'unknown' }
        if (-not (Test-TotlText $field '^[A-Za-z0-9_.\[\]-]{1,128}\z')) { $field = '' }
        Write-Warning -Message ('Event {0} was rejected: {1} ({2}).' -f $seq, $code, $field)
    }
}

# Sends what is unsent of a run. Gives a refusal, or how many events were accepted and rejected.
function Send-TotlRun {
    param($Session, $Run)
    $sent = 0
    $rejected = 0
    $nextSeq = $Run.NextSeq
    # Each round either moves on or goes back to a gap the server names; a server that does neither ends it.
    for ($rounds = $Run.Events.Count + 2; $rounds -gt 0; $rounds--) {
        $batch = @(Get-TotlBatch $Run.Events $nextSeq)
        if ($batch.Count -eq 0) { return [pscustomobject] @{ Ok = $true; Sent = $sent; Rejected = $rejected } }
        $lines = @($Run.Envelope) + @($batch | ForEach-Object { $_.Line })
        $reply = Invoke-TotlAsk $Session 'POST' '/v1/report' ($lines -join "`n") 'application/x-ndjson'
        if (-not $reply.Ok) { return $reply }
        $answer = Read-TotlReportAnswer $reply
        if ($null -eq $answer) {
            return New-TotlRefusal 'rejected' ('The server refused the report ({0}).' -f (Get-TotlReason $reply))
        }
        $sent += $answer.Accepted
        $rejected += $answer.Rejected.Count
        Write-TotlRejected $answer.Rejected
        $nextSeq = $answer.NextSeq
        Write-TotlWhole (Get-TotlSpoolPath $Session.SpoolPath 'runs' ($Run.Id + '.next')) ([string] $nextSeq)
    }
    New-TotlRefusal 'rejected' 'The server does not go on with this run.'
}
