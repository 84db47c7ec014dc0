# The engine's side of TotlProvision for Windows PowerShell 5.1 and PowerShell 7. Outside private/platform it uses only classes of .NET Framework 4.7.2.
# It can only seal. Files are named one by one, so that a stray script beside them is never run.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# A caller who has set these for everything means the own script: a receipt whose ciphertext stays, or a question that nobody answers, helps nobody.
$WhatIfPreference = $false
$ConfirmPreference = 'None'

# If a policy (AppLocker, WDAC) does not trust these files, they run without .NET's classes: nothing here works then, and each error names another reason.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw ('TotlProvision needs the language mode FullLanguage, and this PC gives it {0}: have its application control policy trust the module''s files.' -f $ExecutionContext.SessionState.LanguageMode)
}

# The only place that chooses by edition and platform. Windows PowerShell has no $IsWindows, and strict mode would refuse to read it.
$isFramework = $PSVersionTable.PSEdition -eq 'Desktop'
$onWindows = $isFramework -or $IsWindows

# ECParameters came with .NET Framework 4.7, a TLS version for one client alone with 4.7.2 (release 461808).
if ($isFramework) {
    $framework = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' -Name 'Release'
    if ($framework.Release -lt 461808) { throw 'TotlProvision needs .NET Framework 4.7.2 or newer.' }
}
Add-Type -AssemblyName 'System.Net.Http'
$script:ModuleRoot = $PSScriptRoot

if ($isFramework) { . "$PSScriptRoot/private/platform/Rsa.Framework.ps1" }
else { . "$PSScriptRoot/private/platform/Rsa.Core.ps1" }
if ($onWindows) {
    . "$PSScriptRoot/private/platform/Folder.Windows.ps1"
    . "$PSScriptRoot/private/platform/Hardware.Windows.ps1"
}
else {
    . "$PSScriptRoot/private/platform/Folder.Elsewhere.ps1"
    . "$PSScriptRoot/private/platform/Hardware.Elsewhere.ps1"
}
# By what the system has, not by its name: WinPE and a 32-bit PowerShell are Windows without these cmdlets.
if ($null -ne (Get-Command -Name 'Enable-BitLocker' -ErrorAction Ignore)) { . "$PSScriptRoot/private/platform/BitLocker.Windows.ps1" }
else { . "$PSScriptRoot/private/platform/BitLocker.Elsewhere.ps1" }
if ($null -ne (Get-Command -Name 'Set-LocalUser' -ErrorAction Ignore)) { . "$PSScriptRoot/private/platform/LocalUser.Windows.ps1" }
else { . "$PSScriptRoot/private/platform/LocalUser.Elsewhere.ps1" }
if ($null -ne (Get-Command -Name 'Register-ScheduledTask' -ErrorAction Ignore)) { . "$PSScriptRoot/private/platform/Restart.Windows.ps1" }
else { . "$PSScriptRoot/private/platform/Restart.Elsewhere.ps1" }

. "$PSScriptRoot/private/Refusal.ps1"
. "$PSScriptRoot/private/Encoding.ps1"
. "$PSScriptRoot/private/Json.ps1"
. "$PSScriptRoot/private/Rules.ps1"
. "$PSScriptRoot/private/Jwk.ps1"
. "$PSScriptRoot/private/Jwe.ps1"
. "$PSScriptRoot/private/Statement.ps1"
. "$PSScriptRoot/private/TenantKey.ps1"
. "$PSScriptRoot/private/Mend.ps1"
. "$PSScriptRoot/private/Files.ps1"
. "$PSScriptRoot/private/Lock.ps1"
. "$PSScriptRoot/private/Configuration.ps1"
. "$PSScriptRoot/private/Spool.ps1"
. "$PSScriptRoot/private/Aside.ps1"
. "$PSScriptRoot/private/Lost.ps1"
. "$PSScriptRoot/private/Batch.ps1"
. "$PSScriptRoot/private/Backoff.ps1"
. "$PSScriptRoot/private/Answer.ps1"
. "$PSScriptRoot/private/Transport.ps1"
. "$PSScriptRoot/private/Report.ps1"
. "$PSScriptRoot/private/Escrow.ps1"
. "$PSScriptRoot/private/SharedIds.ps1"
. "$PSScriptRoot/private/MachineId.ps1"
. "$PSScriptRoot/private/Hide.ps1"
. "$PSScriptRoot/private/Sender.ps1"
. "$PSScriptRoot/private/Handover.ps1"
. "$PSScriptRoot/private/Ended.ps1"
. "$PSScriptRoot/private/Connected.ps1"
. "$PSScriptRoot/private/Phase.ps1"
. "$PSScriptRoot/private/Password.ps1"
. "$PSScriptRoot/private/Change.ps1"
. "$PSScriptRoot/private/Account.ps1"
. "$PSScriptRoot/private/Volumes.ps1"
. "$PSScriptRoot/private/Recovery.ps1"
. "$PSScriptRoot/private/EscrowState.ps1"
. "$PSScriptRoot/private/CommandLine.ps1"

. "$PSScriptRoot/public/New-TotlSession.ps1"
. "$PSScriptRoot/public/Get-TotlMachine.ps1"
. "$PSScriptRoot/public/Start-TotlRun.ps1"
. "$PSScriptRoot/public/Add-TotlEvent.ps1"
. "$PSScriptRoot/public/Send-TotlReport.ps1"
. "$PSScriptRoot/public/Complete-TotlRun.ps1"
. "$PSScriptRoot/public/Get-TotlTenantKey.ps1"
. "$PSScriptRoot/public/Protect-TotlSecret.ps1"
. "$PSScriptRoot/public/Send-TotlSecret.ps1"
. "$PSScriptRoot/public/Export-TotlSpool.ps1"
. "$PSScriptRoot/public/Connect-Totl.ps1"
. "$PSScriptRoot/public/Invoke-TotlPhase.ps1"
. "$PSScriptRoot/public/Write-TotlLog.ps1"
. "$PSScriptRoot/public/Protect-TotlLocalAdmin.ps1"
. "$PSScriptRoot/public/Protect-TotlBitLocker.ps1"
. "$PSScriptRoot/public/Test-TotlEscrow.ps1"
. "$PSScriptRoot/public/Restart-Totl.ps1"
. "$PSScriptRoot/public/Disconnect-Totl.ps1"
