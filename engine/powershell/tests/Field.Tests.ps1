# What PCs, shells and their languages do to a provisioning script (docs/field-cases.md).
BeforeDiscovery {
    $cultures = @('tr-TR', 'th-TH', 'ar-SA', 'fa-IR', 'de-DE', '') | ForEach-Object { @{ Culture = $_ } }
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
    # What was sent to the server, line by line as it came: reading it as JSON would turn text that looks like a date into one.
    function Get-KeptLines { (Invoke-Reference '/kept').runs[0].lines }
}

Describe 'what a script hands over' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'preflight'
    }

    It 'as CIM has it, in unsigned numbers, is kept as numbers and not marked, but for what no reader of JSON holds exactly' {
        $data = [ordered] @{ code = [uint32] 3010; size = [uint64] 256060514304; type = [uint16] 3; small = [byte] 1; short = [int16] -7; s = [sbyte] -1 }
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x' -Data $data
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x' -Data ([ordered] @{ most = [uint64]::MaxValue; least = [long]::MinValue })
        (Send-TotlReport -Session $script:session).Rejected | Should -Be 0
        $lines = @(Get-KeptLines)
        $lines[0] | Should -Match ([regex]::Escape('"data":{"code":3010,"size":256060514304,"type":3,"small":1,"short":-7,"s":-1}}') + '$')
        $lines[1] | Should -Match ([regex]::Escape('"data":{"most":"18446744073709551615","least":"-9223372036854775808"},"mended":["data"]}') + '$')
    }

    It 'as a line of a file, which carries its path and drive with it, is that line' {
        $path = New-FolderName
        [System.IO.File]::WriteAllLines($path, [string[]] @('line one', 'line two'))
        $lines = Get-Content -LiteralPath $path
        $lines[0].PSObject.Properties.Name | Should -Contain 'PSPath'
        Add-TotlEvent -Session $script:session -RunId $script:run -Message $lines[0] -Data ([ordered] @{ line = $lines[1]; all = $lines })
        [void] (Send-TotlReport -Session $script:session)
        $expected = '"message":"line one","data":{"line":"line two","all":["line one","line two"]}}'
        @(Get-KeptLines)[0] | Should -Match ([regex]::Escape($expected) + '$')
    }

    It 'as text that looks like a date is sent as it was written, which ConvertFrom-Json makes dates of' {
        $texts = @('2026-01-02T03:04:05Z', '2026-01-02T03:04:05+05:30', '\/Date(1198908717056)\/')
        foreach ($text in $texts) { Add-TotlEvent -Session $script:session -RunId $script:run -Message $text -Data @{ at = $text } }
        $copy = New-FolderName
        [void] (Export-TotlSpool -Session $script:session -Path $copy)
        [void] (Send-TotlReport -Session (New-TestSession -Spool $script:session.SpoolPath))
        $lines = @(Get-KeptLines)
        $exported = [System.IO.File]::ReadAllText($copy)
        for ($index = 0; $index -lt $texts.Count; $index++) {
            $expected = '"message":"{0}","data":{{"at":"{0}"}}}}' -f $texts[$index].Replace('\', '\\')
            $lines[$index] | Should -Match ([regex]::Escape($expected) + '$')
            $exported | Should -Match ([regex]::Escape($expected))
        }
    }

    It 'as a list where one thing is meant, as of a volume with two recovery protectors, is refused without a word of it' {
        $key = Get-TotlTenantKey -Session $script:session
        $ids = @([Guid]::NewGuid().ToString(), [Guid]::NewGuid().ToString())
        $common = @{ Key = $key; MachineId = (Get-TotlMachine -Session $script:session).id; RunId = $script:run; Volume = 'C:' }
        { Protect-TotlSecret @common -ProtectorId $ids -Secret 'x' } | Should -Throw
        foreach ($secret in @(@('111111-1', '222222-2'), @())) {
            $said = try { Protect-TotlSecret @common -ProtectorId $ids[0] -Secret $secret } catch { [string] $_ }
            $said | Should -Match 'Secret'
            $said | Should -Not -Match '111111'
        }
    }
}

