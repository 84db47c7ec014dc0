# What is not yet acknowledged, on disk, in the layout of engine/spool.ts: events of runs, and sealed secrets until their receipt.
# It holds ciphertext only; a plaintext never gets here. Lines are kept and sent as they were written, and never rewritten.

# Makes the spool's folders.
function Initialize-TotlSpool {
    param([string] $Folder)
    New-TotlFolder $Folder
    foreach ($name in @('runs', 'secrets', 'receipts')) {
        [void] [System.IO.Directory]::CreateDirectory((Join-Path -Path $Folder -ChildPath $name))
    }
}

# Replaces a whole file while no other process writes into the spool.
function Write-TotlAlone {
    param([string] $Folder, [string] $Path, [string] $Text)
    $alone = Enter-TotlSpool $Folder
    try { Write-TotlWhole $Path $Text } finally { $alone.Dispose() }
}

# The path of an entry.
function Get-TotlSpoolPath {
    param([string] $Folder, [string] $Kind, [string] $Name)
    Join-Path -Path (Join-Path -Path $Folder -ChildPath $Kind) -ChildPath $Name
}

# The text of an entry, if it is one JSON object; otherwise null, and a damaged entry is set aside with a warning.
function Read-TotlEntry {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return $null }
    try {
        $text = Read-TotlText $Path
        if ((ConvertFrom-Json -InputObject $text) -is [System.Management.Automation.PSCustomObject]) { return $text }
    }
    # Not UTF-8 or not JSON: it is damaged, like an entry that is not an object.
    catch { $text = $null }
    Move-TotlAside $Path
    Write-Warning -Message ('A damaged spool entry was set aside: ' + [System.IO.Path]::GetFileName($Path))
    $null
}

# The pin: the root, the tenant and the highest epoch seen; null before the first key.
function Read-TotlPin {
    param([string] $Folder)
    $path = Join-Path -Path $Folder -ChildPath 'pin.json'
    $text = Read-TotlEntry $path
    if ($null -eq $text) { return $null }
    $pin = ConvertFrom-Json -InputObject $text
    $whole = (Test-TotlMembers $pin @('fingerprint', 'tenant', 'keyEpoch')) -and
        (Test-TotlText $pin.fingerprint $script:ThumbprintPattern) -and
        (Test-TotlText $pin.tenant $script:TenantPattern) -and
        (Test-TotlInteger $pin.keyEpoch 1)
    if ($whole) { return [pscustomobject] @{ Fingerprint = $pin.fingerprint; Tenant = $pin.tenant; KeyEpoch = [long] $pin.keyEpoch } }
    Move-TotlAside $path
    Write-Warning -Message 'A damaged spool entry was set aside: pin.json'
    $null
}

# Keeps the pin that a trusted key gives, if it differs from the one kept.
function Save-TotlPin {
    param([string] $Folder, $Key, $Known)
    $same = $null -ne $Known -and (Test-TotlSame $Known.Fingerprint $Key.Fingerprint) -and
        (Test-TotlSame $Known.Tenant $Key.Tenant) -and $Known.KeyEpoch -eq $Key.KeyEpoch
    if ($same) { return }
    $pin = [ordered] @{ fingerprint = $Key.Fingerprint; tenant = $Key.Tenant; keyEpoch = $Key.KeyEpoch }
    Write-TotlAlone $Folder (Join-Path -Path $Folder -ChildPath 'pin.json') (ConvertTo-TotlJson $pin)
}

# The events of a run by number, each with its line. A line that a kill cut off is dropped: nobody was told that it is kept.
function Read-TotlEvents {
    param([string] $Folder, [string] $RunId)
    $events = @(Read-TotlEventLines $Folder $RunId)
    for ($index = 1; $index -lt $events.Count; $index++) {
        # Only events that replace lost ones are out of order.
        if ($events[$index].Seq -lt $events[$index - 1].Seq) { return @($events | Sort-Object -Property Seq) }
    }
    $events
}

