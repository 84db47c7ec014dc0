# A PC on a bench without Windows: runs the example with doubles of the three cmdlets that change a PC, and says what they were given.
# usage: pwsh -File bench-pc.ps1 -ConfigurationPath FILE -SpoolPath FOLDER      prints one line of JSON, plaintexts included: for tests only
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $SpoolPath
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$given = @{ account = $null; password = $null; protector = [Guid]::NewGuid().ToString(); recovery = ''; encrypted = $false }
# Eight groups, each a number of 16 bits times 11, as in BitLocker, so that the checksums are right.
$groups = 1..8 | ForEach-Object { '{0:d6}' -f (11 * (Get-Random -Minimum 0 -Maximum 65536)) }
$given['recovery'] = $groups -join '-'

# What changes the PC is said at once too: a PC that is killed says nothing at the end.
function Write-Applied {
    param([string] $What)
    [Console]::Error.WriteLine('applied ' + $What)
}

function Add-BitLockerKeyProtector {
    param($MountPoint, [switch] $RecoveryPasswordProtector)
    $made = @{ KeyProtectorType = 'RecoveryPassword'; KeyProtectorId = '{' + $given['protector'].ToUpperInvariant() + '}'; RecoveryPassword = $given['recovery'] }
    [pscustomobject] @{ MountPoint = $MountPoint; KeyProtector = @([pscustomobject] @{ KeyProtectorType = 'Tpm' }, [pscustomobject] $made) }
}

function Enable-BitLocker {
    param($MountPoint, $EncryptionMethod, [switch] $UsedSpaceOnly, [switch] $TpmProtector, [switch] $SkipHardwareTest)
    $given['encrypted'] = $true
    Write-Applied $given['recovery']
}

function Set-LocalUser {
    param($Name, [System.Security.SecureString] $Password)
    $given['account'] = $Name
    $given['password'] = (New-Object System.Net.NetworkCredential -ArgumentList '', $Password).Password
    Write-Applied $given['password']
}

$example = Join-Path -Path $PSScriptRoot -ChildPath '../../engine/powershell/examples/Invoke-Provisioning.ps1'
$given['run'] = & $example -ConfigurationPath $ConfigurationPath -SpoolPath $SpoolPath -Account 'LocalAdmin' -Client 'Harbour Dental'
ConvertTo-Json -InputObject $given -Compress
