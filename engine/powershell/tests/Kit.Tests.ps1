# The commands that a script uses in one line a phase, against a server, with doubles for nothing but what only Windows has.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    . "$PSScriptRoot/Kit.ps1"
    Disable-Waiting
}

Describe 'a build' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:spool = New-FolderName
        $script:file = New-ConfigurationPath
    }
    AfterEach { Clear-Connected }

    It 'needs a line a phase: each begins, ends, says how long it took, and is with the server before the next one ends' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool -Phases 'apps', 'settings' -Client 'Harbour Dental')
        Invoke-TotlPhase apps {
            Write-TotlLog 'Office is installed' -Data @{ channel = 'current' }
            Wait-Until { @((Invoke-Reference '/kept').runs | ForEach-Object { $_.seqs }).Count -ge 2 }
        }
        Wait-Until { @((Invoke-Reference '/kept').runs[0].seqs).Count -ge 4 }
        Invoke-TotlPhase settings { $null = 1 }
        $end = Disconnect-Totl
        $end.Succeeded | Should -BeTrue
        $end.Sent | Should -BeTrue
        $events = Get-KeptEvents
        ($events | ForEach-Object { '{0} {1}' -f $_.type, (Get-Phase $_) }) -join ', ' | Should -BeExactly (
            'run_started , phase_started apps, message apps, phase_succeeded apps, phase_started settings, phase_succeeded settings, run_succeeded ')
        $events[2].data.channel | Should -BeExactly 'current'
        $events[3].data.durationMs | Should -BeGreaterOrEqual 0
        $events[3].data.PSObject.Properties.Name | Should -Not -Contain 'exitCode'
        # Nothing is left of it but what later sessions need: which run it was, and which number comes next in it.
        @(Get-FilesUnder (Join-Path -Path $script:spool -ChildPath 'runs') | ForEach-Object { [System.IO.Path]::GetExtension($_) } | Sort-Object) -join ' ' | Should -BeExactly '.json .next'
        Test-Path -LiteralPath (Join-Path -Path $script:spool -ChildPath 'handover.json') | Should -BeFalse
    }

    It 'runs a block as if it stood in the script: its variables stay, its output is returned, its preferences are the script''s' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        $ErrorActionPreference = 'Continue'
        $returned = Invoke-TotlPhase apps {
            $installed = 'Office'
            Write-Error -Message 'not terminating here' 2> $null
            'one'; 'two'
        }
        $returned -join ' ' | Should -BeExactly 'one two'
        $installed | Should -BeExactly 'Office'
        Disconnect-Totl | Out-Null
        (Get-KeptEvents)[2].type | Should -BeExactly 'phase_succeeded'
    }

    It 'is stopped by an error of its own as it would be without these commands, and the error is reported without its secret' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        { Invoke-TotlPhase apps { throw 'net use failed: password=Summer-2026! for https://admin:hunter22@nas/share' } } | Should -Throw '*Summer-2026*'
        $end = Disconnect-Totl
        $end.Succeeded | Should -BeFalse
        $end.FailedPhases | Should -Be 'apps'
        $failed = (Get-KeptEvents)[2]
        $failed.type | Should -BeExactly 'phase_failed'
        $failed.message | Should -BeExactly 'net use failed: password=[removed] for https://[removed]@nas/share'
        $failed.data.script | Should -BeExactly 'Kit.Tests.ps1'
        $failed.data.line | Should -BeGreaterThan 1
        (Get-KeptEvents)[3].type | Should -BeExactly 'run_failed'
        (Get-SpoolText $script:spool) | Should -Not -Match 'Summer-2026|hunter22'
    }

    It 'goes on after a phase that may fail, and after an error of this product, since a PC that is offline is still to be built' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        Invoke-TotlPhase apps -ContinueOnError { throw 'no such package' } 3> $null
        [void] (Invoke-Reference '/reset' @{ key = 'none' })
        Invoke-TotlPhase secret { Get-TotlTenantKey -Session (Get-ConnectedSession) } 3> $null
        Invoke-TotlPhase last { $script:reached = $true }
        $script:reached | Should -BeTrue
        (Disconnect-Totl).FailedPhases -join ' ' | Should -BeExactly 'apps secret'
    }

    It 'tells of a program that has failed, which PowerShell itself passes over, and of none that only wants a restart' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        $warnings = foreach ($code in @(1603, 3010)) { Invoke-TotlPhase ('code_' + $code) { $global:LASTEXITCODE = $code } 3>&1 }
        "$warnings" | Should -BeExactly 'Phase code_1603 is done; its last program ended with 1603'
        Disconnect-Totl | Out-Null
        $ends = @(Get-KeptEvents | Where-Object { $_.type -eq 'phase_succeeded' })
        $ends[0].level | Should -BeExactly 'warning'
        $ends[0].data.exitCode | Should -Be 1603
        $ends[1].level | Should -BeExactly 'info'
    }

    It 'runs every block of a script, and warns where two phases have become one, because a block that is left out silently is a PC without it' {
        $warnings = Connect-Totl $script:file -SpoolPath $script:spool -Phases 'apps', 'Apps' 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        "$warnings" | Should -BeExactly 'Apps is phase apps of the plan once more: give each phase a name of its own.'
        $ran = @()
        $warnings = @()
        foreach ($name in @('apps', 'Apps', 'apps', '2nd', '3nd', ([string] [char] 0x65E5), ('a' * 33))) { $warnings += @(Invoke-TotlPhase $name { $ran += $name } 3>&1) }
        $ran.Count | Should -Be 7
        @($warnings | Where-Object { "$_" -like '*is there twice*' }).Count | Should -Be 3
        @($warnings | Where-Object { "$_" -like 'The phase * is reported as *' }).Count | Should -Be 5
        (Disconnect-Totl).Succeeded | Should -BeTrue
    }

    It 'has not succeeded while a phase of its plan never ran, because whoever hands the PC out looks at that word' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool -Phases 'apps', 'BitLocker', 'local_admin')
        Invoke-TotlPhase apps { $null = 1 }
        $end = Disconnect-Totl 3>&1
        "$($end[0])" | Should -BeExactly 'The run has failed: never run, though planned: bitlocker, local_admin'
        $end[1].Succeeded | Should -BeFalse
        $end[1].FailedPhases.Count | Should -Be 0
        $end[1].NotRun -join ' ' | Should -BeExactly 'bitlocker local_admin'
        (Get-KeptEvents)[3].type | Should -BeExactly 'run_failed'
    }

    It 'leaves the spool also where a later session has sent what it could not, and one that has not ended stays' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        [void] (Invoke-Reference '/reset' @{ faults = @(1..50 | ForEach-Object { 'drop-before' }) })
        $offline = Disconnect-Totl 3> $null
        $offline.Sent | Should -BeFalse
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession -Spool $script:spool
        $open = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'own'
        Add-TotlEvent -Session $session -RunId $open -Message 'goes on after this'
        $last = Connect-Totl $script:file -SpoolPath $script:spool
        (Disconnect-Totl).Sent | Should -BeTrue
        $left = @(Get-ChildItem -LiteralPath (Join-Path -Path $script:spool -ChildPath 'runs') -Filter '*.json' | ForEach-Object { $_.BaseName } | Sort-Object)
        $left -join ' ' | Should -BeExactly (@($open, $last.RunId | Sort-Object) -join ' ')
    }

    It 'is told to the server as ended though a secret of an earlier session is not taken now' {
        $session = Connect-Totl $script:file -SpoolPath $script:spool
        $about = @{ Session = $session; Key = Get-TotlTenantKey -Session $session; MachineId = $session.Machine.id; RunId = $session.RunId; Account = 'LocalAdmin' }
        $full = @(1..12 | ForEach-Object { @{ refuse = 'secret_quota_exceeded' } })
        InModuleScope TotlProvision { Stop-TotlSender $script:Connected }
        [void] (Invoke-Reference '/reset' @{ faults = $full })
        Get-Refusal { Send-TotlSecret -Session $session -Sealed (Protect-TotlSecret @about -Secret 'left behind') } | Should -BeExactly 'offline'
        $end = Disconnect-Totl 3> $null
        $end.Sent | Should -BeFalse
        $end.Why | Should -BeLike '*secret_quota_exceeded*'
        @(Get-KeptEvents)[-1].type | Should -BeExactly 'run_succeeded'
    }

    It 'keeps no empty line of a program for a message' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        @('one', '', $null, 'two') | Write-TotlLog
        Disconnect-Totl | Out-Null
        @(Get-KeptEvents | Where-Object { $_.type -eq 'message' } | ForEach-Object { $_.message }) -join ' ' | Should -BeExactly 'one two'
    }

    It 'says of a phase that somebody has broken off that it failed' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        foreach ($once in @(1)) { Invoke-TotlPhase apps { break } }
        (Disconnect-Totl).FailedPhases | Should -Be 'apps'
        (Get-KeptEvents)[2].message | Should -BeExactly 'Phase apps was broken off'
    }

    It 'is never stopped by a server that is away, a spool that cannot be written or a session that is missing' {
        Invoke-TotlPhase apps { $script:ran = 1 } 3> $null
        Write-TotlLog 'nobody listens'
        Disconnect-Totl 3> $null
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        [void] (Invoke-Reference '/reset' @{ faults = @(1..200 | ForEach-Object { 'drop-before' }) })
        Invoke-TotlPhase apps { $script:ran += 1 }
        # As on a full disk: nothing can be added.
        $path = Join-Path -Path $script:spool -ChildPath 'runs'
        Rename-Item -LiteralPath $path -NewName 'elsewhere'
        Invoke-TotlPhase settings { $script:ran += 1 } 3> $null
        Rename-Item -LiteralPath (Join-Path -Path $script:spool -ChildPath 'elsewhere') -NewName 'runs'
        $end = Disconnect-Totl 3> $null
        $script:ran | Should -Be 3
        $end.Sent | Should -BeFalse
        $end.Why | Should -Not -BeNullOrEmpty
        [void] (Invoke-Reference '/reset')
        # What is unsent goes with the next session.
        [void] (Connect-Totl $script:file -SpoolPath $script:spool -NewRun)
        Disconnect-Totl | Out-Null
        @((Invoke-Reference '/kept').runs).Count | Should -Be 2
    }

    It 'keeps every event though the sender reads them while they are written' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        $warnings = @()
        Invoke-TotlPhase log {
            foreach ($number in 1..25) { Write-TotlLog "line $number" -WarningVariable +warnings }
            Wait-Until { @((Invoke-Reference '/kept').runs).Count -eq 1 }
            foreach ($number in 26..50) { Write-TotlLog "line $number" -WarningVariable +warnings }
        }
        (Disconnect-Totl).Sent | Should -BeTrue
        $warnings.Count | Should -Be 0
        $events = Get-KeptEvents
        $events.Count | Should -Be 54
        @($events | Where-Object { $_.message -like 'line *' } | ForEach-Object { $_.message }) -join ',' | Should -BeExactly (@(1..50 | ForEach-Object { "line $_" }) -join ',')
    }

    It 'sends a secret that an earlier session left even if the server is away at first' {
        $session = Connect-Totl $script:file -SpoolPath $script:spool
        $about = @{ Session = $session; Key = Get-TotlTenantKey -Session $session; MachineId = $session.Machine.id; RunId = $session.RunId; Account = 'LocalAdmin' }
        [void] (Invoke-Reference '/reset' @{ faults = @(1..300 | ForEach-Object { 'drop-before' }) })
        Get-Refusal { Send-TotlSecret -Session $session -Sealed (Protect-TotlSecret @about -Secret 'left behind') } | Should -BeExactly 'offline'
        Clear-Connected
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        Wait-Until { $null -ne (Get-ConnectedSession).Sender.Box.Failure }
        [void] (Invoke-Reference '/reset')
        Write-TotlLog 'the server is back'
        Wait-Until { @((Invoke-Reference '/kept').runs).Count -gt 0 }
        (Invoke-Reference '/kept').secrets.Count | Should -Be 1
    }

    It 'reads what another has open to write, which Windows refuses unless a reader says so' {
        InModuleScope TotlProvision -Parameters @{ Path = New-FolderName } {
            param($Path)
            Write-TotlWhole $Path 'before'
            $writer = New-Object System.IO.FileStream -ArgumentList $Path, ([System.IO.FileMode]::OpenOrCreate), ([System.IO.FileAccess]::ReadWrite)
            try { Read-TotlText $Path | Should -BeExactly 'before' } finally { $writer.Dispose() }
        }
    }

    It 'is stopped at its first line by a wrong file or a spool that is none, because nothing would be escrowed' {
        Get-Refusal { Connect-Totl (New-FolderName) -SpoolPath $script:spool } | Should -BeExactly 'bad_configuration'
        $blocked = New-FolderName
        [System.IO.File]::WriteAllText($blocked, 'a file')
        Get-Refusal { Connect-Totl $script:file -SpoolPath $blocked } | Should -BeExactly 'no_spool'
    }
}

