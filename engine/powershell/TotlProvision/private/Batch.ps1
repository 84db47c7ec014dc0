# Which events go into one report, and the lines of a spool file (docs/protocol.md), which holds for a person to carry what would have been sent.

# The next events to send: from nextSeq on, within the limits of one report.
function Get-TotlBatch {
    param($Events, [long] $NextSeq)
    $bytes = 0
    $count = 0
    foreach ($one in $Events) {
        if ($one.Seq -lt $NextSeq) { continue }
        $bytes += [System.Text.Encoding]::UTF8.GetByteCount($one.Line) + 1
        $count += 1
        if ($count -gt $script:ReportMaxEvents -or $bytes -gt $script:BatchMaxBytes) { break }
        $one
    }
}

# Every sealed secret without a receipt, including those set aside, then every unsent event in reports of at most 500.
function Get-TotlSpoolLines {
    param([string] $Folder)
    foreach ($eid in @(Get-TotlWaiting $Folder)) {
        $body = Read-TotlEntry (Get-TotlSpoolPath $Folder 'secrets' ($eid + '.json'))
        if ($null -ne $body) { '{"secret":' + $body + '}' }
    }
    foreach ($eid in @(Get-TotlAsideNames $Folder)) {
        '{"secret":' + (Read-TotlText (Get-TotlSpoolPath $Folder 'secrets/set-aside' ($eid + '.json'))) + '}'
    }
    foreach ($id in @(Get-TotlSpoolNames $Folder 'runs')) {
        $run = Read-TotlRun $Folder $id
        if ($null -eq $run) { continue }
        # An envelope is an object with members: its events follow inside its last brace.
        $open = $run.Envelope.TrimEnd()
        $open = $open.Substring(0, $open.Length - 1)
        $nextSeq = $run.NextSeq
        while ($true) {
            $batch = @(Get-TotlBatch $run.Events $nextSeq)
            if ($batch.Count -eq 0) { break }
            $lines = @($batch | ForEach-Object { $_.Line }) -join ','
            '{"report":' + $open + ',"events":[' + $lines + ']}}'
            $nextSeq = $batch[-1].Seq + 1
        }
    }
}
