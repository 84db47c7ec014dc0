# Detection for Intune: are the recovery passwords that BitLocker has in escrow? Ends with 0 if they are and with 1 if not, so that Repair-TotlEscrow.ps1 runs.
# One line of output. Assign it with "Run script in 64-bit PowerShell: Yes" and as SYSTEM.
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
    $found = Test-TotlEscrow
    [void] (Disconnect-Totl)
    $line = $found.Summary
    if (-not $found.Reported) { $line += ' (not reported yet)' }
    if ($found.Ok) { $code = 0 }
}
catch { $line = 'Escrow was not checked: ' + $_.Exception.Message }
$line = $line -creplace '\s+', ' '
if ($line.Length -gt 2048) { $line = $line.Substring(0, 2048) }
$line
exit $code
