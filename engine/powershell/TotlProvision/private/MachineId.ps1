# Which id a PC reports under: its SMBIOS UUID, unless that is blank or known to be shared; else a random one that the spool keeps.
# What board makers leave in by mistake, and so many PCs share.
$script:SharedUuids = @(
    '00000000-0000-0000-0000-000000000000'
    'ffffffff-ffff-ffff-ffff-ffffffffffff'
    '00020003-0004-0005-0006-000700080009'
    '03000200-0400-0500-0006-000700080009'
    '12345678-1234-5678-90ab-cddeefaabbcc'
    '11111111-2222-3333-4444-555555555555'
)

# The id that an SMBIOS UUID gives, in lower case; null where it is of no use.
function Get-TotlSmbiosId {
    param($Uuid)
    if ($Uuid -isnot [string]) { return $null }
    $id = $Uuid.Trim().ToLowerInvariant()
    if (-not (Test-TotlText $id $script:UuidPattern)) { return $null }
    if ([Array]::IndexOf($script:SharedUuids, $id) -ge 0) { return $null }
    $id
}

# The id kept in the spool, made if there is none.
function Get-TotlKeptId {
    param([string] $Folder)
    $path = Join-Path -Path $Folder -ChildPath 'machine-id'
    # Two processes that begin at once are one PC.
    $alone = Enter-TotlSpool $Folder
    try {
        $kept = Read-TotlWord $path
        if (Test-TotlText $kept $script:UuidPattern) { return $kept }
        $made = New-TotlUuid
        Write-TotlWhole $path $made
        $made
    }
    finally { $alone.Dispose() }
}

# This PC's id. One that was kept stays, whatever the firmware says later: an id must not change within a PC's life.
function Get-TotlMachineId {
    param([string] $Folder, $SmbiosUuid)
    $kept = Read-TotlWord (Join-Path -Path $Folder -ChildPath 'machine-id')
    if (Test-TotlText $kept $script:UuidPattern) { return $kept }
    $id = Get-TotlSmbiosId $SmbiosUuid
    if ($null -ne $id) { return $id }
    Get-TotlKeptId $Folder
}