# The same events in the order of the file.
function Read-TotlEventLines {
    param([string] $Folder, [string] $RunId)
    foreach ($line in @(Read-TotlLines (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.ndjson')))) {
        $seq = $null
        try { $seq = Get-TotlMember (ConvertFrom-Json -InputObject $line) 'seq' } catch { $seq = $null }
        if (Test-TotlInteger $seq 1) { [pscustomobject] @{ Seq = [long] $seq; Line = $line } }
        else { Write-Warning -Message ('A damaged event was left out: ' + $RunId + '.ndjson') }
    }
}

# One run in the spool, or null: its envelope's text, its events, and where the server wants to go on.
function Read-TotlRun {
    param([string] $Folder, [string] $RunId)
    $envelope = Read-TotlEntry (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.json'))
    if ($null -eq $envelope) { return $null }
    $next = Read-TotlWord (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.next'))
    $nextSeq = [long] 1
    if (Test-TotlText $next '^[1-9][0-9]{0,8}\z') { $nextSeq = [long] $next }
    $halt = Read-TotlHalt $Folder $RunId
    [pscustomobject] @{ Id = $RunId; Envelope = $envelope; NextSeq = $nextSeq; Events = @(Read-TotlEvents $Folder $RunId); Halt = $halt }
}

# The ids of the entries of a kind, by name.
function Get-TotlSpoolNames {
    param([string] $Folder, [string] $Kind, [string] $Ending = '.json')
    $files = Get-ChildItem -LiteralPath (Join-Path -Path $Folder -ChildPath $Kind) -Filter ('*' + $Ending) -File
    foreach ($file in $files) { if (Test-TotlText $file.BaseName $script:UuidPattern) { $file.BaseName } }
}

# The next number in the engine's own count of what it seals: a later secret has a higher one, whatever the clock says. If the count is
# damaged, it continues from the clock's seconds, beyond any number that it had.
function Get-TotlNextOrder {
    param([string] $Folder)
    $path = Join-Path -Path $Folder -ChildPath 'sealed.count'
    $alone = Enter-TotlSpool $Folder
    try {
        $last = [long] 0
        if ([System.IO.File]::Exists($path)) {
            $text = Read-TotlWord $path
            if (Test-TotlText $text '^[0-9]{1,15}\z') { $last = [long] $text }
            else { $last = [long] [Math]::Floor((Get-TotlNow) / 1000) }
        }
        Write-TotlWhole $path ([string] ($last + 1))
    }
    finally { $alone.Dispose() }
    $last + 1
}

# Keeps a sealed secret until its receipt. What was sealed without a session has no number yet.
function Save-TotlSealed {
    param([string] $Folder, [string] $Eid, [string] $Body)
    $path = Get-TotlSpoolPath $Folder 'secrets' ($Eid + '.json')
    # If it is sent again, it stays as it was.
    if ([System.IO.File]::Exists($path)) { return }
    if ($Body -cnotmatch ',"order":[0-9]+,"sealed":') {
        $Body = $Body -creplace ',"sealed":', (',"order":{0},"sealed":' -f (Get-TotlNextOrder $Folder))
    }
    Write-TotlAlone $Folder $path $Body
}

# The eids of the sealed secrets that wait, in the order in which they were sealed. A secret from an older module has no number, and was first.
function Get-TotlWaiting {
    param([string] $Folder)
    $waiting = @(foreach ($eid in @(Get-TotlSpoolNames $Folder 'secrets')) {
            $body = Read-TotlEntry (Get-TotlSpoolPath $Folder 'secrets' ($eid + '.json'))
            if ($null -eq $body) { continue }
            $json = ConvertFrom-Json -InputObject $body
            $order = Get-TotlMember $json 'order'
            if (-not (Test-TotlInteger $order 1)) { $order = 0 }
            $place = '{0:d15} {1:d15}' -f [long] $order, (Get-TotlSealedAt (Get-TotlMember $json 'sealed'))
            [pscustomobject] @{ Eid = $eid; Place = $place }
        })
    $waiting | Sort-Object -Property Place | ForEach-Object { $_.Eid }
}

# The receipt is written first, then the ciphertext goes: a kill between the two costs a resend, never a secret.
function Complete-TotlSealed {
    param([string] $Folder, [string] $Eid, [string] $ReceiptText)
    Write-TotlAlone $Folder (Get-TotlSpoolPath $Folder 'receipts' ($Eid + '.json')) $ReceiptText
    $path = Get-TotlSpoolPath $Folder 'secrets' ($Eid + '.json')
    # Another process may have had the same receipt.
    if ([System.IO.File]::Exists($path)) { Remove-Item -LiteralPath $path -Force }
}

# Remembers where the server wants to go on.
function Save-TotlNext {
    param([string] $Folder, [string] $RunId, [long] $NextSeq)
    Write-TotlAlone $Folder (Get-TotlSpoolPath $Folder 'runs' ($RunId + '.next')) ([string] $NextSeq)
}
