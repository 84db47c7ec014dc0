# A build whose every command is logged with what it is given, as a policy has it: by syslog, which writes to this process's errors here. Nothing but the module
# handles a secret in this script. Writes into a file what must not be in that log.
param([string] $Control, [string] $File, [string] $Spool, [string] $Said)
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/shell.ps1"
. "$PSScriptRoot/../Kit.ps1"
Use-WindowsDoubles
# Now that PowerShell has opened its log. 32: to standard error, too.
$native = Add-Type -PassThru -Namespace 'Totl' -Name 'Log' -MemberDefinition '[DllImport("libc")] public static extern void openlog(IntPtr ident, int option, int facility);'
$native::openlog([System.Runtime.InteropServices.Marshal]::StringToHGlobalAnsi('totl'), 32, 8)
# Its recovery password is there before, so that no warning of Windows names it.
$protector = New-Protector
$global:TotlWindows.Volumes['C:'].Protectors = @($protector)
# Content keys that this script knows.
InModuleScope TotlProvision {
    function script:Get-TotlRandomBytes {
        param([int] $Count)
        [byte[]] $bytes = 1..$Count
        return , $bytes
    }
}
$end = Invoke-Build $File $Spool
[System.IO.File]::WriteAllLines($Said, [string[]] @($end.Succeeded, $protector.RecoveryPassword, $global:TotlWindows.Accounts['LocalAdmin']))
