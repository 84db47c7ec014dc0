# One bad item stops no good one, and is not buried itself: as engine/one-bad-item.test.ts shows for the reference engine.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
}

Describe 'a message' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'preflight'
    }

    It 'of any kind is kept, never throws, and comes out as the reference engine mends it' {
        $escape = [string] [char] 27
        $messages = @(
            "line 1`r`nline 2`rline 3", ($escape + '[1;31mred' + $escape + '[0m'), ($escape + ']0;title' + [char] 7 + 'end'), ("nul`0" + [char] 127)
            '', $null, ('x' * 5000), (('x' * 4094) + [char]::ConvertFromUtf32(0x1F511) + 'yz'), ('half ' + [char] 0xD83D), ('kept ' + [char] 0xFFFD)
            1603, $true, 0.5, @('a', 'b'), @(), @{ a = 1 }, [pscustomobject] @{ b = @{ c = 2 } }, [Guid]::Empty, (Get-Date)
        )
        foreach ($message in $messages) { Add-TotlEvent -Session $script:session -RunId $script:run -Message $message }
        try { throw 'it broke' } catch { Add-TotlEvent -Session $script:session -RunId $script:run -Message $_ -Level error }
        (Send-TotlReport -Session $script:session).Rejected | Should -Be 0
        $lines = (Invoke-Reference '/kept').runs[0].lines
        $lines.Count | Should -Be ($messages.Count + 1)
        # Mended once and for all: the reference engine finds nothing more to do, on the wire or in a spool.
        $mended = Invoke-Reference '/mend' @{ lines = $lines }
        for ($index = 0; $index -lt $lines.Count; $index++) { $mended.lines[$index] | Should -BeExactly $lines[$index] }
        $events = @($lines | ForEach-Object { ConvertFrom-Json -InputObject $_ })
        $events[0].message | Should -BeExactly "line 1`nline 2`nline 3"
        $events[0].PSObject.Properties.Name | Should -Not -Contain 'mended'
        $events[1].message | Should -BeExactly 'red'
        $events[1].mended | Should -Be @('message')
        $events[4].message | Should -BeExactly '(no message)'
        $events[6].message.Length | Should -Be 4096
        $events[9].PSObject.Properties.Name | Should -Not -Contain 'mended'
        $events[-1].message | Should -BeExactly 'it broke'
    }

    It 'comes out as the reference engine mends the same' {
        $texts = @("a`r`nb", ([char] 27 + '[0mx'), "a`0b", ('y' * 5000), ('z' + [char] 0xDC00), '')
        $own = @(InModuleScope TotlProvision -Parameters @{ Texts = $texts } {
                param($Texts)
                foreach ($text in $Texts) {
                    $made = Get-TotlMessage $text
                    $raw = '{"seq":1,"at":1,"level":"info","type":"message","message":' + (ConvertTo-TotlJsonString $text) + '}'
                    [pscustomobject] @{ Raw = $raw; Value = $made.Value; Changed = $made.Changed }
                }
            })
        $theirs = @((Invoke-Reference '/mend' @{ lines = @($own | ForEach-Object { $_.Raw }) }).lines | ForEach-Object { ConvertFrom-Json -InputObject $_ })
        for ($index = 0; $index -lt $texts.Count; $index++) {
            $own[$index].Value | Should -BeExactly $theirs[$index].message
            $own[$index].Changed | Should -Be ($theirs[$index].PSObject.Properties.Name -contains 'mended')
        }
    }

    It 'may have data and a phase of any kind' {
        $circle = @{}
        $circle['self'] = $circle
        $data = @(
            @{ nested = @{ deep = @(1) } }, @{ codes = @(0, 3010, $null, '') }, @{ big = 'y' * 20000 }, @('a', 'b'), 7, 'text'
            [ordered] @{ a = 'x' * 4000; b = 'x' * 4000; c = 'x' * 4000; d = 'x' * 4000; e = 'x' * 4000 }
            @{ when = (Get-Date); id = [Guid]::Empty; not = [double]::NaN; fine = 1.5 }, @{ '' = 'x'; "a`0" = "b`0" }, [pscustomobject] @{ one = 1 }, $circle
            @{ list = @(1..100) }
        )
        foreach ($one in $data) { Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x' -Data $one }
        foreach ($phase in @('Local Admin', ([char] 0xDC + 'ber'), '1st', '---', ('x' * 50), ([string] [char] 0xD83D))) {
            Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x' -Phase $phase
        }
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x' -Type phase_started 3> $null
        (Send-TotlReport -Session $script:session).Rejected | Should -Be 0
        $lines = (Invoke-Reference '/kept').runs[0].lines
        $lines.Count | Should -Be ($data.Count + 7)
        $mended = Invoke-Reference '/mend' @{ lines = $lines }
        for ($index = 0; $index -lt $lines.Count; $index++) { $mended.lines[$index] | Should -BeExactly $lines[$index] }
        (ConvertFrom-Json -InputObject $lines[$data.Count]).phase | Should -BeExactly 'local_admin'
        (ConvertFrom-Json -InputObject $lines[$data.Count + 1]).phase | Should -BeExactly 'uber'
    }
}

