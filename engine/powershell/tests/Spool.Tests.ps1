# What is on disk: who may read it, what a kill leaves of it, and that the reference engine and the module read each other's files.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
}

Describe 'the spool' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:folder = $script:session.SpoolPath
        $script:run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'preflight'
    }

    It 'is for SYSTEM and Administrators only' -Tag 'Windows' {
        $acl = Get-Acl -LiteralPath $script:folder
        $acl.AreAccessRulesProtected | Should -BeTrue
        $sids = $acl.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]) | ForEach-Object { $_.IdentityReference.Value }
        ($sids | Sort-Object) -join ' ' | Should -BeExactly 'S-1-5-18 S-1-5-32-544'
    }

    It 'is for its owner only, also where the folder was there and open to all' -Tag 'Unix' {
        $open = New-FolderName
        [void] [System.IO.Directory]::CreateDirectory($open)
        [System.IO.File]::SetUnixFileMode($open, [System.IO.UnixFileMode] 511)
        [void] (New-TestSession -Spool $open)
        foreach ($folder in @($script:folder, $open)) { [int] [System.IO.File]::GetUnixFileMode($folder) | Should -Be 448 }
    }

    It 'goes on with the next number after a reboot, and keeps when the run began' {
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'before'
        $before = (Invoke-Reference '/read-spool' @{ folder = $script:folder }).runs[0].envelope
        $again = New-TestSession -Spool $script:folder
        $machine = Get-TotlMachine -Session $again
        $machine.hostname = 'RENAMED'
        [void] (Start-TotlRun -Session $again -Machine $machine -Phases 'preflight', 'rename' -RunId $script:run -EngineVersion '1.2')
        Add-TotlEvent -Session $again -RunId $script:run -Message 'after' -Type phase_started -Phase rename -Data @{ list = @('one') }
        $read = (Invoke-Reference '/read-spool' @{ folder = $script:folder }).runs[0]
        $read.envelope.run.startedAt | Should -Be $before.run.startedAt
        $read.envelope.run.engineVersion | Should -BeExactly '1.2'
        $read.envelope.machine.hostname | Should -BeExactly 'RENAMED'
        ($read.events | ForEach-Object { $_.seq }) -join ' ' | Should -BeExactly '1 2'
        $read.events[1].type | Should -BeExactly 'phase_started'
        $read.events[1].data.list.Count | Should -Be 1
    }

    It 'drops an event that a kill cut off, at whatever byte, and nothing before or after it' {
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'whole'
        $file = Join-Path -Path $script:folder -ChildPath ('runs/' + $script:run + '.ndjson')
        $whole = [System.IO.File]::ReadAllBytes($file)
        # Characters of two bytes in UTF-8, and of four: a cut may go through the middle of a character.
        Add-TotlEvent -Session $script:session -RunId $script:run -Message ('cut ' + [char] 0xFC + [char]::ConvertFromUtf32(0x1F511))
        $both = [System.IO.File]::ReadAllBytes($file)
        for ($length = $whole.Length; $length -lt $both.Length - 1; $length++) {
            [byte[]] $cut = New-Object byte[] $length
            [Array]::Copy($both, $cut, $length)
            [System.IO.File]::WriteAllBytes($file, $cut)
            Add-TotlEvent -Session $script:session -RunId $script:run -Message 'after' -WarningAction SilentlyContinue 3> $null
            InModuleScope TotlProvision -Parameters @{ Folder = $script:folder; Run = $script:run } {
                param($Folder, $Run)
                $kept = @(Read-TotlEvents $Folder $Run 3> $null)
                ($kept | ForEach-Object { '{0} {1}' -f $_.Seq, (ConvertFrom-Json -InputObject $_.Line).message }) -join ', ' | Should -BeExactly '1 whole, 2 after'
            }
        }
    }

    It 'sets what is damaged aside, keeps it, and goes on with all else' {
        foreach ($name in @('pin.json', ('runs/' + $script:run + '.json'), 'secrets/71140f1a-445c-4779-a3e9-94ec15d8d4dd.json')) {
            [System.IO.File]::WriteAllBytes((Join-Path -Path $script:folder -ChildPath $name), [byte[]] @(0x7B, 0x22, 0xFF))
        }
        [System.IO.File]::WriteAllBytes((Join-Path -Path $script:folder -ChildPath ('runs/' + $script:run + '.next')), [byte[]] @(0xFF))
        [void] (Get-TotlTenantKey -Session $script:session 3> $null)
        (Send-TotlReport -Session $script:session 3> $null).Sent | Should -Be 0
        (Get-Refusal { Send-TotlSecret -Session $script:session -Pending 3> $null }) | Should -BeNullOrEmpty
        foreach ($name in @('set-aside/pin.json', ('runs/set-aside/' + $script:run + '.json'), 'secrets/set-aside/71140f1a-445c-4779-a3e9-94ec15d8d4dd.json')) {
            Test-Path -LiteralPath (Join-Path -Path $script:folder -ChildPath $name) | Should -BeTrue
        }
    }

    It 'is read by the reference engine, and exported to the very lines that it would write' {
        $text = [char] 0xFC + [char]::ConvertFromUtf32(0x1F511) + ' "q" \ 2026-01-01T00:00:00Z'
        1..3 | ForEach-Object { Add-TotlEvent -Session $script:session -RunId $script:run -Message ($text + $_) }
        [void] (Invoke-Reference '/reset' @{ faults = @('none', @{ refuse = 'tenant_suspended' }) })
        Get-Refusal { Send-TestSecret $script:session $script:run 'canary-kq7' } | Should -BeExactly 'tenant_suspended'
        $out = (New-FolderName) + '.spool.ndjson'
        Export-TotlSpool -Session $script:session -Path $out | Should -Be 2
        $read = Invoke-Reference '/read-spool' @{ folder = $script:folder }
        $read.damaged.Count | Should -Be 0
        [System.IO.File]::ReadAllText($out) | Should -BeExactly (($read.lines -join "`n") + "`n")
        foreach ($file in @(Get-FilesUnder $script:folder) + $out) {
            [System.IO.File]::ReadAllText($file) | Should -Not -Match 'canary|tok_'
        }
    }

    It 'that the reference engine wrote is sent and exported by the module as it is' {
        $folder = New-FolderName
        $written = Invoke-Reference '/write-spool' @{ folder = $folder; events = 1201 }
        $session = New-TestSession -Spool $folder
        $lines = (Invoke-Reference '/read-spool' @{ folder = $folder }).lines
        $out = (New-FolderName) + '.spool.ndjson'
        Export-TotlSpool -Session $session -Path $out | Should -Be 4
        [System.IO.File]::ReadAllText($out) | Should -BeExactly (($lines -join "`n") + "`n")
        [void] (Invoke-Reference '/reset')
        (Send-TotlReport -Session $session).Sent | Should -Be 1201
        @(Send-TotlSecret -Session $session -Pending).Count | Should -Be 1
        $kept = Invoke-Reference '/kept'
        $kept.requests | Should -Be 4
        $kept.runs[0].id | Should -BeExactly $written.run
        (Invoke-Reference '/open' @{ body = $kept.secrets[0].body }).plaintext | Should -BeExactly ('kq7-Vm2_' + [char] 0xFC + 'n' + [char] 0xEF)
    }

    It 'is exported as what the server has not acknowledged, and not at all where that is nothing' {
        $out = (New-FolderName) + '.spool.ndjson'
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'sent'
        [void] (Send-TotlReport -Session $script:session)
        Export-TotlSpool -Session $script:session -Path $out | Should -Be 0
        Test-Path -LiteralPath $out | Should -BeFalse
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'unsent'
        Export-TotlSpool -Session $script:session -Path $out | Should -Be 1
        $line = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($out))
        @($line.report.events).Count | Should -Be 1
        $line.report.events[0].seq | Should -Be 2
    }

    It 'sends what waits in the order in which it was sealed, each try with its own instant, and numbers it beyond a damaged count' {
        $key = Get-TotlTenantKey -Session $script:session
        $machine = (Get-TotlMachine -Session $script:session).id
        foreach ($plaintext in @('tried', 'tried again', 'applied')) {
            $sealed = Protect-TotlSecret -Session $script:session -Key $key -MachineId $machine -RunId $script:run -Account 'Administrator' -Secret $plaintext
            [void] (Invoke-Reference '/reset' @{ faults = @(@{ refuse = 'tenant_suspended' }) })
            Get-Refusal { Send-TotlSecret -Session $script:session -Sealed $sealed } | Should -BeExactly 'tenant_suspended'
        }
        [System.IO.File]::WriteAllBytes((Join-Path -Path $script:folder -ChildPath 'sealed.count'), [byte[]] @(0, 0, 0))
        # Sealed without a session: numbered when it is put into the spool.
        $sealed = Protect-TotlSecret -Key $key -MachineId $machine -RunId $script:run -Account 'Administrator' -Secret 'later'
        [void] (Invoke-Reference '/reset' @{ faults = @(@{ refuse = 'tenant_suspended' }) })
        Get-Refusal { Send-TotlSecret -Session $script:session -Sealed $sealed } | Should -BeExactly 'tenant_suspended'
        (Invoke-Reference '/read-spool' @{ folder = $script:folder }).damaged.Count | Should -Be 0
        [void] (Invoke-Reference '/reset')
        @(Send-TotlSecret -Session $script:session -Pending).Count | Should -Be 4
        $sent = @((Invoke-Reference '/kept').secrets | ForEach-Object { ConvertFrom-Json -InputObject $_.body })
        ($sent[0..2] | ForEach-Object { $_.order }) -join ' ' | Should -BeExactly '1 2 3'
        $sent[3].order | Should -BeGreaterThan 1000000
        foreach ($one in $sent) { $one.sentAt | Should -BeGreaterThan 1700000000000 }
        foreach ($file in @(Get-FilesUnder $script:folder)) { [System.IO.File]::ReadAllText($file) | Should -Not -Match 'sentAt' }
    }

    It 'stands in a folder of any name' {
        $folder = Join-Path -Path $TestDrive -ChildPath ('a [b] ' + [char] 0xFC + ' `c')
        $session = New-TestSession -Spool $folder
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        (Send-TestSecret $session $run).version | Should -Be 1
        (Send-TotlReport -Session $session).Sent | Should -Be 1
        Complete-TotlRun -Session $session -RunId $run | Should -BeTrue
    }
}