Describe 'a thing that holds itself' {
    It 'as <What> is kept as some text, and ends no process by filling its stack' -ForEach @(
        @{ What = 'a dictionary'; Make = { $one = @{}; $one['self'] = $one; $one } }
        @{ What = 'an object'; Make = { $one = [pscustomobject] @{ self = $null }; $one.self = $one; $one } }
        @{ What = 'a list'; Make = { $one = New-Object System.Collections.ArrayList; [void] $one.Add($one); , $one } }
    ) {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        $circle = & $Make
        Add-TotlEvent -Session $session -RunId $run -Message $circle -Data @{ circle = $circle }
        (Send-TotlReport -Session $session).Rejected | Should -Be 0
        @(Get-KeptLines)[0] | Should -Match '"mended":\["message","data"\]'
    }
}

Describe 'a PC of <Culture>' -ForEach $cultures {
    It 'reports and seals as any other, with dates in the calendar of the wire' {
        [void] (Invoke-Reference '/reset')
        $thread = [System.Threading.Thread]::CurrentThread
        $before = $thread.CurrentCulture
        try {
            $thread.CurrentCulture = [System.Globalization.CultureInfo]::GetCultureInfo($Culture)
            $session = New-TestSession
            $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'INSTALL WIFI'
            $when = New-Object DateTime -ArgumentList 2026, 11, 28, 2, 3, 4, ([DateTimeKind]::Utc)
            $data = [ordered] @{ half = 0.5; at = $when; nested = @{ at = $when } }
            Add-TotlEvent -Session $session -RunId $run -Type PHASE_STARTED -Level INFO -Phase 'INSTALL WIFI' -Message $when -Data $data
            Send-TestSecret $session $run | Should -Not -BeNullOrEmpty
            [void] (Send-TotlReport -Session $session)
        }
        finally { $thread.CurrentCulture = $before }
        $line = @(Get-KeptLines)[0]
        $line | Should -Match '^\{"seq":1,"at":[0-9]{13},"level":"info","type":"phase_started","phase":"install_wifi"'
        $expected = '"message":"2026-11-28T02:03:04.000Z","data":{"half":0.5,"at":"2026-11-28T02:03:04.000Z",' +
            '"nested":"{\"at\":\"2026-11-28T02:03:04.000Z\"}"}'
        $line | Should -Match ([regex]::Escape($expected))
    }
}

Describe 'a folder with brackets, an apostrophe and a backtick in its name' {
    It 'is a folder like any other: nothing of its name is a pattern' {
        [void] (Invoke-Reference '/reset')
        $folder = Join-Path -Path (New-FolderName) -ChildPath ('[Client] & S' + [char] 0xF8 + 'n''s `spool')
        [void] [System.IO.Directory]::CreateDirectory($folder)
        $file = Join-Path -Path $folder -ChildPath 'engine [1].json'
        [System.IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $script:settings.pinned -Depth 5))
        $spool = Join-Path -Path $folder -ChildPath 'spool [x]'
        $session = New-TotlSession -ConfigurationPath $file -SpoolPath $spool
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        Add-TotlEvent -Session $session -RunId $run -Message 'kept'
        $copy = Join-Path -Path $folder -ChildPath 'pc [1].ndjson'
        Export-TotlSpool -Session $session -Path $copy | Should -Be 1
        [System.IO.File]::Exists($copy) | Should -BeTrue
        # A damaged entry is moved aside.
        $damaged = Join-Path -Path $spool -ChildPath ('secrets/' + [Guid]::NewGuid().ToString() + '.json')
        [System.IO.File]::WriteAllText($damaged, '{"sealed":')
        Send-TotlSecret -Session $session -Pending -WarningAction SilentlyContinue
        [System.IO.File]::Exists($damaged) | Should -BeFalse
        @(Get-FilesUnder (Join-Path -Path $spool -ChildPath 'secrets/set-aside')).Count | Should -Be 1
        (Send-TotlReport -Session $session).Sent | Should -Be 1
        Complete-TotlRun -Session $session -RunId $run | Should -BeTrue
    }
}

Describe 'a PC whose policy does not trust the module' {
    It 'is told so as it is loaded, because everything else would fail for another reason each time' {
        # In a process of its own: once a session of a process was constrained, PowerShell distrusts variables in all of them.
        $text = 'param($Module, $Said); $ExecutionContext.SessionState.LanguageMode = "ConstrainedLanguage"; ' +
            'try { Import-Module -Name $Module -ErrorAction Stop; $text = "loaded" } catch { $text = "$_" }; Set-Content -LiteralPath $Said -Value $text'
        $said = New-FolderName
        (Start-OtherShell $text (Get-Module -Name 'TotlProvision').Path $said).WaitForExit()
        [System.IO.File]::ReadAllText($said) | Should -Match 'needs the language mode FullLanguage'
    }
}