Describe 'a spool after a power cut' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'preflight'
        1..5 | ForEach-Object { Add-TotlEvent -Session $script:session -RunId $script:run -Message ('event ' + $_) }
        $script:file = Join-Path -Path $script:session.SpoolPath -ChildPath ('runs/' + $script:run + '.ndjson')
        $script:lines = [System.IO.File]::ReadAllText($script:file).Split("`n")
    }

    It 'that left <What> goes on: what is lost is said in its place' -ForEach @(
        @{ What = 'zeros in the middle'; Keep = @(0, 1, -1, 3, 4); Missing = '3' }
        @{ What = 'zeros over two'; Keep = @(0, -1, 3, 4); Missing = '2 3' }
        @{ What = 'no first event'; Keep = @(1, 2, 3, 4); Missing = '1' }
        @{ What = 'no first events, and a gap'; Keep = @(2, 4); Missing = '1 2 4' }
    ) {
        $left = foreach ($index in $Keep) { if ($index -lt 0) { "`0" * 90 } else { $script:lines[$index] } }
        [System.IO.File]::WriteAllText($script:file, (($left -join "`n") + "`n"))
        $warnings = @()
        $done = Send-TotlReport -Session (New-TestSession -Spool $script:session.SpoolPath) -WarningVariable warnings -WarningAction SilentlyContinue
        $done.SetAside | Should -Be 0
        "$warnings" | Should -Match 'lost before being sent'
        $events = @((Invoke-Reference '/kept').runs[0].lines | ForEach-Object { ConvertFrom-Json -InputObject $_ } | Sort-Object -Property seq)
        ($events | ForEach-Object { $_.seq }) -join ' ' | Should -BeExactly '1 2 3 4 5'
        $lost = @($events | Where-Object { $_.PSObject.Properties.Name -contains 'mended' })
        ($lost | ForEach-Object { $_.seq }) -join ' ' | Should -BeExactly $Missing
        foreach ($one in $lost) { $one.mended | Should -Be @('lost') }
    }

    It 'loses nothing of a line behind zeros' {
        $script:lines[2] = ("`0" * 40) + $script:lines[2]
        [System.IO.File]::WriteAllText($script:file, ($script:lines -join "`n"))
        (Send-TotlReport -Session $script:session 3> $null).Sent | Should -Be 5
    }

    It 'gives no number twice that the server knows, and calls nothing lost that it has' {
        [void] (Send-TotlReport -Session $script:session)
        [System.IO.File]::WriteAllText($script:file, "`0" * 300)
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'after' 3> $null
        $done = Send-TotlReport -Session $script:session 3> $null
        $done.Sent | Should -Be 1
        (Invoke-Reference '/kept').runs[0].seqs -join ' ' | Should -BeExactly '1 2 3 4 5 6'
    }

    It 'sends what is left of a run whose envelope is gone in a plain one' {
        [System.IO.File]::WriteAllText((Join-Path -Path $script:session.SpoolPath -ChildPath ('runs/' + $script:run + '.json')), "`0" * 90)
        (Send-TotlReport -Session $script:session 3> $null).Sent | Should -Be 5
        (Invoke-Reference '/kept').runs[0].seqs.Count | Should -Be 5
    }
}

