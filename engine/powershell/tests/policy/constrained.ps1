# A build in a process in which a policy has constrained another session: PowerShell trusts no value that a global variable of that one has held, and true, false
# and small numbers are the same objects everywhere. Writes into a file how it went.
param([string] $Control, [string] $File, [string] $Spool, [string] $Said)
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/shell.ps1"
. "$PSScriptRoot/../Kit.ps1"
$values = '$global:yes = $true; $global:no = $false; $global:text = ""; foreach ($number in -1..1000) { $global:number = $number }'
[void] [powershell]::Create().AddScript('$ExecutionContext.SessionState.LanguageMode = "ConstrainedLanguage"; ' + $values).Invoke()
$distrusted = try { [void] (New-Object System.Threading.AutoResetEvent -ArgumentList $false); 'trusted' } catch { [string] $_.FullyQualifiedErrorId }
try {
    Use-WindowsDoubles
    $lines = @(Invoke-Build $File $Spool 3>&1)
    $end = $lines[-1]
    $went = '{0} {1}' -f $end.Succeeded, $end.Sent
    # Those of Windows' doubles are not the module's.
    $warnings = @($lines | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object { [string] $_ })
}
catch { $went = '{0} at {1}' -f $_, $_.ScriptStackTrace; $warnings = @() }
$windows = $global:TotlWindows
$applied = '{0} {1}' -f $windows.Accounts['LocalAdmin'], $windows.Volumes['C:'].On
[System.IO.File]::WriteAllLines($Said, [string[]] (@($distrusted, $went, $applied) + $warnings))
