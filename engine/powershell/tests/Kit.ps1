# What the tests of the commands for scripts share: a configuration file on disk, what the server has kept, and doubles of the cmdlets that only
# Windows has. The doubles are global functions, because a module's own functions see no others; the module's Windows side runs on them as it is.

function New-ConfigurationPath {
    $path = (New-FolderName) + '.json'
    [System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject $script:settings.pinned -Depth 5))
    $path
}

# Waits for a state. One that never comes fails its test, and does not hang the run.
function Wait-Until {
    param([scriptblock] $State)
    foreach ($count in 1..2400) {
        if (& $State) { return }
        Start-Sleep -Milliseconds 50
    }
    throw 'This never came about: {0}' -f $State
}

# Forgets the session as a restart does.
function Clear-Connected {
    InModuleScope TotlProvision {
        if ($null -ne $script:Connected) { Stop-TotlSender $script:Connected }
        $script:Connected = $null
    }
}

function Get-ConnectedSession {
    InModuleScope TotlProvision { $script:Connected }
}

# The events of the only run that the server has, in order of their numbers.
function Get-KeptEvents {
    $run = @((Invoke-Reference '/kept').runs)[0]
    $run.lines | ForEach-Object { ConvertFrom-Json -InputObject $_ } | Sort-Object -Property seq
}

function Get-Phase {
    param($Event)
    if ($Event.PSObject.Properties.Name -contains 'phase') { $Event.phase }
}

# Everything in a spool as text.
function Get-SpoolText {
    param([string] $Spool)
    @(Get-FilesUnder $Spool | ForEach-Object { [System.IO.File]::ReadAllText($_) }) -join "`n"
}

# As much of a session as it takes to hide what it knows.
function New-HidingSession {
    param([string] $Known)
    $token = [System.Net.NetworkCredential]::new('', 'tok_' + 'Z' * 32).SecurePassword
    [pscustomobject] @{ Known = @([System.Net.NetworkCredential]::new('', $Known).SecurePassword); Token = $token }
}