Describe 'after a restart' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:spool = New-FolderName
        $script:file = New-ConfigurationPath
    }
    AfterEach { Clear-Connected }

    It 'the script goes on with its run and its numbers, and passes over what is done' {
        $first = (Connect-Totl $script:file -SpoolPath $script:spool -Phases 'apps', 'settings').RunId
        Invoke-TotlPhase apps { $script:times = 1 }
        Restart-Totl -NoResume -NoRestart
        Clear-Connected
        (Connect-Totl $script:file -SpoolPath $script:spool).RunId | Should -BeExactly $first
        $passed = Invoke-TotlPhase apps { $script:times += 1 } 3>&1
        "$passed" | Should -BeLike 'Phase apps was done by an earlier start of the script, and is passed over*'
        Invoke-TotlPhase settings { $null = 1 }
        Disconnect-Totl | Out-Null
        $script:times | Should -Be 1
        $kept = Invoke-Reference '/kept'
        $kept.runs.Count | Should -Be 1
        $kept.runs[0].seqs -join ' ' | Should -BeExactly '1 2 3 4 5 6 7 8 9'
        (Get-KeptEvents)[3].type | Should -BeExactly 'reboot'
        # In the portal it stays a phase that has succeeded.
        (Get-KeptEvents)[5].type | Should -BeExactly 'message'
        (ConvertFrom-Json -InputObject $kept.heads[-1]).run.phases -join ' ' | Should -BeExactly 'apps settings'
    }

    It 'a run that WinPE began goes on in Windows, once its folder is moved there' {
        $winpe = Join-Path -Path (New-FolderName) -ChildPath 'ProgramData/TotlProvision'
        $first = Connect-Totl $script:file -SpoolPath $winpe -Phases 'disk', 'apps'
        Invoke-TotlPhase disk { $null = 1 }
        # Offline there: WinPE often has no driver for the network.
        [void] (Invoke-Reference '/reset' @{ faults = @(1..50 | ForEach-Object { 'drop-before' }) })
        Restart-Totl -NoResume -NoRestart 3> $null
        Clear-Connected
        [void] (Invoke-Reference '/reset')
        Move-Item -LiteralPath $winpe -Destination $script:spool
        $second = Connect-Totl $script:file -SpoolPath $script:spool -Phases 'disk', 'apps'
        $second.RunId | Should -BeExactly $first.RunId
        $second.Machine.id | Should -BeExactly $first.Machine.id
        Invoke-TotlPhase disk { throw 'it was done' } 3> $null
        Invoke-TotlPhase apps { $null = 1 }
        (Disconnect-Totl).Sent | Should -BeTrue
        (Invoke-Reference '/kept').runs[0].seqs -join ' ' | Should -BeExactly '1 2 3 4 5 6 7 8 9'
    }

    It 'a second block of the same name runs where only the first was done, and no more than what was done is passed over' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        Invoke-TotlPhase apps { $null = 1 }
        Restart-Totl -NoResume -NoRestart
        Clear-Connected
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        $script:ran = ''
        Invoke-TotlPhase apps { $script:ran += 'first ' } 3> $null
        Invoke-TotlPhase apps { $script:ran += 'second ' } 3> $null
        Clear-Connected
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        Invoke-TotlPhase apps -Again { $script:ran += 'again' }
        Invoke-TotlPhase apps { $script:ran += 'never' } 3> $null
        $script:ran | Should -BeExactly 'second again'
    }

    It 'a script that was started with parameters says which the task passes on, since a task without them would fail at each start of Windows' {
        Use-WindowsDoubles
        try {
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            $caller = (New-FolderName) + '.ps1'
            [System.IO.File]::WriteAllText($caller, 'param($ConfigurationPath, $Pass) & { Restart-Totl @Pass }')
            Get-Refusal { & $caller -ConfigurationPath 'C:\totl\engine.json' } | Should -BeExactly 'no_resume'
            $said = try { & $caller -ConfigurationPath 'C:\totl\engine.json' } catch { [string] $_ }
            $said | Should -BeLike 'The script was started with -ConfigurationPath: pass its -Arguments*'
            $global:TotlWindows.Restarts | Should -Be 0
            & $caller -ConfigurationPath 'C:\totl\engine.json' -Pass @{ Arguments = @('-ConfigurationPath', 'C:\totl\engine.json') }
            $global:TotlWindows.Task.Action.Argument | Should -BeLike '*.ps1 -ConfigurationPath "C:\totl\engine.json"'
            & $caller -ConfigurationPath 'C:\totl\engine.json' -Pass @{ Arguments = @() }
            & $caller
            $global:TotlWindows.Restarts | Should -Be 3
        }
        finally { Remove-WindowsDoubles }
    }

    It 'that Windows has not yet come to, the script begins nothing more and ends nothing, because Windows takes its time to end it' {
        Use-WindowsDoubles
        try {
            $first = Connect-Totl $script:file -SpoolPath $script:spool -Phases 'apps', 'local_admin'
            $script:ran = 0
            Invoke-TotlPhase apps { $script:ran += 1 }
            Restart-Totl -NoResume
            $warned = Invoke-TotlPhase local_admin { $script:ran += 1 } 3>&1
            "$warned" | Should -BeExactly 'Phase local_admin waits until the PC has restarted.'
            $script:ran | Should -Be 1
            foreach ($act in { Protect-TotlLocalAdmin LocalAdmin -Create }, { Protect-TotlBitLocker C: }, { Test-TotlEscrow }) { Get-Refusal $act | Should -BeExactly 'restarting' }
            $end = Disconnect-Totl
            $end.Restarting | Should -BeTrue
            $end.Succeeded | Should -BeFalse
            $end.NotRun | Should -Be 'local_admin'
            $end.Sent | Should -BeTrue
            @(Get-KeptEvents | Where-Object { $_.type -like 'run_*' } | ForEach-Object { $_.type }) | Should -Be 'run_started'
            (Connect-Totl $script:file -SpoolPath $script:spool).RunId | Should -BeExactly $first.RunId
            Invoke-TotlPhase local_admin { $script:ran += 1 }
            $end = Disconnect-Totl
            $end.Succeeded | Should -BeTrue
            $end.Restarting | Should -BeFalse
            $script:ran | Should -Be 2
        }
        finally { Remove-WindowsDoubles }
    }

    It 'that a phase brings about leaves that phase undone, also where it ends the script by itself: it begins again' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        Invoke-TotlPhase first { Restart-Totl -NoResume -NoRestart }
        Clear-Connected
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        foreach ($once in @(1)) {
            Invoke-TotlPhase first {
                Restart-Totl -NoResume -NoRestart
                break
            }
        }
        Clear-Connected
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        $script:ran = 0
        Invoke-TotlPhase first { $script:ran += 1 }
        $script:ran | Should -Be 1
        (Disconnect-Totl).Succeeded | Should -BeTrue
        @(Get-KeptEvents | Where-Object { $_.type -like 'phase_*' } | ForEach-Object { $_.type }) -join ' ' | Should -BeExactly 'phase_started phase_started phase_started phase_succeeded'
    }

    It 'that Windows refuses is an error, and the script may go on as before, with its sender' {
        Use-WindowsDoubles
        try {
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            $global:TotlWindows.Refuses = 'Restart-Computer'
            Get-Refusal { Restart-Totl -NoResume } | Should -BeExactly 'no_restart'
            Invoke-TotlPhase apps { Wait-Until { @((Invoke-Reference '/kept').runs[0].lines | Where-Object { $_ -like '*phase_started*' }).Count -eq 1 } }
            (Disconnect-Totl).Succeeded | Should -BeTrue
        }
        finally { Remove-WindowsDoubles }
    }

    It 'that did not come leaves no task behind a run that has ended: at a later start it would run the whole script again' {
        Use-WindowsDoubles
        try {
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            $global:TotlWindows.Refuses = 'Restart-Computer'
            Get-Refusal { Restart-Totl -Script $PSCommandPath } | Should -BeExactly 'no_restart'
            (Disconnect-Totl).Restarting | Should -BeFalse
            $global:TotlWindows.Task | Should -BeNullOrEmpty
            # One that Windows keeps is a warning, and the run ends all the same.
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            Get-Refusal { Restart-Totl -Script $PSCommandPath } | Should -BeExactly 'no_restart'
            $global:TotlWindows.Refuses = 'Unregister-ScheduledTask'
            (Disconnect-Totl -WarningVariable warned 3> $null).Sent | Should -BeTrue
            "$warned" | Should -BeLike 'The task of a restart is still there*'
            Test-Path -LiteralPath (Join-Path -Path $script:spool -ChildPath 'handover.json') | Should -BeFalse
            # A run that goes on after the restart needs it, and a check beside it has none of its own.
            $global:TotlWindows.Refuses = @()
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            Restart-Totl -Script $PSCommandPath
            $task = $global:TotlWindows.Task
            (Disconnect-Totl).Restarting | Should -BeTrue
            $global:TotlWindows.Task | Should -Be $task
            [void] (Connect-Totl $script:file -SpoolPath $script:spool -Check)
            $global:TotlWindows.Task = $task
            [void] (Disconnect-Totl)
            $global:TotlWindows.Task | Should -Be $task
        }
        finally { Remove-WindowsDoubles }
    }

    It 'a run of which only the handover was moved is not gone on with: its numbers would begin again, and the server would take its events for those that it has' {
        $first = (Connect-Totl $script:file -SpoolPath $script:spool).RunId
        Restart-Totl -NoResume -NoRestart
        Clear-Connected
        $moved = New-FolderName
        [void] [System.IO.Directory]::CreateDirectory($moved)
        foreach ($name in @('handover.json', 'machine-id')) { Copy-Item -LiteralPath (Join-Path -Path $script:spool -ChildPath $name) -Destination $moved }
        $second = Connect-Totl $script:file -SpoolPath $moved -WarningVariable warned 3> $null
        $second.RunId | Should -Not -Be $first
        "$warned" | Should -BeLike '*Move the folder as a whole.'
        # Its events alone are enough.
        Clear-Connected
        $path = Join-Path -Path $script:spool -ChildPath ('runs/' + $first)
        Remove-Item -LiteralPath ($path + '.json')
        (Connect-Totl $script:file -SpoolPath $script:spool).RunId | Should -BeExactly $first
        (Disconnect-Totl).Sent | Should -BeTrue
        $seqs = @(@((Invoke-Reference '/kept').runs | Where-Object { $_.id -eq $first })[0].seqs)
        $seqs -join ' ' | Should -BeExactly (@(1..$seqs.Count) -join ' ')
    }

    It 'another PC''s run is not taken up, as from an image, nor one that nobody has gone on with for a week, nor where a new one is asked for' {
        $path = Join-Path -Path $script:spool -ChildPath 'handover.json'
        $first = (Connect-Totl $script:file -SpoolPath $script:spool).RunId
        Invoke-TotlPhase apps { $null = 1 }
        $whole = [System.IO.File]::ReadAllText($path)
        $others = @(
            ($whole -creplace '"machine":"[^"]+"', ('"machine":"' + [Guid]::NewGuid() + '"')),
            ($whole -creplace '"at":[0-9]+', '"at":1000'), '{"version":1}', 'no JSON', ($whole -creplace '"run":"[^"]+"', '"run":"../../x"')
        )
        foreach ($other in $others) {
            Clear-Connected
            [System.IO.File]::WriteAllText($path, $other)
            (Connect-Totl $script:file -SpoolPath $script:spool 3> $null).RunId | Should -Not -Be $first
        }
        Clear-Connected
        [System.IO.File]::WriteAllText($path, $whole)
        (Connect-Totl $script:file -SpoolPath $script:spool -NewRun).RunId | Should -Not -Be $first
    }

    It 'the script is started by a task, with its arguments in quotes; a quote in one, or a script that is not there, is refused before the PC restarts' {
        Use-WindowsDoubles
        try {
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            $resumed = (New-FolderName) + ' with spaces.ps1'
            [System.IO.File]::WriteAllText($resumed, '')
            Restart-Totl -Script $resumed -Arguments '-Client', 'Harbour Dental', '-Folder', 'C:\a b\'
            $global:TotlWindows.Restarts | Should -Be 1
            $task = $global:TotlWindows.Task
            $task.Principal.UserId | Should -BeExactly 'S-1-5-18'
            $task.Action.Argument | Should -BeExactly ('-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}" -Client "Harbour Dental" -Folder "C:\a b\\"' -f $resumed)
            Get-Refusal { Restart-Totl -Script $resumed -Arguments 'a"b' } | Should -BeExactly 'no_resume'
            Get-Refusal { Restart-Totl -Script (New-FolderName) } | Should -BeExactly 'no_resume'
            $global:TotlWindows.Refuses = 'Register-ScheduledTask'
            Get-Refusal { Restart-Totl -Script $resumed } | Should -BeExactly 'no_resume'
            $global:TotlWindows.Restarts | Should -Be 1
            Clear-Connected
            [void] (Connect-Totl $script:file -SpoolPath $script:spool)
            $global:TotlWindows.Task | Should -BeNullOrEmpty
        }
        finally { Remove-WindowsDoubles }
    }

    It 'nothing is promised where nothing can be registered, as in WinPE' -Tag 'Unix' {
        [void] (Connect-Totl $script:file -SpoolPath $script:spool)
        Get-Refusal { Restart-Totl -Script $PSCommandPath } | Should -BeExactly 'no_resume'
        Get-Refusal { Restart-Totl -NoResume } | Should -BeExactly 'no_restart'
    }
}

