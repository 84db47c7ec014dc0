# What the module does to a PC, on doubles of Windows' cmdlets: the receipt first, what is undone where a step fails, and what is live compared with what is in escrow.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    . "$PSScriptRoot/Kit.ps1"
    # Every password that the server holds, as the portal opens it, in the order in which they came.
    function Get-Opened {
        foreach ($one in @((Invoke-Reference '/kept').secrets)) { (Invoke-Reference '/open' @{ body = $one.body }).plaintext }
    }
    function Get-LiveIds {
        param([string] $Volume = 'C:')
        $global:TotlWindows.Volumes[$Volume].Protectors | Where-Object { $_.KeyProtectorType -eq 'RecoveryPassword' } | ForEach-Object { $_.KeyProtectorId.Trim('{', '}').ToLowerInvariant() }
    }
    # What the envelope says of the volumes.
    function Get-ReportedVolumes {
        (ConvertFrom-Json -InputObject @((Invoke-Reference '/kept').heads)[-1]).volumes.list
    }
    function Set-Encrypted {
        param($Protectors, [bool] $On = $true, [string] $Volume = 'C:', [string] $Type = 'OperatingSystem')
        $global:TotlWindows.Volumes[$Volume] = @{ Type = $Type; Status = 'FullyEncrypted'; On = $On; Protectors = @($Protectors) }
    }
    # The server answers the question for the key, and then goes away.
    function Set-Away {
        [void] (Invoke-Reference '/reset' @{ faults = @('none') + @(1..300 | ForEach-Object { 'drop-before' }) })
    }
}