# Windows as far as the module changes it. Refuses: the names of the cmdlets that fail, each time.
function Use-WindowsDoubles {
    $global:TotlWindows = @{
        Refuses = @(); Task = $null; Restarts = 0; Accounts = @{}; Descriptions = @{}; Administrators = @(); Tpm = $true; PasswordMin = 0; Locked = $false; Crowded = $false
        Volumes = [ordered] @{ 'C:' = @{ Type = 'OperatingSystem'; Status = 'FullyDecrypted'; On = $false; Protectors = @() } }
        Done = @()
    }
    # Whether a cmdlet goes on. One that fails says so as those of Windows do, which are functions of a module and see nothing of what this one prefers: its
    # caller hears of it only if it has asked for that.
    function global:Test-Double {
        param([string] $Name, $Bound)
        $global:TotlWindows.Done += $Name
        if ($global:TotlWindows.Refuses -notcontains $Name) { return $true }
        if ($Bound['ErrorAction'] -eq 'Stop') { throw "Access is denied to $Name." }
        $false
    }
    function global:New-ScheduledTaskAction {
        [CmdletBinding()]
        param($Execute, $Argument)
        [pscustomobject] @{ Execute = $Execute; Argument = $Argument }
    }
    function global:New-ScheduledTaskTrigger {
        [CmdletBinding()]
        param([switch] $AtStartup)
        [pscustomobject] @{ AtStartup = $AtStartup.IsPresent }
    }
    function global:New-ScheduledTaskPrincipal {
        [CmdletBinding()]
        param($UserId, $LogonType, $RunLevel)
        [pscustomobject] @{ UserId = $UserId; RunLevel = $RunLevel }
    }
    function global:New-ScheduledTaskSettingsSet {
        [CmdletBinding()]
        param([switch] $AllowStartIfOnBatteries, [switch] $DontStopIfGoingOnBatteries, $ExecutionTimeLimit)
        $ExecutionTimeLimit
    }
    function global:Register-ScheduledTask {
        [CmdletBinding()]
        param($TaskName, $Action, $Trigger, $Principal, $Settings, [switch] $Force)
        if (-not (Test-Double 'Register-ScheduledTask' $PSBoundParameters)) { return }
        $global:TotlWindows.Task = [pscustomobject] @{ Name = $TaskName; Action = $Action; Principal = $Principal; Trigger = $Trigger }
    }
    function global:Get-ScheduledTask {
        [CmdletBinding()]
        param($TaskName)
        $global:TotlWindows.Task
    }
    function global:Unregister-ScheduledTask {
        [CmdletBinding(SupportsShouldProcess = $true)]
        param($TaskName)
        if (-not (Test-Double 'Unregister-ScheduledTask' $PSBoundParameters)) { return }
        $global:TotlWindows.Task = $null
    }
    function global:Restart-Computer {
        [CmdletBinding()]
        param([switch] $Force)
        if (-not (Test-Double 'Restart-Computer' $PSBoundParameters)) { return }
        $global:TotlWindows.Restarts += 1
    }

    function global:Get-LocalUser {
        [CmdletBinding()]
        param($Name)
        if ($global:TotlWindows.Accounts.ContainsKey($Name)) { [pscustomobject] @{ Name = $Name; Description = [string] $global:TotlWindows.Descriptions[$Name] } }
    }
    function global:Get-PlainPassword {
        param($Password)
        $plain = [System.Net.NetworkCredential]::new('', $Password).Password
        if ($plain.Length -ge $global:TotlWindows.PasswordMin) { return $plain }
        throw [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new("Not $plain."), 'InvalidPassword', 'InvalidArgument', $null)
    }
    function global:Set-LocalUser {
        [CmdletBinding()]
        param($Name, $Password, $Description)
        if (-not (Test-Double 'Set-LocalUser' $PSBoundParameters)) { return }
        if ($null -ne $Description) { $global:TotlWindows.Descriptions[$Name] = $Description }
        if ($null -ne $Password) { $global:TotlWindows.Accounts[$Name] = Get-PlainPassword $Password }
    }
    function global:New-LocalUser {
        [CmdletBinding()]
        param($Name, $Password, $Description, [switch] $PasswordNeverExpires, [switch] $AccountNeverExpires)
        # What Windows takes.
        if ($Description.Length -gt 48) { throw 'The description is too long.' }
        if (-not (Test-Double 'New-LocalUser' $PSBoundParameters)) { return }
        $global:TotlWindows.Accounts[$Name] = Get-PlainPassword $Password
        $global:TotlWindows.Descriptions[$Name] = $Description
    }
    function global:Add-LocalGroupMember {
        [CmdletBinding()]
        param($SID, $Member)
        if (-not (Test-Double 'Add-LocalGroupMember' $PSBoundParameters)) { return }
        if ($global:TotlWindows.Administrators -contains $Member) {
            throw [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new("$Member is a member already."), 'MemberExists', 'ResourceExists', $null)
        }
        $global:TotlWindows.Administrators += $Member
    }
    function global:Remove-LocalUser {
        [CmdletBinding()]
        param($Name)
        if (-not (Test-Double 'Remove-LocalUser' $PSBoundParameters)) { return }
        $global:TotlWindows.Accounts.Remove($Name)
    }

    function global:Get-BitLockerVolume {
        [CmdletBinding()]
        param($MountPoint)
        # Once another cmdlet has failed.
        if ($global:TotlWindows.Refuses -contains 'Get-BitLockerVolume, late' -and $global:TotlWindows.Done -contains 'Resume-BitLocker') { throw 'The service has stopped.' }
        if ($global:TotlWindows.Refuses -contains 'Get-BitLockerVolume' -and -not (Test-Double 'Get-BitLockerVolume' $PSBoundParameters)) { return }
        if ($null -ne $MountPoint -and -not $global:TotlWindows.Volumes.Contains($MountPoint)) { throw "$MountPoint does not have an associated BitLocker volume." }
        foreach ($name in @($global:TotlWindows.Volumes.Keys)) {
            if ($null -ne $MountPoint -and $name -ne $MountPoint) { continue }
            $one = $global:TotlWindows.Volumes[$name]
            [pscustomobject] @{
                MountPoint = $name; VolumeType = $one.Type; VolumeStatus = $one.Status; KeyProtector = @($one.Protectors)
                ProtectionStatus = $(if ($one.On) { 'On' } else { 'Off' }); LockStatus = $(if ($global:TotlWindows.Locked) { 'Locked' } else { 'Unlocked' })
            }
        }
    }
    function global:Get-Tpm {
        [CmdletBinding()]
        param()
        if (-not (Test-Double 'Get-Tpm' $PSBoundParameters)) { return }
        [pscustomobject] @{ TpmPresent = $global:TotlWindows.Tpm; TpmReady = $global:TotlWindows.Tpm }
    }
    function global:New-Protector {
        param([string] $Type = 'RecoveryPassword')
        $groups = 1..8 | ForEach-Object { '{0:d6}' -f (11 * (Get-Random -Minimum 0 -Maximum 65536)) }
        [pscustomobject] @{
            KeyProtectorType = $Type; KeyProtectorId = '{' + [Guid]::NewGuid().ToString().ToUpperInvariant() + '}'
            RecoveryPassword = $(if ($Type -eq 'RecoveryPassword') { $groups -join '-' } else { '' })
        }
    }
    function global:Add-BitLockerKeyProtector {
        [CmdletBinding()]
        param($MountPoint, [switch] $RecoveryPasswordProtector, [switch] $TpmProtector)
        if (-not (Test-Double 'Add-BitLockerKeyProtector' $PSBoundParameters)) { return }
        $made = New-Protector $(if ($TpmProtector) { 'Tpm' } else { 'RecoveryPassword' })
        # Among the others, not behind them.
        $others = @($global:TotlWindows.Volumes[$MountPoint].Protectors)
        # Another program adds one at the same time.
        if ($RecoveryPasswordProtector -and $global:TotlWindows.Crowded) { $others = @(New-Protector) + $others }
        $global:TotlWindows.Volumes[$MountPoint].Protectors = @($made) + $others
        Write-Warning -Message "ACTIONS REQUIRED: save this numerical recovery password: $($made.RecoveryPassword)"
        Get-BitLockerVolume -MountPoint $MountPoint
    }
    function global:Remove-BitLockerKeyProtector {
        [CmdletBinding(SupportsShouldProcess = $true)]
        param($MountPoint, $KeyProtectorId)
        if (-not (Test-Double 'Remove-BitLockerKeyProtector' $PSBoundParameters)) { return }
        $one = $global:TotlWindows.Volumes[$MountPoint]
        $one.Protectors = @($one.Protectors | Where-Object { $_.KeyProtectorId -ne $KeyProtectorId })
    }
    function global:Enable-BitLocker {
        [CmdletBinding()]
        param($MountPoint, $EncryptionMethod, [switch] $UsedSpaceOnly, [switch] $TpmProtector, [switch] $SkipHardwareTest)
        $global:TotlWindows.Escrowed = (Invoke-Reference '/kept').secrets.Count
        if (-not (Test-Double 'Enable-BitLocker' $PSBoundParameters)) { return }
        $one = $global:TotlWindows.Volumes[$MountPoint]
        $one.Status = 'EncryptionInProgress'
        $one.On = $true
        $one.Protectors = @($one.Protectors) + (New-Protector 'Tpm')
        # Begins, and fails after that.
        if ($global:TotlWindows.Refuses -contains 'Enable-BitLocker, late') { throw 'The TPM does not answer.' }
    }
    function global:Resume-BitLocker {
        [CmdletBinding()]
        param($MountPoint)
        if (-not (Test-Double 'Resume-BitLocker' $PSBoundParameters)) { return }
        $global:TotlWindows.Volumes[$MountPoint].On = $true
    }
    Import-WindowsSide
}

# The module as it is on Windows, on the doubles.
function Import-WindowsSide {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../TotlProvision/TotlProvision.psd1') -Force -Global
    Disable-Waiting
}

function Remove-WindowsDoubles {
    Clear-Connected
    $names = @(
        'Test-Double', 'New-ScheduledTaskAction', 'New-ScheduledTaskTrigger', 'New-ScheduledTaskPrincipal', 'New-ScheduledTaskSettingsSet', 'Register-ScheduledTask'
        'Get-ScheduledTask', 'Unregister-ScheduledTask', 'Restart-Computer', 'Get-LocalUser', 'Get-PlainPassword', 'Set-LocalUser', 'New-LocalUser', 'Add-LocalGroupMember'
        'Remove-LocalUser', 'Get-BitLockerVolume', 'Get-Tpm', 'New-Protector', 'Add-BitLockerKeyProtector', 'Remove-BitLockerKeyProtector', 'Enable-BitLocker', 'Resume-BitLocker'
    )
    foreach ($name in $names) { if (Test-Path -LiteralPath ('function:\' + $name)) { Remove-Item -LiteralPath ('function:\' + $name) } }
    Import-WindowsSide
}
