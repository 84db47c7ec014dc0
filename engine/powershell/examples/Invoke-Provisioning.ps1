# One provisioning run, a line a phase. Run it elevated. It is an example to build on: put your own phases in, in your own order.
#Requires -RunAsAdministrator
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $Account,
    [string] $Client = '',
    [string] $SpoolPath = (Join-Path -Path ([Environment]::GetFolderPath('CommonApplicationData')) -ChildPath 'TotlProvision')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$PSScriptRoot/../TotlProvision/TotlProvision.psd1"

$session = Connect-Totl $ConfigurationPath -SpoolPath $SpoolPath -Client $Client -Phases 'bitlocker', 'local_admin' -EngineVersion '0.2.0'
Invoke-TotlPhase bitlocker { Protect-TotlBitLocker C: }
Invoke-TotlPhase local_admin { Protect-TotlLocalAdmin $Account -Create }
$end = Disconnect-Totl
$session.RunId
if (-not $end.Succeeded) { exit 1 }
