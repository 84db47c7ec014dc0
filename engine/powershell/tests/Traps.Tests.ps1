# PowerShell's own traps: what a caller has set, where the module lies and how its files were saved, and values that PowerShell unrolls, converts or
# compares in its own way.
BeforeDiscovery {
    $settings = @(
        @{ What = 'that everything only says what it would do'; Text = '$global:WhatIfPreference = $true' }
        @{ What = 'that everything asks first'; Text = '$global:ConfirmPreference = ''Low''' }
        @{ What = 'that errors are not shown'; Text = '$global:ErrorActionPreference = ''SilentlyContinue''' }
        @{ What = 'that errors are looked past'; Text = '$global:ErrorActionPreference = ''Ignore''' }
        @{ What = 'parameters of cmdlets'; Text = '$global:PSDefaultParameterValues = @{ ''Join-Path:Resolve'' = $true; ''Get-ChildItem:Name'' = $true; ''Sort-Object:Descending'' = $true; ''*:Verbose'' = $true }' }
        @{ What = 'what stands between the items of a list'; Text = '$global:OFS = '';''' }
        @{ What = 'strict mode'; Text = 'Set-StrictMode -Version Latest' }
    )
    $ends = @(@{ Name = 'line feeds'; End = "`n" }, @{ Name = 'carriage returns and line feeds'; End = "`r`n" })
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
    $script:manifest = (Resolve-Path -LiteralPath "$PSScriptRoot/../TotlProvision/TotlProvision.psd1").ProviderPath
    # A script in a runspace of its own, as a process of its own would have it: what it sets is gone with it.
    function Invoke-Apart {
        param([string] $Text, [object[]] $Given = @())
        $shell = [powershell]::Create()
        try {
            [void] $shell.AddScript($Text)
            foreach ($one in $Given) { [void] $shell.AddArgument($one) }
            $shell.Invoke()
            foreach ($one in $shell.Streams.Error) { throw $one }
        }
        finally { $shell.Dispose() }
    }
    # A whole run with a secret, and what it says of itself.
    $script:wholeRun = 'param($Manifest, $File, $Spool)
        Import-Module -Name $Manifest
        & (Get-Module -Name TotlProvision) { $script:BaseDelayMs = 0 }
        $session = New-TotlSession -ConfigurationPath $File -SpoolPath $Spool
        $machine = Get-TotlMachine -Session $session
        $run = Start-TotlRun -Session $session -Machine $machine -Phases one, two
        foreach ($text in ''a'', ''b'') { Add-TotlEvent -Session $session -RunId $run -Message $text -Data @{ list = @(''x'', ''y'') } }
        $key = Get-TotlTenantKey -Session $session
        $sealed = Protect-TotlSecret -Session $session -Key $key -MachineId $machine.id -RunId $run -Account LocalAdmin -Secret ''kq7-Vm2''
        $receipt = Send-TotlSecret -Session $session -Sealed $sealed
        $sent = (Send-TotlReport -Session $session).Sent
        ''{0} {1} {2}'' -f $receipt.version, $sent, (Complete-TotlRun -Session $session -RunId $run)'
    function New-ConfigurationPath {
        param($Members = @{})
        $path = (New-FolderName) + '.json'
        [System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject (New-ConfigurationFile $Members) -Depth 5))
        $path
    }
}

Describe 'a caller that has set <What>' -ForEach $settings {
    It 'has its secret escrowed, its events sent and its spool cleared all the same' {
        [void] (Invoke-Reference '/reset')
        $spool = New-FolderName
        $said = Invoke-Apart ($script:wholeRun -creplace '(?m)^\s+Import-Module', ($Text + "`nImport-Module")) @($script:manifest, (New-ConfigurationPath), $spool)
        $said | Should -BeExactly '1 2 True'
        @(Get-FilesUnder (Join-Path -Path $spool -ChildPath 'runs')).Count | Should -Be 0
        @(Get-FilesUnder (Join-Path -Path $spool -ChildPath 'secrets')).Count | Should -Be 0
        (Invoke-Reference '/kept').runs[0].lines[0] | Should -Match '"data":\{"list":\["x","y"\]\}'
    }

    It 'does not get past an escrow that failed' {
        [void] (Invoke-Reference '/reset')
        $file = New-ConfigurationPath @{ apiOrigin = 'http://127.0.0.1:1' }
        $text = ($script:wholeRun -creplace '(?m)^\s+Import-Module', ($Text + "`nImport-Module")) -creplace 'Send-TotlSecret -Session \$session -Sealed \$sealed', '$0 -ErrorAction SilentlyContinue; ''went on'''
        $said = try { Invoke-Apart $text @($script:manifest, $file, (New-FolderName)) } catch { 'stopped' }
        $said | Should -BeExactly 'stopped'
    }
}

