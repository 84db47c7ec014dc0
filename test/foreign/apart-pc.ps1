# A PC that reaches the server by a proxy or not at all: escrows one secret and reports one event, exports its spool if it is told where to, and says how
# that went in one line of JSON, the plaintext included: for tests only. Between its tries it does not wait.
# usage: pwsh -File apart-pc.ps1 -ConfigurationPath FILE -SpoolPath FOLDER [-Proxy ADDRESS [-ProxyUser NAME]] [-ExportPath FILE]      the proxy's password is in PROXY_PASSWORD
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $SpoolPath,
    [string] $Proxy = '',
    [string] $ProxyUser = '',
    [string] $ExportPath = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$PSScriptRoot/../../engine/powershell/TotlProvision/TotlProvision.psd1"
& (Get-Module -Name TotlProvision) { $script:BaseDelayMs = 0 }

$way = @{}
if ($Proxy -ne '') { $way['Proxy'] = $Proxy }
if ($ProxyUser -ne '') {
    $password = (New-Object System.Net.NetworkCredential -ArgumentList '', $env:PROXY_PASSWORD).SecurePassword
    $way['ProxyCredential'] = New-Object System.Management.Automation.PSCredential -ArgumentList $ProxyUser, $password
}
$session = New-TotlSession -ConfigurationPath $ConfigurationPath -SpoolPath $SpoolPath @way
$machine = Get-TotlMachine -Session $session
$run = Start-TotlRun -Session $session -Machine $machine -Phases local_admin
Add-TotlEvent -Session $session -RunId $run -Type run_started -Message 'Provisioning starts'
$said = [ordered] @{ machine = $machine.id; run = $run; secret = [Guid]::NewGuid().ToString(); version = 0; escrow = ''; report = ''; lines = 0 }
try {
    $key = Get-TotlTenantKey -Session $session
    $sealed = Protect-TotlSecret -Session $session -Key $key -MachineId $machine.id -RunId $run -Account 'LocalAdmin' -Secret $said['secret']
    $said['version'] = (Send-TotlSecret -Session $session -Sealed $sealed).version
}
catch { $said['escrow'] = [string] $_.Exception.Data['TotlCode'] }
try { [void] (Send-TotlReport -Session $session) } catch { $said['report'] = [string] $_.Exception.Data['TotlCode'] }
if ($ExportPath -ne '') { $said['lines'] = Export-TotlSpool -Session $session -Path $ExportPath }
ConvertTo-Json -InputObject $said -Compress
