# Remediation for Intune: brings the recovery passwords that BitLocker has into escrow, and checks again. Ends with 0 if all of them are then, otherwise with 1.
# It adds a recovery password only where a volume has none, and neither encrypts nor decrypts. One line of output. Assign it like Detect-TotlEscrow.ps1.
param(
    [string] $ConfigurationPath = (Join-Path -Path ([Environment]::GetFolderPath('CommonApplicationData')) -ChildPath 'TotlProvision\engine.json'),
    [string] $SpoolPath = (Join-Path -Path ([Environment]::GetFolderPath('CommonApplicationData')) -ChildPath 'TotlProvision'),
    [string] $Module = 'TotlProvision'
)
$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'
$code = 1
try {
    Import-Module -Name $Module
    [void] (Connect-Totl $ConfigurationPath -SpoolPath $SpoolPath -Check)
    $why = ''
    foreach ($volume in (Test-TotlEscrow).Volumes) {
        if ([Array]::IndexOf(@('partly', 'missing', 'none'), $volume.State) -lt 0) { continue }
        try { [void] (Protect-TotlBitLocker $volume.Name -EscrowOnly) } catch { $why += ' ' + $_.Exception.Message }
    }
    $found = Test-TotlEscrow
    [void] (Disconnect-Totl)
    $line = $found.Summary + $why
    if ($found.Ok) { $code = 0 }
}
catch { $line = 'Escrow was not mended: ' + $_.Exception.Message }
$line = $line -creplace '\s+', ' '
if ($line.Length -gt 2048) { $line = $line.Substring(0, 2048) }
$line
exit $code