Describe 'the module''s files' {
    It 'saved with <Name>, in a folder with spaces, brackets and letters beyond ASCII, are the same module' -ForEach $ends {
        [void] (Invoke-Reference '/reset')
        $folder = Join-Path -Path (New-FolderName) -ChildPath ('Bj' + [char] 0xF6 + 'rk & Co [' + [char] 0x30C4 + '] (1)')
        $from = [System.IO.Path]::GetDirectoryName($script:manifest)
        foreach ($file in @(Get-FilesUnder $from)) {
            $to = Join-Path -Path $folder -ChildPath $file.Substring($from.Length)
            [void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($to))
            $lines = [System.IO.File]::ReadAllText($file) -creplace "`r`n", "`n"
            [System.IO.File]::WriteAllText($to, $lines.Replace("`n", $End))
        }
        # PowerShell's own command takes a path for a pattern.
        $manifest = [System.Management.Automation.WildcardPattern]::Escape((Join-Path -Path $folder -ChildPath 'TotlProvision.psd1'))
        Invoke-Apart $script:wholeRun @($manifest, (New-ConfigurationPath), (New-FolderName)) | Should -BeExactly '1 2 True'
        $body = (Invoke-Reference '/kept').secrets[0].body
        (Invoke-Reference '/open' @{ body = $body }).plaintext | Should -BeExactly 'kq7-Vm2'
    }
}

Describe 'what PowerShell unrolls' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
    }

    It 'is on the wire and in a spool file a list of one where there is one, and never the item alone' {
        $run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'only'
        Add-TotlEvent -Session $script:session -RunId $run -Message 7 -Data @{ list = @('one'); none = @() }
        $copy = New-FolderName
        Export-TotlSpool -Session $script:session -Path $copy | Should -Be 1
        $line = [System.IO.File]::ReadAllText($copy)
        foreach ($part in '"phases":["only"]', '"events":[{"seq":1,', '"list":["one"]', '"none":[]', '"mended":["message"]') { $line | Should -Match ([regex]::Escape($part)) }
        [void] (Send-TotlReport -Session $script:session)
        (ConvertFrom-Json -InputObject (Invoke-Reference '/kept').heads[0]).run.phases.GetType().IsArray | Should -BeTrue
    }

    It 'may be null: a message, data, a phase, an account that was never set' {
        $run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session -Client $null) -Phases $null, 'only'
        $null | ForEach-Object { Add-TotlEvent -Session $script:session -RunId $run -Message $_ -Data $_ -Phase $_ }
        Add-TotlEvent -Session $script:session -RunId $run -Message 'x' -Data ([ordered] @{ nothing = $null; list = @($null) })
        (Send-TotlReport -Session $script:session).Sent | Should -Be 2
        $kept = (Invoke-Reference '/kept').runs[0].lines
        $kept[0] | Should -Match '"message":"\(no message\)","mended":\["message"\]\}$'
        $kept[1] | Should -Match ([regex]::Escape('"data":{"nothing":null,"list":["(empty)"]},"mended":["data"]}'))
        $ids = @{ Key = Get-TotlTenantKey -Session $script:session; MachineId = 'f04ac99a-413e-4c69-9dee-595806f3d1fe'; RunId = $run }
        { Protect-TotlSecret @ids -Account $null -Secret 'x' } | Should -Throw
        { Protect-TotlSecret @ids -Account 'x' -Secret $null } | Should -Throw
    }
}

