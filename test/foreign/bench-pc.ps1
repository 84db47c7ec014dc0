# A PC on a bench without Windows: doubles of the cmdlets that change a PC, then the example, or lines as a person pastes them, and what the
# doubles were given. The doubles are global, because a module's own functions see no others.
# usage: pwsh -File bench-pc.ps1 -ConfigurationPath FILE -SpoolPath FOLDER [-Lines FILE]      prints one line of JSON, plaintexts included: for tests only
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $SpoolPath,
    [string] $Lines = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$global:given = @{ account = $null; password = $null; protector = [Guid]::NewGuid().ToString(); recovery = ''; encrypted = $false; added = $false; run = $null }
# Eight groups, each a number of 16 bits times 11, as in BitLocker, so that the checksums are right.
$groups = 1..8 | ForEach-Object { '{0:d6}' -f (11 * (Get-Random -Minimum 0 -Maximum 65536)) }
$given['recovery'] = $groups -join '-'

# What changes the PC is said at once too: a PC that is killed says nothing at the end.
function global:Write-Applied {
    param([string] $What)
    [Console]::Error.WriteLine('applied ' + $What)
}

function global:Get-BitLockerVolume {
    param($MountPoint)
    $made = @{ KeyProtectorType = 'RecoveryPassword'; KeyProtectorId = '{' + $given['protector'].ToUpperInvariant() + '}'; RecoveryPassword = $given['recovery'] }
    [pscustomobject] @{
        MountPoint       = 'C:'
        VolumeType       = 'OperatingSystem'
        VolumeStatus     = $(if ($given['encrypted']) { 'FullyEncrypted' } else { 'FullyDecrypted' })
        ProtectionStatus = $(if ($given['encrypted']) { 'On' } else { 'Off' })
        LockStatus       = 'Unlocked'
        KeyProtector     = @($(if ($given['added']) { [pscustomobject] $made }))
    }
}

function global:Get-Tpm {
    [pscustomobject] @{ TpmPresent = $true; TpmReady = $true }
}

function global:Add-BitLockerKeyProtector {
    [CmdletBinding()]
    param($MountPoint, [switch] $RecoveryPasswordProtector)
    $given['added'] = $true
}

function global:Enable-BitLocker {
    [CmdletBinding()]
    param($MountPoint, $EncryptionMethod, [switch] $UsedSpaceOnly, [switch] $TpmProtector, [switch] $SkipHardwareTest)
    $given['encrypted'] = $true
    Write-Applied $given['recovery']
}

function global:Get-LocalUser {
    [CmdletBinding()]
    param($Name)
    if ($given['account'] -eq $Name) { [pscustomobject] @{ Name = $Name; Description = '' } }
}

function global:Set-LocalUser {
    [CmdletBinding()]
    param($Name, [System.Security.SecureString] $Password, $Description)
    if ($null -ne $Description) { return }
    $given['account'] = $Name
    $given['password'] = [System.Net.NetworkCredential]::new('', $Password).Password
    Write-Applied $given['password']
}

function global:New-LocalUser {
    [CmdletBinding()]
    param($Name, [System.Security.SecureString] $Password, $Description, [switch] $PasswordNeverExpires, [switch] $AccountNeverExpires)
    Set-LocalUser -Name $Name -Password $Password
}

function global:Add-LocalGroupMember {
    [CmdletBinding()]
    param($SID, $Member)
}

if ($Lines -ne '') {
    # As in a console: nothing of this script's own preferences. The lines name no spool: a new one is under this account's folder of data.
    $pasted = [scriptblock]::Create([System.IO.File]::ReadAllText($Lines))
    Set-Location -LiteralPath ([System.IO.Path]::GetDirectoryName($Lines))
    $global:PSDefaultParameterValues = @{ 'Connect-Totl:SpoolPath' = $SpoolPath }
    [void] (. $pasted)
}
else {
    $example = Join-Path -Path $PSScriptRoot -ChildPath '../../engine/powershell/examples/Invoke-Provisioning.ps1'
    $given['run'] = @(& $example -ConfigurationPath $ConfigurationPath -SpoolPath $SpoolPath -Account 'LocalAdmin' -Client 'Harbour Dental')[-1]
}
ConvertTo-Json -InputObject $given -Compress
