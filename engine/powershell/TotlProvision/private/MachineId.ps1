# Which id a PC reports under: its SMBIOS UUID, unless that is blank or known to be shared; else a random one that the spool keeps.
# What many PCs share is listed in SharedIds.ps1.

# A UUID with its first three groups in the other byte order: before SMBIOS 2.6 nobody had said which it is.
function Get-TotlTurned {
    param([string] $Uuid)
    $turned = ''
    foreach ($at in @(6, 4, 2, 0, 8, 11, 9, 13, 16, 14)) {
        if ($at -eq 8) { $turned += '-' }
        elseif ($at -eq 13) { $turned += '-' }
        else { $turned += $Uuid.Substring($at, 2) }
    }
    $turned + $Uuid.Substring(18)
}

# Whether a text is listed, or is whole what one of the patterns has.
function Test-TotlListed {
    param([string] $Text, [string] $Bare, [string[]] $Values, [string[]] $Patterns)
    if ([Array]::IndexOf($Values, $Text) -ge 0) { return $true }
    foreach ($pattern in $Patterns) { if ($Bare -cmatch ('^(?:' + $pattern + ')\z')) { return $true } }
    $false
}

# Whether a lower-case UUID is one that several PCs have, so that it names none of them.
function Test-TotlSharedId {
    param([string] $Uuid)
    foreach ($id in @($Uuid, (Get-TotlTurned $Uuid))) {
        if (Test-TotlListed $id ($id -creplace '-', '') $script:SharedUuids $script:SharedUuidPatterns) { return $true }
    }
    $false
}

# A serial number; null where it is blank, or what firmware leaves in its place.
function Get-TotlSerial {
    param($Serial)
    if ($Serial -isnot [string]) { return $null }
    $text = ($Serial.Trim() -creplace '\s+', ' ').ToLowerInvariant()
    if (Test-TotlListed $text $text $script:PlaceholderSerials $script:PlaceholderSerialPatterns) { return $null }
    $Serial
}

# The id that an SMBIOS UUID gives, in lower case; null where it is of no use.
function Get-TotlSmbiosId {
    param($Uuid)
    if ($Uuid -isnot [string]) { return $null }
    $id = $Uuid.Trim().ToLowerInvariant()
    if (-not (Test-TotlText $id $script:UuidPattern)) { return $null }
    if (Test-TotlSharedId $id) { return $null }
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