Describe 'a run that cannot go on' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:machine = Get-TotlMachine -Session $script:session
    }

    It 'is set aside and warned of, the others go on, and the next session tries it again' {
        $runs = 1..2 | ForEach-Object { Start-TotlRun -Session $script:session -Machine $script:machine -Phases 'preflight' }
        foreach ($run in $runs) { Add-TotlEvent -Session $script:session -RunId $run -Message 'x' }
        [void] (Invoke-Reference '/reset' @{ faults = @(@{ refuse = 'invalid_body' }) })
        $warnings = @()
        $done = Send-TotlReport -Session $script:session -WarningVariable warnings -WarningAction SilentlyContinue
        $done.SetAside | Should -Be 1
        $done.Sent | Should -Be 1
        "$warnings" | Should -Match 'set aside.*invalid_body'
        $asked = (Invoke-Reference '/kept').requests
        (Send-TotlReport -Session $script:session).Sent | Should -Be 0
        (Invoke-Reference '/kept').requests | Should -Be $asked
        Export-TotlSpool -Session $script:session -Path ((New-FolderName) + '.ndjson') | Should -Be 1
        (Send-TotlReport -Session (New-TestSession -Spool $script:session.SpoolPath)).Sent | Should -Be 1
    }

    It 'that a golden image brought goes on as one of this PC''s own, as the reference engine has it' {
        $run = Start-TotlRun -Session $script:session -Machine $script:machine -Phases 'preflight'
        Add-TotlEvent -Session $script:session -RunId $run -Message 'of the image'
        [void] (Send-TotlReport -Session $script:session)
        $script:machine.id = '71140f1a-445c-4779-a3e9-94ec15d8d4dd'
        [void] (Start-TotlRun -Session $script:session -Machine $script:machine -Phases 'preflight' -RunId $run)
        Add-TotlEvent -Session $script:session -RunId $run -Message 'of the clone'
        [void] (Invoke-Reference '/reset' @{ faults = @(@{ refuse = 'run_conflict' }) })
        (Send-TotlReport -Session $script:session 3> $null).Sent | Should -Be 1
        Add-TotlEvent -Session $script:session -RunId $run -Message 'later'
        (Send-TotlReport -Session $script:session -RunId $run).Sent | Should -Be 1
        $kept = (Invoke-Reference '/kept').runs
        $kept.Count | Should -Be 1
        $kept[0].id | Should -BeExactly (Invoke-Reference '/next-run' @{ run = $run; machine = $script:machine.id }).run
        $kept[0].seqs -join ' ' | Should -BeExactly '1 2'
        Start-TotlRun -Session $script:session -Machine $script:machine -Phases 'preflight' -RunId $run | Should -BeExactly $kept[0].id
        Complete-TotlRun -Session $script:session -RunId $run | Should -BeTrue
        @(Get-FilesUnder (Join-Path -Path $script:session.SpoolPath -ChildPath 'runs')).Count | Should -Be 0
    }
}

Describe 'an answer of somebody else' {
    It 'to one thing alone stops nothing else' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        $offline = New-TestSession -File (New-ConfigurationFile @{ apiOrigin = 'http://127.0.0.1:1' }) -Spool $session.SpoolPath
        1..2 | ForEach-Object { Get-Refusal { Send-TestSecret $offline $run } | Should -BeExactly 'offline' }
        $blocked = @{ status = 403; json = @{ error = 'blocked by policy' } }
        [void] (Invoke-Reference '/reset' @{ faults = @(1..6 | ForEach-Object { $blocked }) })
        Get-Refusal { Send-TotlSecret -Session $session -Pending } | Should -BeExactly 'offline'
        (Invoke-Reference '/kept').secrets.Count | Should -Be 1
        @(Send-TotlSecret -Session $session -Pending).Count | Should -Be 1
    }
}

Describe 'two processes on one spool' {
    It 'exclude each other: each event of both has a number of its own, and is whole' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        $module = (Get-Module -Name 'TotlProvision').Path
        $text = 'param($Module, $Spool, $Run, $Name); Import-Module -Name $Module; ' +
            'foreach ($count in 1..20) { Add-TotlEvent -Session ([pscustomobject] @{ SpoolPath = $Spool }) -RunId $Run -Message ($Name + $count) }'
        $other = Start-OtherShell $text $module $session.SpoolPath $run 'b'
        $events = Join-Path -Path $session.SpoolPath -ChildPath ('runs/' + $run + '.ndjson')
        # Both write at once.
        while (-not $other.HasExited -and -not [System.IO.File]::Exists($events)) { Start-Sleep -Milliseconds 10 }
        foreach ($count in 1..20) { Add-TotlEvent -Session $session -RunId $run -Message ('a' + $count) }
        $other.WaitForExit()
        $read = (Invoke-Reference '/read-spool' @{ folder = $session.SpoolPath }).runs[0].events
        ($read | ForEach-Object { $_.seq }) -join ' ' | Should -BeExactly ((1..40) -join ' ')
        @($read | ForEach-Object { $_.message } | Sort-Object -Unique).Count | Should -Be 40
    }
}
