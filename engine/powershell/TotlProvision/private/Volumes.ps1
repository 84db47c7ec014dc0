# What this PC says about its volumes in a report, and which of its recovery passwords its own receipts are for.

# The list at the end of a run's envelope, with its comma; empty if there is none. In a text, quotes have a backslash, so that nothing else looks like it.
function Get-TotlVolumesText {
    param([string] $Envelope)
    $found = [regex]::Match($Envelope, ',"volumes":\{"readAt":[0-9]+,"list":\[.*\]\}(?=\}\s*\z)')
    $found.Value
}

# An envelope with another list, or with none.
function Set-TotlVolumesText {
    param([string] $Envelope, [string] $Volumes)
    $plain = $Envelope.TrimEnd()
    $before = Get-TotlVolumesText $plain
    if ($before.Length -gt 0) { $plain = $plain.Replace($before, '') }
    $plain.Substring(0, $plain.Length - 1) + $Volumes + '}'
}

# A drive as BitLocker names it, however people write its letter; anything else as it is.
function Get-TotlDrive {
    param([string] $Volume)
    if ($Volume -cmatch '^[A-Za-z]:?\\?\z') { return $Volume.Substring(0, 1).ToUpperInvariant() + ':' }
    $Volume
}

# The ids of a volume's recovery passwords, as the protocol writes them.
function Get-TotlProtectorIds {
    param($Volume)
    foreach ($one in $Volume.Recovery) { $one.Id }
}

# Puts the volumes as they are now into the run's envelope: the next report says them. At most 32 of 32, as the protocol has it.
function Save-TotlVolumes {
    param($Session, $Volumes)
    $list = @($Volumes | Where-Object { @($_.Recovery).Count -le 32 } | ForEach-Object { [ordered] @{ volume = $_.Name; protectors = @(Get-TotlProtectorIds $_) } })
    if ($list.Count -gt 32) { $list = $list[0..31] }
    $said = ',"volumes":' + (ConvertTo-TotlJson ([ordered] @{ readAt = Get-TotlNow; list = $list }))
    $path = Get-TotlSpoolPath $Session.SpoolPath 'runs' ((Get-TotlRunId $Session.SpoolPath $Session.RunId) + '.json')
    $envelope = Read-TotlEntry $path
    if ($null -eq $envelope) { return }
    Write-TotlAlone $Session.SpoolPath $path (Set-TotlVolumesText $envelope $said)
}

# By protector, the receipts that this PC has for recovery passwords. Those of another PC came with an image: what they are for is held as that one's.
# An older module wrote no machine into them.
function Get-TotlEscrowed {
    param($Session)
    $folder = $Session.SpoolPath
    $escrowed = @{}
    foreach ($eid in @(Get-TotlSpoolNames $folder 'receipts')) {
        $text = Read-TotlEntry (Get-TotlSpoolPath $folder 'receipts' ($eid + '.json'))
        if ($null -eq $text) { continue }
        $receipt = ConvertFrom-Json -InputObject $text
        $machine = Get-TotlMember $receipt 'machine'
        if ($null -ne $machine -and -not (Test-TotlSame $machine $Session.Machine.id)) { continue }
        $protector = Get-TotlMember (Get-TotlMember $receipt 'ref') 'protectorId'
        if (Test-TotlText $protector $script:UuidPattern) { $escrowed[$protector] = $eid }
    }
    $escrowed
}

# Seals and escrows one recovery password of this PC. Returns its receipt; throws what Send-TotlSecret throws.
function Send-TotlProtector {
    param($Session, $Key, [string] $Volume, $Protector)
    [System.Security.SecureString] $password = $Protector.Password
    if ($password.Length -eq 0) {
        throw (New-TotlError 'not_readable' ('Windows does not show the recovery password {0}: is the volume locked?' -f $Protector.Id))
    }
    [void] $Session.Known.Add($password)
    $about = @{ Session = $Session; Key = $Key; MachineId = $Session.Machine.id; RunId = $Session.RunId; ProtectorId = $Protector.Id; Volume = $Volume }
    $sealed = Protect-TotlSecret @about -Secret $password
    try { Send-TotlSecret -Session $Session -Sealed $sealed }
    catch {
        $_.Exception.Data['TotlEid'] = $sealed.Eid
        $_.Exception.Data['TotlProtector'] = $Protector.Id
        throw
    }
}

# Drops a ciphertext that waits: what it holds was never put into force, and later it would pass for what the PC has.
function Remove-TotlWaiting {
    param([string] $Folder, [string] $Eid)
    foreach ($kind in @('secrets', 'secrets/set-aside')) {
        $path = Get-TotlSpoolPath $Folder $kind ($Eid + '.json')
        if ([System.IO.File]::Exists($path)) { Remove-Item -LiteralPath $path -Force }
    }
}
