# Which id a PC reports under: its SMBIOS UUID, unless that is blank or known to be shared; otherwise a random one that the spool keeps.
# SharedIds.ps1 lists the ids that many PCs share.

# A UUID with its first three groups in the other byte order: before SMBIOS 2.6 the order was not specified.
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

# Whether a text is listed, or matches one of the patterns as a whole.
function Test-TotlListed {
    param([string] $Text, [string] $Bare, [string[]] $Values, [string[]] $Patterns)
    if ([Array]::IndexOf($Values, $Text) -ge 0) { return $true }
    foreach ($pattern in $Patterns) { if ($Bare -cmatch ('^(?:' + $pattern + ')\z')) { return $true } }
    $false
}

# Whether a lower-case UUID is one that several PCs have, so that it identifies none of them.
function Test-TotlSharedId {
    param([string] $Uuid)
    foreach ($id in @($Uuid, (Get-TotlTurned $Uuid))) {
        if (Test-TotlListed $id ($id -creplace '-', '') $script:SharedUuids $script:SharedUuidPatterns) { return $true }
    }
    $false
}

# A serial number; null if it is blank, or a placeholder left by firmware.
function Get-TotlSerial {
    param($Serial)
    if ($Serial -isnot [string]) { return $null }
    $text = ($Serial.Trim() -creplace '\s+', ' ').ToLowerInvariant()
    if (Test-TotlListed $text $text $script:PlaceholderSerials $script:PlaceholderSerialPatterns) { return $null }
    $Serial
}

# The id that an SMBIOS UUID gives, in lower case; null if it is unusable.
function Get-TotlSmbiosId {
    param($Uuid)
    if ($Uuid -isnot [string]) { return $null }
    $id = $Uuid.Trim().ToLowerInvariant()
    if (-not (Test-TotlText $id $script:UuidPattern)) { return $null }
    if (Test-TotlSharedId $id) { return $null }
    $id
}

# The id kept in the spool; it is made if there is none.
function Get-TotlKeptId {
    param([string] $Folder)
    $path = Join-Path -Path $Folder -ChildPath 'machine-id'
    # Two processes that begin at once must get the same id.
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

# This PC's id. An id in the spool stays, whatever the firmware says later: an id must not change during a PC's life.
function Get-TotlMachineId {
    param([string] $Folder, $SmbiosUuid)
    $kept = Read-TotlWord (Join-Path -Path $Folder -ChildPath 'machine-id')
    if (Test-TotlText $kept $script:UuidPattern) { return $kept }
    $id = Get-TotlSmbiosId $SmbiosUuid
    if ($null -ne $id) { return $id }
    Get-TotlKeptId $Folder
}