Describe 'what JSON has no form for' {
    It 'is written as what it stands for: unsigned numbers, bytes, enumerations, characters, dates with a zone' {
        InModuleScope TotlProvision {
            $date = [DateTimeOffset]::new(2026, 11, 28, 2, 3, 4, [TimeSpan]::FromHours(5.5))
            $value = [ordered] @{
                uint = [uint32]::MaxValue; ulong = [uint64]::MaxValue; byte = [byte] 255; sbyte = [sbyte] -128; ushort = [uint16] 65535
                day = [DayOfWeek]::Monday; flags = [System.IO.FileAttributes] 'Hidden, System'; char = [char] 0x42; zone = $date
                local = $date.LocalDateTime; utc = $date.UtcDateTime; big = [decimal] 79228162514264337593543950335; half = [single] 0.5
            }
            $instant = '"2026-11-27T20:33:04.000Z"'
            ConvertTo-TotlJson $value | Should -BeExactly ('{"uint":4294967295,"ulong":18446744073709551615,"byte":255,"sbyte":-128,"ushort":65535,' +
                '"day":"Monday","flags":"Hidden, System","char":"B","zone":' + $instant + ',"local":' + $instant + ',"utc":' + $instant +
                ',"big":79228162514264337593543950335,"half":0.5}')
        }
    }

    It 'does not hide the rest of an object that a script hands over as a message' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'only'
        $service = [pscustomobject] @{ Name = 'Spooler'; Start = [DayOfWeek]::Monday; Id = [Guid]::Empty; Since = [TimeSpan]::FromMinutes(90); Home = [Uri] 'https://example.com/a' }
        Add-TotlEvent -Session $session -RunId $run -Message $service
        [void] (Send-TotlReport -Session $session)
        $message = (ConvertFrom-Json -InputObject (Invoke-Reference '/kept').runs[0].lines[0]).message
        $message | Should -BeExactly '{"Name":"Spooler","Start":"Monday","Id":"00000000-0000-0000-0000-000000000000","Since":"01:30:00","Home":"https://example.com/a"}'
    }

    It 'is no answer of our server, however deep or long it is' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'only'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        foreach ($answer in @{ deep = 3000 }, @{ long = 3000000 }) {
            [void] (Invoke-Reference '/reset' @{ faults = @(1..6 | ForEach-Object { $answer }) })
            Get-Refusal { Send-TotlReport -Session $session } | Should -BeExactly 'offline'
        }
        (Send-TotlReport -Session $session).Sent | Should -Be 1
    }
}

Describe 'a name that a pattern for files would take too' {
    It 'is left alone in the spool: copies, temporary files, other cases, folders' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'only'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        $id = [Guid]::NewGuid().ToString()
        $strange = foreach ($kind in 'runs', 'secrets') {
            foreach ($name in ($id + '.json.tmp'), ($id + ' (1).json'), ($id.ToUpperInvariant() + '.json'), ('~$' + $id + '.json'), 'desktop.ini', ($id + '.bak')) {
                $path = Join-Path -Path $session.SpoolPath -ChildPath "$kind/$name"
                [System.IO.File]::WriteAllText($path, 'not ours')
                $path
            }
            [void] [System.IO.Directory]::CreateDirectory((Join-Path -Path $session.SpoolPath -ChildPath "$kind/$id.json"))
        }
        $again = New-TestSession -Spool $session.SpoolPath
        Export-TotlSpool -Session $again -Path (New-FolderName) | Should -Be 1
        (Send-TotlReport -Session $again).Sent | Should -Be 1
        @(Send-TotlSecret -Session $again -Pending).Count | Should -Be 0
        foreach ($path in $strange) { [System.IO.File]::ReadAllText($path) | Should -BeExactly 'not ours' }
    }
}

Describe 'a server''s own words' {
    It 'come to no console: neither text, nor what a terminal obeys' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'only'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        $bad = [char] 27 + ']0;call 555-0100' + [char] 7
        $rejected = @{ accepted = 0; duplicates = 0; nextSeq = 2; rejected = @(@{ seq = $bad; code = $bad; field = $bad }) }
        [void] (Invoke-Reference '/reset' @{ faults = @(@{ status = 200; json = $rejected }) })
        $warnings = @()
        [void] (Send-TotlReport -Session $session -WarningVariable warnings -WarningAction SilentlyContinue)
        "$warnings" | Should -BeExactly 'Event without a number was rejected: unknown ().'
        $problem = @{ status = 422; json = @{ type = $bad; code = $bad; title = $bad; detail = $bad } }
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        [void] (Invoke-Reference '/reset' @{ faults = @(1..6 | ForEach-Object { $problem }) })
        $said = try { Send-TotlReport -Session $session } catch { [string] $_ }
        $said | Should -Not -BeNullOrEmpty
        $said | Should -Not -Match '555|\x1b'
    }
}

Describe 'the end of a run' {
    It 'holds the spool while it looks and removes, so that no event of another process is removed with it' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'only'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        [void] (Send-TotlReport -Session $session)
        $global:totlLock = Join-Path -Path $session.SpoolPath -ChildPath 'in-use'
        $global:totlHeld = @()
        $point = Set-PSBreakpoint -Command 'Remove-Item' -Action {
            $global:totlHeld += try { [System.IO.File]::Open($global:totlLock, 'OpenOrCreate', 'ReadWrite', 'None').Dispose(); 'free' } catch { 'held' }
        }
        try { Complete-TotlRun -Session $session -RunId $run | Should -BeTrue }
        finally { Remove-PSBreakpoint -Breakpoint $point }
        $global:totlHeld.Count | Should -BeGreaterThan 1
        $global:totlHeld | Should -Not -Contain 'free'
    }
}