Describe 'what is taken out of a message' {
    BeforeAll { $script:about = New-HidingSession 'kq7-Vm2_made-here' }

    It '<_>' -ForEach @(
        'key 000011-000022-720885-111111-222222-333333-444444-555555 here|key [removed] here'
        'token tok_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345!|token [removed]!'
        'Authorization: Bearer abcdefghij.klm|Authorization: Bearer [removed]'
        'GET https://me:word@host/x|GET https://[removed]@host/x'
        'setup.exe -Password "two words" /quiet|setup.exe -Password [removed] /quiet'
        'setup.exe /pwd:geheim99 /quiet|setup.exe /pwd:[removed] /quiet'
        '{"client_secret": "abc def"}|{"client_secret": [removed]}'
        'said kq7-Vm2_made-here twice: kq7-Vm2_made-here|said [removed] twice: [removed]'
        'eyJhbGciOiJ9.eyJzdWIiOiIx.c2lnbmF0dXJl|[removed]'
        'The password does not meet the requirements of the policy.|The password does not meet the requirements of the policy.'
        'Version 10.0.26100, serial 123456-123456|Version 10.0.26100, serial 123456-123456'
    ) {
        $given, $wanted = $_.Split([char] '|')
        InModuleScope TotlProvision -Parameters @{ About = $script:about; Given = $given; Wanted = $wanted } {
            param($About, $Given, $Wanted)
            Hide-TotlSecrets $About $Given | Should -BeExactly $Wanted
            (Hide-TotlData $About @{ a = @($Given); b = $Given; n = 7; secret = 'x' }).b | Should -BeExactly $Wanted
        }
    }

    It 'is what a member holds whose name ends in such a word, as in the text, and not what another holds' {
        InModuleScope TotlProvision -Parameters @{ About = $script:about } {
            param($About)
            $hidden = Hide-TotlData $About @{ LocalAdminPassword = 'Summer!'; api_key = 'k1'; passwordPolicy = 'long' }
            $hidden['LocalAdminPassword'] + $hidden['api_key'] + $hidden['passwordPolicy'] | Should -BeExactly '[removed][removed]long'
        }
    }
}