Describe 'on Windows' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        Use-WindowsDoubles
        $script:spool = New-FolderName
        $script:file = New-ConfigurationPath
        $script:session = Connect-Totl $script:file -SpoolPath $script:spool
        # These tests count what the server gets, and when.
        InModuleScope TotlProvision { Stop-TotlSender $script:Connected }
    }
    AfterEach { Remove-WindowsDoubles }

    Context 'a local administrator' {
        It 'gets a password of every kind of character, which is in escrow before it is set, and nowhere else' {
            $global:TotlWindows.Accounts['LocalAdmin'] = 'before'
            $done = Protect-TotlLocalAdmin '.\LocalAdmin'
            $set = $global:TotlWindows.Accounts['LocalAdmin']
            Get-Opened | Should -BeExactly $set
            $set | Should -Match '^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])(?=.*[^A-Za-z0-9]).{24}$'
            $done.Version | Should -Be 1
            $done.Created | Should -BeFalse
            Get-SpoolText $script:spool | Should -Not -Match ([regex]::Escape($set))
            Write-TotlLog ('it is ' + $set)
            Get-SpoolText $script:spool | Should -Not -Match ([regex]::Escape($set))
        }

        It 'is made where it is wanted, as an administrator; without -Create nothing is sealed for it' {
            Get-Refusal { Protect-TotlLocalAdmin LocalAdmin } | Should -BeExactly 'no_account'
            (Invoke-Reference '/kept').secrets.Count | Should -Be 0
            (Protect-TotlLocalAdmin LocalAdmin -Create).Created | Should -BeTrue
            $global:TotlWindows.Administrators | Should -Be 'LocalAdmin'
            Get-Opened | Should -BeExactly $global:TotlWindows.Accounts['LocalAdmin']
        }

        It 'keeps its password where there is no receipt, and the one that was never set does not turn up later' {
            $global:TotlWindows.Accounts['LocalAdmin'] = 'before'
            Set-Away
            Get-Refusal { Protect-TotlLocalAdmin LocalAdmin } | Should -BeExactly 'offline'
            $global:TotlWindows.Accounts['LocalAdmin'] | Should -BeExactly 'before'
            [void] (Invoke-Reference '/reset')
            (Disconnect-Totl).Sent | Should -BeTrue
            (Invoke-Reference '/kept').secrets.Count | Should -Be 0
            # Nothing of it stays on disk, so it does not say so.
            (Get-KeptEvents | Where-Object { $_.level -eq 'error' }).message | Should -BeExactly 'The new password of LocalAdmin is not set: there is no receipt. The server cannot be reached, or takes nothing now.'
        }

        It 'gets a longer one where the policy refuses the first, escrowed first as well, and the run names the version that is not in force' {
            $global:TotlWindows.Accounts['LocalAdmin'] = 'before'
            $global:TotlWindows.PasswordMin = 40
            (Protect-TotlLocalAdmin LocalAdmin).Created | Should -BeFalse
            @(Get-Opened)[1] | Should -BeExactly $global:TotlWindows.Accounts['LocalAdmin']
            [void] (Disconnect-Totl)
            $told = @(Get-KeptEvents | Where-Object { $_.level -eq 'error' })
            $told[0].message | Should -BeLike 'Version 1 in escrow is not in force: the account LocalAdmin did not take it. Not `[removed`].'
        }

        It 'that Windows refuses for another reason, or that cannot be an administrator, is an error of the phase, and nothing is left of a new account' {
            $global:TotlWindows.Accounts['LocalAdmin'] = 'before'
            $global:TotlWindows.Refuses = 'Set-LocalUser'
            $said = try { Invoke-TotlPhase local_admin { Protect-TotlLocalAdmin LocalAdmin } 3>&1 } catch { $_ }
            "$said" | Should -BeExactly 'The phase local_admin has failed: The account LocalAdmin did not take it: Access is denied to Set-LocalUser.'
            (Invoke-Reference '/kept').secrets.Count | Should -Be 1
            $global:TotlWindows.Refuses = 'Add-LocalGroupMember'
            Get-Refusal { Protect-TotlLocalAdmin Second -Create } | Should -BeExactly 'not_applied'
            $global:TotlWindows.Accounts.ContainsKey('Second') | Should -BeFalse
        }

        It 'that is left without its group is said to be there with the password in escrow, and the next run makes it an administrator' {
            $global:TotlWindows.Refuses = @('Add-LocalGroupMember', 'Remove-LocalUser')
            $said = try { Protect-TotlLocalAdmin LocalAdmin -Create } catch { [string] $_ }
            $said | Should -BeExactly ('The account LocalAdmin is there, but is no administrator: run this again. Access is denied to Add-LocalGroupMember. ' +
                'It could not be removed either: Access is denied to Remove-LocalUser.')
            @(Get-Opened)[0] | Should -BeExactly $global:TotlWindows.Accounts['LocalAdmin']
            # Still no administrator, with another password that is in force.
            Get-Refusal { Protect-TotlLocalAdmin LocalAdmin -Create } | Should -BeExactly 'not_applied'
            @(Get-Opened)[1] | Should -BeExactly $global:TotlWindows.Accounts['LocalAdmin']
            $global:TotlWindows.Refuses = @()
            [void] (Protect-TotlLocalAdmin LocalAdmin -Create)
            $global:TotlWindows.Administrators | Should -Be 'LocalAdmin'
            # Finished: it is left alone from now on.
            [void] (Protect-TotlLocalAdmin LocalAdmin -Create)
            @($global:TotlWindows.Done | Where-Object { $_ -eq 'Add-LocalGroupMember' }).Count | Should -Be 3
            [void] (Disconnect-Totl)
            @(Get-KeptEvents | Where-Object { $_.level -eq 'error' } | ForEach-Object { $_.message -creplace ':.*', '' }) -join ', ' | Should -BeExactly (
                'The account LocalAdmin has the password in escrow, version 1, but is no administrator, The account LocalAdmin has the password in escrow, version 1, but is no administrator')
        }

        It 'of somebody else''s making is no administrator by this, whatever -Create says' {
            $global:TotlWindows.Accounts['Guest2'] = 'before'
            [void] (Protect-TotlLocalAdmin Guest2 -Create)
            $global:TotlWindows.Administrators.Count | Should -Be 0
        }

        It 'whose PC stopped <Where> is finished by the next run, and people are told which version may not be in force' -ForEach @(
            @{ Where = 'between its receipt and its change'; Stops = 'Set-LocalUser'; Exists = $true; Told = 'This PC stopped while the password of LocalAdmin was changed; version 1 in escrow may not be in force' }
            @{ Where = 'before its receipt'; Stops = 'the server'; Exists = $true; Told = 'This PC stopped before the new password of LocalAdmin had its receipt: it was not set, though it may be in escrow' }
            @{ Where = 'after it was made'; Stops = 'Add-LocalGroupMember'; Exists = $false; Told = 'This PC stopped while the password of LocalAdmin was changed; version 1 in escrow may not be in force' }
        ) {
            if ($Exists) { $global:TotlWindows.Accounts['LocalAdmin'] = 'before' }
            if ($Stops -eq 'the server') { Set-Away }
            # What stands on disk where this PC stops at that point: a copy of the spool.
            $global:totlStopped = New-FolderName
            $global:totlSpool = $script:spool
            $command = if ($Stops -eq 'the server') { 'Invoke-TotlOnce' } else { $Stops }
            $point = Set-PSBreakpoint -Command $command -Action {
                if (-not (Test-Path -LiteralPath $global:totlStopped) -and (Test-Path -LiteralPath (Join-Path -Path $global:totlSpool -ChildPath 'change.json'))) {
                    Copy-Item -LiteralPath $global:totlSpool -Destination $global:totlStopped -Recurse
                    $global:totlWindowsThen = @{ Accounts = $global:TotlWindows.Accounts.Clone(); Descriptions = $global:TotlWindows.Descriptions.Clone() }
                }
            }
            try { Get-Refusal { Protect-TotlLocalAdmin LocalAdmin -Create } | Out-Null } finally { Remove-PSBreakpoint -Breakpoint $point }
            Clear-Connected
            foreach ($name in @('Accounts', 'Descriptions')) { $global:TotlWindows[$name] = $global:totlWindowsThen[$name] }
            $global:TotlWindows.Administrators = @()
            if ($Stops -eq 'the server') { [void] (Invoke-Reference '/reset') }
            $warned = @(Connect-Totl $script:file -SpoolPath $global:totlStopped 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] })
            "$warned" | Should -BeExactly $Told
            InModuleScope TotlProvision { Stop-TotlSender $script:Connected }
            [void] (Protect-TotlLocalAdmin LocalAdmin -Create)
            @($global:TotlWindows.Administrators).Count | Should -Be $(if ($Exists) { 0 } else { 1 })
            [void] (Disconnect-Totl)
            @(Get-KeptEvents | Where-Object { $_.level -eq 'error' } | ForEach-Object { $_.message }) | Should -Be $Told
            # The password in force is the one that was sealed last, whatever the server has of the other.
            $last = @((Invoke-Reference '/kept').secrets | Sort-Object -Property { (ConvertFrom-Json -InputObject $_.body).order })[-1]
            (Invoke-Reference '/open' @{ body = $last.body }).plaintext | Should -BeExactly $global:TotlWindows.Accounts['LocalAdmin']
            # Told once.
            [void] (Connect-Totl $script:file -SpoolPath $global:totlStopped -WarningVariable again)
            $again.Count | Should -Be 0
        }

        It 'whose change a check finds under way is left to the build beside it: only the next build says how it ended' {
            InModuleScope TotlProvision { Save-TotlChange $script:Connected 'LocalAdmin' ([Guid]::NewGuid().ToString()) }
            $before = Get-SpoolText $script:spool
            $checked = @(Connect-Totl $script:file -SpoolPath $script:spool -Check 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] })
            $checked.Count | Should -Be 0
            Test-Path -LiteralPath (Join-Path -Path $script:spool -ChildPath 'change.json') | Should -BeTrue
            Get-SpoolText $script:spool | Should -Not -BeLike '*had its receipt*'
            [void] (Disconnect-Totl)
            [void] (Connect-Totl $script:file -SpoolPath $script:spool -WarningVariable warned 3> $null)
            "$warned" | Should -BeLike 'This PC stopped before the new password of LocalAdmin had its receipt*'
        }

        It 'is told of as the last start left it, and only then anything is sent, because a receipt that comes now would change the story' {
            Clear-Connected
            $global:totlSenders = @()
            $point = Set-PSBreakpoint -Command 'Resolve-TotlChange' -Action {
                $global:totlSenders += (Get-ConnectedSession).Sender
            }
            try { $now = Connect-Totl $script:file -SpoolPath $script:spool } finally { Remove-PSBreakpoint -Breakpoint $point }
            $global:totlSenders.Count | Should -Be 1
            $global:totlSenders[0] | Should -BeNullOrEmpty
            # What was written before there was a sender leaves without a further event.
            $now.Sender | Should -Not -BeNullOrEmpty
            Wait-Until { @((Invoke-Reference '/kept').runs).Count -eq 1 }
        }

        It 'whose script is stopped by Ctrl+C between receipt and change is told of by the next start, as one whose PC stopped' {
            $global:TotlWindows.Accounts['LocalAdmin'] = 'before'
            # What Ctrl+C throws through all that runs: no catch sees it. In a shell of its own, since it would end the tests.
            function global:Set-LocalUser { throw [System.Management.Automation.PipelineStoppedException]::new() }
            $shell = [System.Management.Automation.PowerShell]::Create([System.Management.Automation.RunspaceMode]::CurrentRunspace)
            [void] $shell.AddScript('Protect-TotlLocalAdmin LocalAdmin')
            try { @($shell.Invoke()).Count | Should -Be 0 } finally { $shell.Dispose() }
            $global:TotlWindows.Accounts['LocalAdmin'] | Should -BeExactly 'before'
            Clear-Connected
            [void] (Connect-Totl $script:file -SpoolPath $script:spool -WarningVariable warned 3> $null)
            "$warned" | Should -BeExactly 'This PC stopped while the password of LocalAdmin was changed; version 1 in escrow may not be in force'
        }

        It 'keeps its password where the spool cannot be written, and the build goes on, because that is this product''s own failure' {
            $global:TotlWindows.Accounts['LocalAdmin'] = 'before'
            $blocked = Join-Path -Path $script:spool -ChildPath 'secrets'
            Remove-Item -LiteralPath $blocked -Recurse
            [System.IO.File]::WriteAllText($blocked, 'a file')
            $said = Invoke-TotlPhase local_admin { Protect-TotlLocalAdmin LocalAdmin } 3>&1
            "$said" | Should -BeLike 'The phase local_admin has failed: The new password of LocalAdmin is not set: there is no receipt.*'
            $global:TotlWindows.Accounts['LocalAdmin'] | Should -BeExactly 'before'
        }

        It 'is a local one, with a password that is no plain text' -ForEach @('CORP\admin', 'a*', 'admin@corp.example', '') {
            if ($_ -eq '') { Get-Refusal { Protect-TotlLocalAdmin LocalAdmin -Password 'plain' } | Should -BeExactly 'not_secure' }
            else { Get-Refusal { Protect-TotlLocalAdmin $_ -Create } | Should -BeExactly 'not_local' }
        }
    }

    Context 'the system volume' {
        It 'is encrypted once its recovery password has a receipt; a second run adds nothing; no warning of Windows shows it' {
            $shown = Protect-TotlBitLocker C: *>&1
            ($shown | Out-String) | Should -Not -Match '[0-9]{6}-[0-9]{6}'
            $global:TotlWindows.Escrowed | Should -Be 1
            Get-Opened | Should -BeExactly $global:TotlWindows.Volumes['C:'].Protectors[0].RecoveryPassword
            $again = Protect-TotlBitLocker C:
            $again.Escrowed.Count | Should -Be 0
            @(Get-LiveIds).Count | Should -Be 1
            [void] (Disconnect-Totl)
            (Get-ReportedVolumes)[0].protectors | Should -Be (Get-LiveIds)
            # A later session has the receipts of this one.
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            (Protect-TotlBitLocker C:).Escrowed.Count | Should -Be 0
        }

        It 'that another had encrypted keeps its recovery passwords, and each goes into escrow' {
            Set-Encrypted @((New-Protector), (New-Protector 'Tpm'), (New-Protector))
            $done = Protect-TotlBitLocker C:
            $done.Escrowed.Count | Should -Be 2
            $done.Encrypted | Should -BeFalse
            @(Get-Opened) | Should -Be @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_.RecoveryPassword } | ForEach-Object { $_.RecoveryPassword })
            $global:TotlWindows.Done | Should -Not -Contain 'Enable-BitLocker'
        }

        It 'is protected again where that was suspended, and gets a TPM protector where Device Encryption left none' {
            Set-Encrypted @((New-Protector), (New-Protector 'TpmPin')) -On $false
            [void] (Protect-TotlBitLocker C:)
            $global:TotlWindows.Volumes['C:'].On | Should -BeTrue
            Set-Encrypted @() -On $false
            [void] (Protect-TotlBitLocker C:)
            $global:TotlWindows.Volumes['C:'].On | Should -BeTrue
            @($global:TotlWindows.Volumes['C:'].Protectors | ForEach-Object { $_.KeyProtectorType } | Sort-Object) -join ' ' | Should -BeExactly 'RecoveryPassword Tpm'
        }

        It 'gets a new recovery password in place of the old one, which goes once the new one has its receipt' {
            [void] (Protect-TotlBitLocker C:)
            $before = Get-LiveIds
            # Somebody else's, which this PC never escrowed: it goes into escrow, and stays.
            $foreign = New-Protector
            $global:TotlWindows.Volumes['C:'].Protectors += $foreign
            $done = Protect-TotlBitLocker C: -Renew
            $done.Removed | Should -Be $before
            $done.Escrowed.Count | Should -Be 2
            Get-LiveIds | Should -Not -Contain $before
            Get-LiveIds | Should -Contain ($foreign.KeyProtectorId.Trim('{', '}').ToLowerInvariant())
            $global:TotlWindows.Refuses = 'Remove-BitLockerKeyProtector'
            (Protect-TotlBitLocker C: -Renew).Removed.Count | Should -Be 0
            [void] (Disconnect-Totl)
            @(Get-KeptEvents | Where-Object { $_.level -eq 'warning' })[0].message | Should -BeLike 'A replaced recovery password stays on C:*'
        }

        It 'is as before where there is no receipt: the recovery password is removed again, and its ciphertext with it' {
            Set-Away
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'offline'
            @(Get-LiveIds).Count | Should -Be 0
            $global:TotlWindows.Volumes['C:'].Status | Should -BeExactly 'FullyDecrypted'
            [void] (Invoke-Reference '/reset')
            [void] (Disconnect-Totl)
            (Invoke-Reference '/kept').secrets.Count | Should -Be 0
            (Get-ReportedVolumes)[0].protectors.Count | Should -Be 0
        }

        It 'keeps what is in force where there is no receipt: an old recovery password waits in the spool, as does a new one that Windows does not remove' {
            Set-Encrypted @((New-Protector), (New-Protector 'Tpm'))
            Set-Away
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'offline'
            $global:TotlWindows.Volumes['C:'] = @{ Type = 'OperatingSystem'; Status = 'FullyDecrypted'; On = $false; Protectors = @() }
            $global:TotlWindows.Refuses = 'Remove-BitLockerKeyProtector'
            Set-Away
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'offline'
            @(Get-LiveIds).Count | Should -Be 1
            [void] (Invoke-Reference '/reset')
            [void] (Disconnect-Totl)
            (Invoke-Reference '/kept').secrets.Count | Should -Be 2
        }

        It 'keeps what another has put there where renewing fails at it: only the new recovery password is taken back' {
            Set-Encrypted @((New-Protector), (New-Protector 'Tpm'))
            Set-Away
            Get-Refusal { Protect-TotlBitLocker C: -Renew } | Should -BeExactly 'offline'
            @(Get-LiveIds).Count | Should -Be 1
            [void] (Invoke-Reference '/reset')
            [void] (Disconnect-Totl)
            Get-Opened | Should -BeExactly $global:TotlWindows.Volumes['C:'].Protectors[0].RecoveryPassword
        }

        It 'keeps its new recovery password where Windows fails after it has begun to encrypt, because nothing else might open the volume' {
            $global:TotlWindows.Refuses = 'Enable-BitLocker, late'
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'not_applied'
            @(Get-LiveIds).Count | Should -Be 1
            Get-Opened | Should -BeExactly @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_.RecoveryPassword })[0].RecoveryPassword
            # One that was suspended without any, as by Device Encryption.
            Set-Encrypted @() -On $false
            $global:TotlWindows.Refuses = 'Resume-BitLocker'
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'not_applied'
            @(Get-LiveIds).Count | Should -Be 1
            @(Get-Opened)[1] | Should -BeExactly @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_.RecoveryPassword })[0].RecoveryPassword
            # Whether it is encrypted cannot be told.
            Set-Encrypted @() -On $false
            $global:TotlWindows.Done = @()
            $global:TotlWindows.Refuses = @('Resume-BitLocker', 'Get-BitLockerVolume, late')
            Get-Refusal { Protect-TotlBitLocker C: 3> $null } | Should -BeExactly 'not_applied'
            @(Get-LiveIds).Count | Should -Be 1
            [void] (Disconnect-Totl)
            @(Get-KeptEvents | Where-Object { $_.message -like 'The new recovery password * stays on C:: it is in escrow' }).Count | Should -Be 3
        }

        It 'keeps the old recovery password where another program has taken the new one away, because none would be left' {
            [void] (Protect-TotlBitLocker C:)
            $before = Get-LiveIds
            $point = Set-PSBreakpoint -Command 'Remove-TotlReplaced' -Action {
                $one = $global:TotlWindows.Volumes['C:']
                $one.Protectors = @($one.Protectors | Select-Object -Skip 1)
            }
            try { (Protect-TotlBitLocker C: -Renew).Removed.Count | Should -Be 0 } finally { Remove-PSBreakpoint -Breakpoint $point }
            Get-LiveIds | Should -Be $before
        }

        It 'has a recovery password escrowed that another program adds at the same time, because it opens the volume too' {
            $global:TotlWindows.Crowded = $true
            (Protect-TotlBitLocker C:).Escrowed.Count | Should -Be 2
            @(Get-Opened | Sort-Object) | Should -Be @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_.RecoveryPassword } | ForEach-Object { $_.RecoveryPassword } | Sort-Object)
        }

        It 'to which another program adds one at the same time keeps both where there is no receipt, because which is whose cannot be told' {
            $global:TotlWindows.Crowded = $true
            Set-Away
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'offline'
            @(Get-LiveIds).Count | Should -Be 2
            [void] (Invoke-Reference '/reset')
            $global:TotlWindows.Crowded = $false
            # The next run escrows what is there, and adds none.
            [void] (Protect-TotlBitLocker C:)
            @(Get-LiveIds).Count | Should -Be 2
            [void] (Disconnect-Totl)
            @(Get-Opened | Sort-Object -Unique) | Should -Be @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_.RecoveryPassword } | ForEach-Object { $_.RecoveryPassword } | Sort-Object)
            @(Get-KeptEvents | Where-Object { $_.level -eq 'warning' })[0].message | Should -BeLike 'Another program has added a recovery password to C: at the same time*'
        }

        It 'to which Windows adds nothing is an error of the phase, and the build goes on' {
            $global:TotlWindows.Refuses = 'Add-BitLockerKeyProtector'
            $said = Invoke-TotlPhase bitlocker { Protect-TotlBitLocker C: } 3>&1
            "$said" | Should -BeExactly 'The phase bitlocker has failed: Windows added no recovery password to C:, or does not show it: Access is denied to Add-BitLockerKeyProtector.'
            $global:TotlWindows.Refuses = 'Get-Tpm'
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'no_tpm'
        }

        It 'is escrowed for this PC too where its receipts came with another PC''s image, because they are held as that one''s' {
            [void] (Protect-TotlBitLocker C:)
            (Protect-TotlBitLocker C:).Escrowed.Count | Should -Be 0
            (Get-ConnectedSession).Machine.id = [Guid]::NewGuid().ToString()
            (Test-TotlEscrow).Volumes[0].State | Should -BeExactly 'missing'
            (Protect-TotlBitLocker C:).Escrowed.Count | Should -Be 1
            (Test-TotlEscrow).Volumes[0].State | Should -BeExactly 'in_force'
            # An older module wrote no machine into a receipt.
            foreach ($path in Get-FilesUnder (Join-Path -Path $script:spool -ChildPath 'receipts')) {
                [System.IO.File]::WriteAllText($path, ([System.IO.File]::ReadAllText($path) -creplace '"machine":"[^"]+",', ''))
            }
            (Protect-TotlBitLocker C:).Escrowed.Count | Should -Be 0
        }

        It 'that is not encrypted gets nothing by -EscrowOnly' {
            (Protect-TotlBitLocker C: -EscrowOnly).Escrowed.Count | Should -Be 0
            @(Get-LiveIds).Count | Should -Be 0
        }

        It 'of a PC without a TPM, that is locked, or that Windows does not encrypt is an error that names the reason' {
            $global:TotlWindows.Tpm = $false
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'no_tpm'
            $global:TotlWindows.Tpm = $true
            $global:TotlWindows.Locked = $true
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'volume_locked'
            $global:TotlWindows.Locked = $false
            (Invoke-Reference '/kept').secrets.Count | Should -Be 0
            $global:TotlWindows.Refuses = 'Enable-BitLocker'
            Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'not_applied'
            # Its escrowed recovery password opens nothing now; the PC says that it is gone.
            @(Get-LiveIds).Count | Should -Be 0
            $global:TotlWindows.Refuses = @()
            (Protect-TotlBitLocker C:).Encrypted | Should -BeTrue
        }

        It 'killed between the new recovery password and its receipt gets no second one: the next run escrows the one that is there' {
            $global:TotlWindows.Volumes['C:'].Protectors = @(New-Protector)
            [void] (Protect-TotlBitLocker C:)
            @(Get-LiveIds).Count | Should -Be 1
            Get-Opened | Should -BeExactly $global:TotlWindows.Volumes['C:'].Protectors[0].RecoveryPassword
        }

        It 'is the only one that is encrypted; of another the recovery passwords that it has are escrowed' {
            $global:TotlWindows.Volumes['D:'] = @{ Type = 'Data'; Status = 'FullyDecrypted'; On = $false; Protectors = @() }
            Get-Refusal { Protect-TotlBitLocker D: } | Should -BeExactly 'only_system_volume'
            Get-Refusal { Protect-TotlBitLocker E: } | Should -BeExactly 'no_volume'
            # However its letter is written.
            foreach ($written in @('d', 'D:\', 'd:')) { Get-Refusal { Protect-TotlBitLocker $written } | Should -BeExactly 'only_system_volume' }
            Set-Encrypted (New-Protector) -Volume 'D:' -Type 'Data'
            (Protect-TotlBitLocker D:).Escrowed.Count | Should -Be 1
        }
    }

    Context 'a check' {
        It 'says of each volume how it stands, and reports what is live, whatever the server answers' {
            [void] (Protect-TotlBitLocker C:)
            (Test-TotlEscrow).Ok | Should -BeTrue
            $global:TotlWindows.Volumes['C:'].On = $false
            (Test-TotlEscrow).Volumes[0].State | Should -BeExactly 'suspended'
            $global:TotlWindows.Volumes['C:'].On = $true
            $global:TotlWindows.Volumes['C:'].Protectors += New-Protector
            $partly = Test-TotlEscrow
            $partly.Volumes[0].State | Should -BeExactly 'partly'
            $partly.Ok | Should -BeFalse
            $partly.Reported | Should -BeTrue
            (Get-ReportedVolumes)[0].protectors | Should -Be (Get-LiveIds)
            Set-Encrypted (New-Protector)
            (Test-TotlEscrow).Volumes[0].State | Should -BeExactly 'missing'
            Set-Encrypted (New-Protector 'Tpm')
            (Test-TotlEscrow).Volumes[0].State | Should -BeExactly 'none'
            [void] (Invoke-Reference '/reset' @{ faults = @(1..99 | ForEach-Object { 'drop-before' }) })
            $global:TotlWindows.Volumes['C:'] = @{ Type = 'OperatingSystem'; Status = 'FullyDecrypted'; On = $false; Protectors = @() }
            $plain = Test-TotlEscrow 3> $null
            $plain.Volumes[0].State | Should -BeExactly 'plain'
            $plain.Reported | Should -BeFalse
        }

        It 'of a PC whose volumes Windows does not show is an error, never all right' {
            $global:TotlWindows.Refuses = 'Get-BitLockerVolume'
            { Test-TotlEscrow } | Should -Throw 'Access is denied to Get-BitLockerVolume.'
        }

        It 'has one line, however many volumes there are' {
            1..60 | ForEach-Object { Set-Encrypted @(1..3 | ForEach-Object { New-Protector }) -Volume ('D:\{0:d40}' -f $_) -Type 'Data' }
            $summary = (Test-TotlEscrow).Summary
            $summary.Length | Should -BeLessOrEqual 2000
            $summary | Should -Not -Match '[\r\n]'
        }

        It 'of a PC whose build the spool does not know goes on in one run of its own with one number after the other, until there is a build' {
            [void] (Protect-TotlBitLocker C:)
            [void] (Disconnect-Totl)
            Remove-Item -LiteralPath (Join-Path -Path $script:spool -ChildPath 'check.json')
            [void] (Invoke-Reference '/reset')
            $ids = 1..2 | ForEach-Object {
                (Connect-Totl $script:file -SpoolPath $script:spool -Check).RunId
                [void] (Test-TotlEscrow)
                [void] (Disconnect-Totl)
            }
            $ids[0] | Should -BeExactly $ids[1]
            $kept = Invoke-Reference '/kept'
            $kept.runs.Count | Should -Be 1
            $kept.runs[0].seqs -join ' ' | Should -BeExactly '1 2 3 4 5'
            $build = (Connect-Totl $script:file -SpoolPath $script:spool).RunId
            [void] (Disconnect-Totl)
            (Connect-Totl $script:file -SpoolPath $script:spool -Check).RunId | Should -BeExactly $build
        }

        It 'never takes the place of a build that has failed, because a PC is judged by its latest run' {
            Invoke-TotlPhase apps -ContinueOnError { throw 'no such package' } 3> $null
            [void] (Protect-TotlBitLocker C:)
            $build = $script:session.RunId
            (Disconnect-Totl).Succeeded | Should -BeFalse
            (Connect-Totl $script:file -SpoolPath $script:spool -Check).RunId | Should -BeExactly $build
            (Test-TotlEscrow).Ok | Should -BeTrue
            [void] (Disconnect-Totl)
            $kept = Invoke-Reference '/kept'
            $kept.runs.Count | Should -Be 1
            @(Get-KeptEvents | Where-Object { $_.type -like 'run_*' } | ForEach-Object { $_.type }) -join ' ' | Should -BeExactly 'run_started run_failed'
            # One number after the other, though the events that are acknowledged have left the spool.
            $numbers = @(Get-KeptEvents | ForEach-Object { $_.seq })
            $numbers -join ' ' | Should -BeExactly (@(1..$numbers.Count) -join ' ')
            (Get-ReportedVolumes)[0].protectors | Should -Be (Get-LiveIds)
        }

        It 'fails a build that succeeded for as long as something is not in escrow, and says so once' {
            [void] (Protect-TotlBitLocker C:)
            (Disconnect-Totl).Succeeded | Should -BeTrue
            $foreign = New-Protector
            foreach ($there in @($true, $true, $false)) {
                $global:TotlWindows.Volumes['C:'].Protectors = @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_ -ne $foreign })
                if ($there) { $global:TotlWindows.Volumes['C:'].Protectors += $foreign }
                [void] (Connect-Totl $script:file -SpoolPath $script:spool -Check)
                (Test-TotlEscrow).Ok | Should -Be (-not $there)
                [void] (Disconnect-Totl)
            }
            @(Get-KeptEvents | Where-Object { $_.type -like 'run_*' } | ForEach-Object { $_.type }) -join ' ' | Should -BeExactly 'run_started run_succeeded run_failed run_succeeded'
        }

        It 'ends no build that is under way' {
            [void] (Protect-TotlBitLocker C:)
            [void] (Connect-Totl $script:file -SpoolPath $script:spool -Check)
            [void] (Test-TotlEscrow)
            [void] (Disconnect-Totl)
            (Connect-Totl $script:file -SpoolPath $script:spool).RunId | Should -BeExactly $script:session.RunId
            (Disconnect-Totl).Succeeded | Should -BeTrue
            @(Get-KeptEvents | Where-Object { $_.type -like 'run_*' } | ForEach-Object { $_.type }) -join ' ' | Should -BeExactly 'run_started run_succeeded'
        }
    }

    Context 'the scripts for Intune' {
        BeforeAll {
            $script:folder = Join-Path -Path $PSScriptRoot -ChildPath '../examples/intune'
            # As Intune runs one: a script by itself, its last line of output and its exit code.
            function Invoke-ForIntune {
                param([string] $Name)
                $lines = @(& (Join-Path -Path $script:folder -ChildPath $Name) -ConfigurationPath $script:file -SpoolPath $script:spool -Module (Join-Path -Path $PSScriptRoot -ChildPath '../TotlProvision/TotlProvision.psd1') 3> $null)
                [pscustomobject] @{ Lines = $lines; Exit = $LASTEXITCODE }
            }
        }

        It 'find what is not in escrow, bring it there and find it in force, each with one short line and the exit code that Intune wants' {
            Set-Encrypted @((New-Protector), (New-Protector 'Tpm'))
            $found = Invoke-ForIntune 'Detect-TotlEscrow.ps1'
            $found.Exit | Should -Be 1
            $found.Lines[0] | Should -BeLike 'Recovery passwords: C: missing (*)'
            $mended = Invoke-ForIntune 'Repair-TotlEscrow.ps1'
            $mended.Exit | Should -Be 0
            $again = Invoke-ForIntune 'Detect-TotlEscrow.ps1'
            $again.Exit | Should -Be 0
            $again.Lines[0] | Should -BeLike 'Recovery passwords: C: in_force (*)'
            foreach ($one in @($found, $mended, $again)) {
                $one.Lines.Count | Should -Be 1
                $one.Lines[0].Length | Should -BeLessOrEqual 2048
            }
            Get-Opened | Should -BeExactly $global:TotlWindows.Volumes['C:'].Protectors[0].RecoveryPassword
        }

        It 'say in that line what stands in the way, and never succeed then' {
            Set-Encrypted (New-Protector)
            Set-Away
            $mended = Invoke-ForIntune 'Repair-TotlEscrow.ps1'
            $mended.Exit | Should -Be 1
            $mended.Lines.Count | Should -Be 1
            $mended.Lines[0] | Should -BeLike '*missing*'
            [System.IO.File]::WriteAllText($script:file, "{`n}")
            foreach ($name in @('Detect-TotlEscrow.ps1', 'Repair-TotlEscrow.ps1')) {
                $broken = Invoke-ForIntune $name
                $broken.Exit | Should -Be 1
                $broken.Lines.Count | Should -Be 1
                $broken.Lines[0] | Should -BeLike '*configuration file is wrong at apiOrigin*'
            }
        }
    }
}

Describe 'without BitLocker or local users, as in WinPE' {
    It 'nothing is sealed, and a message says where to run it' -Tag 'Unix' {
        [void] (Invoke-Reference '/reset')
        [void] (Connect-Totl (New-ConfigurationPath) -SpoolPath (New-FolderName))
        Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'no_bitlocker'
        Get-Refusal { Test-TotlEscrow } | Should -BeExactly 'no_bitlocker'
        Get-Refusal { Protect-TotlLocalAdmin LocalAdmin } | Should -BeExactly 'no_local_users'
        (Invoke-Reference '/kept').secrets.Count | Should -Be 0
        Clear-Connected
        Get-Refusal { Protect-TotlBitLocker C: } | Should -BeExactly 'not_connected'
    }
}
