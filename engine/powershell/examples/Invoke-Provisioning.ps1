# One provisioning run, step by step: a secret is applied only when its receipt is in hand. Run it elevated. It is an example to build on, not an engine.
#Requires -RunAsAdministrator
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $Account,
    [string] $Client = '',
    [string] $RunId = '',
    [string] $SpoolPath = (Join-Path -Path ([Environment]::GetFolderPath('CommonApplicationData')) -ChildPath 'TotlProvision')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$PSScriptRoot/../TotlProvision/TotlProvision.psd1"

# What changes the PC, chosen by what the system has: a Windows without these cmdlets is distinguished from one with them, too.
if ($null -ne (Get-Command -Name 'Set-LocalUser' -ErrorAction Ignore)) { . "$PSScriptRoot/platform/LocalUser.Windows.ps1" }
else { . "$PSScriptRoot/platform/LocalUser.Elsewhere.ps1" }
if ($null -ne (Get-Command -Name 'Enable-BitLocker' -ErrorAction Ignore)) { . "$PSScriptRoot/platform/BitLocker.Windows.ps1" }
else { . "$PSScriptRoot/platform/BitLocker.Elsewhere.ps1" }

# 24 characters out of 64, from the system's random numbers: 144 bits. 64 divides 256, so no character comes more often.
function New-RandomPassword {
    $alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_+=%!?'
    $bytes = New-Object byte[] 24
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $random.GetBytes($bytes) } finally { $random.Dispose() }
    $password = New-Object System.Security.SecureString
    foreach ($byte in $bytes) { $password.AppendChar($alphabet[$byte % 64]) }
    [Array]::Clear($bytes, 0, $bytes.Length)
    $password.MakeReadOnly()
    $password
}

$session = New-TotlSession -ConfigurationPath $ConfigurationPath -SpoolPath $SpoolPath
$machine = Get-TotlMachine -Session $session -Client $Client
$phases = @('bitlocker', 'local_admin')
$run = Start-TotlRun -Session $session -Machine $machine -Phases $phases -RunId $RunId -EngineVersion '0.1.0'
Add-TotlEvent -Session $session -RunId $run -Type run_started -Message 'Provisioning starts'

# What an earlier run could not send goes first.
[void] (Send-TotlSecret -Session $session -Pending)
$key = Get-TotlTenantKey -Session $session

# BitLocker: the recovery protector is added, which encrypts nothing yet; its password is escrowed; only then is encryption enabled.
Add-TotlEvent -Session $session -RunId $run -Type phase_started -Phase bitlocker -Message 'BitLocker'
$protector = Add-RecoveryProtector 'C:'
$sealed = Protect-TotlSecret -Session $session -Key $key -MachineId $machine.id -RunId $run -ProtectorId $protector.KeyProtectorId -Volume 'C:' -Secret $protector.RecoveryPassword
$receipt = Send-TotlSecret -Session $session -Sealed $sealed
if ($null -eq $receipt) { throw 'Without a receipt BitLocker is not enabled.' }
Enable-Encryption 'C:'
Add-TotlEvent -Session $session -RunId $run -Type phase_succeeded -Phase bitlocker -Message 'BitLocker is on'

# The local administrator: sealed and escrowed first, set after.
Add-TotlEvent -Session $session -RunId $run -Type phase_started -Phase local_admin -Message 'Local administrator'
$password = New-RandomPassword
$sealed = Protect-TotlSecret -Session $session -Key $key -MachineId $machine.id -RunId $run -Account $Account -Secret $password
$receipt = Send-TotlSecret -Session $session -Sealed $sealed
if ($null -eq $receipt) { throw 'Without a receipt the password is not set.' }
Set-LocalPassword $Account $password
Add-TotlEvent -Session $session -RunId $run -Type phase_succeeded -Phase local_admin -Message 'The local administrator has a new password'

Add-TotlEvent -Session $session -RunId $run -Type run_succeeded -Message 'Provisioning is done'
[void] (Send-TotlReport -Session $session)
[void] (Complete-TotlRun -Session $session -RunId $run)
$run
