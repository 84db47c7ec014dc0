# Streaming and escrow against a server that fails at times: as engine/client.test.ts shows for the reference engine.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
}

Describe 'a run' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'preflight'
        $script:events = Join-Path -Path $script:session.SpoolPath -ChildPath ('runs/' + $script:run + '.ndjson')
    }

    It 'is stored with each event once, in reports of at most 500, although answers are lost and the server stumbles' {
        $lines = 1..1200 | ForEach-Object { '{{"seq":{0},"at":1,"message":"2026-01-01T00:00:00Z"}}' -f $_ }
        [System.IO.File]::WriteAllText($script:events, ($lines -join "`n") + "`n")
        [void] (Invoke-Reference '/reset' @{ faults = @('drop-after', 503, 'drop-before') })
        # The answer to the first 500 was lost: their resend counts as duplicates.
        (Send-TotlReport -Session $script:session).Sent | Should -Be 700
        $kept = Invoke-Reference '/kept'
        $kept.runs[0].seqs.Count | Should -Be 1200
        # Lines are sent as they were written.
        $kept.runs[0].lines[1199] | Should -BeExactly $lines[1199]
        (Send-TotlReport -Session $script:session).Sent | Should -Be 0
    }

    It 'is cut into the reports that the reference engine cuts it into, by number and by bytes' {
        foreach ($size in @(10, 2000, 8000)) {
            $lines = 1..600 | ForEach-Object { '{{"seq":{0},"at":1,"level":"info","type":"message","message":"{1}"}}' -f $_, ([string] [char] 0xFC * ($size / 2)) }
            [System.IO.File]::WriteAllText($script:events, ($lines -join "`n") + "`n")
            $theirs = (Invoke-Reference '/read-spool' @{ folder = $script:session.SpoolPath }).runs[0].batch
            InModuleScope TotlProvision -Parameters @{ Folder = $script:session.SpoolPath; Run = $script:run; Theirs = $theirs } {
                param($Folder, $Run, $Theirs)
                $own = @(Get-TotlBatch (Read-TotlRun $Folder $Run).Events 1 | ForEach-Object { $_.Seq })
                $own -join ' ' | Should -BeExactly ($Theirs -join ' ')
            }
        }
    }

    It 'goes on after a restart with the next number, and sends nothing twice' {
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'before'
        [void] (Send-TotlReport -Session $script:session)
        $after = New-TestSession -Spool $script:session.SpoolPath
        Add-TotlEvent -Session $after -RunId $script:run -Message 'after'
        (Send-TotlReport -Session $after -RunId $script:run).Sent | Should -Be 1
        (Invoke-Reference '/kept').runs[0].seqs -join ' ' | Should -BeExactly '1 2'
        Complete-TotlRun -Session $after -RunId $script:run | Should -BeTrue
        @(Get-FilesUnder (Join-Path -Path $after.SpoolPath -ChildPath 'runs')).Count | Should -Be 0
    }

    It 'says with each try when it goes out, and keeps that nowhere' {
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x'
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'y'
        [void] (Invoke-Reference '/reset' @{ faults = @('drop-after') })
        (Send-TotlReport -Session $script:session).Sent | Should -Be 0
        $kept = Invoke-Reference '/kept'
        $heads = @($kept.heads | ForEach-Object { ConvertFrom-Json -InputObject $_ })
        $heads.Count | Should -Be 2
        foreach ($one in $heads) { $one.sentAt | Should -BeGreaterThan 1700000000000 }
        $kept.runs[0].seqs -join ' ' | Should -BeExactly '1 2'
        foreach ($file in @(Get-FilesUnder $script:session.SpoolPath)) { [System.IO.File]::ReadAllText($file) | Should -Not -Match 'sentAt' }
    }

    It 'with unsent events stays in the spool' {
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x'
        Complete-TotlRun -Session $script:session -RunId $script:run | Should -BeFalse
        (Send-TotlReport -Session $script:session).Sent | Should -Be 1
    }

    It 'goes back to where the server wants to go on, warns of what it rejects, and ends with one that goes nowhere' {
        1..2 | ForEach-Object { Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x' }
        $rejected = @{ accepted = 1; duplicates = 0; nextSeq = 3; rejected = @(@{ seq = 2; code = 'too_large'; field = 'message' }) }
        [void] (Invoke-Reference '/reset' @{ faults = @(@{ status = 200; json = $rejected }) })
        $warnings = @()
        $done = Send-TotlReport -Session $script:session -WarningVariable warnings -WarningAction SilentlyContinue
        $done.Rejected | Should -Be 1
        "$warnings" | Should -BeExactly 'Event 2 was rejected: too_large (message).'
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'x'
        $stuck = @{ status = 200; json = @{ accepted = 0; duplicates = 0; rejected = @(); nextSeq = 1 } }
        [void] (Invoke-Reference '/reset' @{ faults = @(1..9 | ForEach-Object { $stuck }) })
        (Send-TotlReport -Session $script:session 3> $null).SetAside | Should -Be 1
    }

    It 'takes no event of a run that there is not' {
        { Add-TotlEvent -Session $script:session -RunId 'none' -Message 'x' } | Should -Throw '*no such run*'
        { Add-TotlEvent -Session $script:session -RunId ([Guid]::NewGuid().ToString()) -Message 'x' } | Should -Throw '*no such run*'
        # Half a surrogate pair, which cut text may have, stops nothing.
        Add-TotlEvent -Session $script:session -RunId $script:run -Message ('cut ' + [char] 0xD83D)
        (Send-TotlReport -Session $script:session).Sent | Should -Be 1
    }
}

Describe 'an escrow' {
    BeforeEach {
        [void] (Invoke-Reference '/reset')
        $script:session = New-TestSession
        $script:run = Start-TotlRun -Session $script:session -Machine (Get-TotlMachine -Session $script:session) -Phases 'preflight'
    }

    It 'gets a receipt, opens at the other end, and leaves nothing of the plaintext or the token on disk' {
        $receipt = Send-TestSecret $script:session $script:run 'canary-kq7-Vm2'
        $receipt.version | Should -Be 1
        $kept = Invoke-Reference '/kept'
        $kept.secrets.Count | Should -Be 1
        (Invoke-Reference '/open' @{ body = $kept.secrets[0].body }).plaintext | Should -BeExactly 'canary-kq7-Vm2'
        $files = @(Get-FilesUnder $script:session.SpoolPath)
        $files.Count | Should -BeGreaterThan 2
        foreach ($file in $files) { [System.IO.File]::ReadAllText($file) | Should -Not -Match 'canary|tok_' }
        Test-Path -LiteralPath (Join-Path -Path $script:session.SpoolPath -ChildPath ('receipts/' + $kept.secrets[0].eid + '.json')) | Should -BeTrue
    }

    It 'sends the same bytes under the same eid after a lost answer, so that no version is added' {
        [void] (Invoke-Reference '/reset' @{ faults = @('none', 'drop-after') })
        (Send-TestSecret $script:session $script:run).version | Should -Be 1
        $kept = Invoke-Reference '/kept'
        $kept.secrets.Count | Should -Be 1
        $kept.secrets[0].sent | Should -Be 2
    }

    It 'of a PC that was never online is sealed to the key that its file carries, and handed over later' {
        $offline = New-TestSession -File (New-ConfigurationFile @{ apiOrigin = 'http://127.0.0.1:1' }) -Spool $script:session.SpoolPath
        Get-Refusal { Send-TestSecret $offline $script:run } | Should -BeExactly 'offline'
        (Invoke-Reference '/kept').secrets.Count | Should -Be 0
        @(Send-TotlSecret -Session $script:session -Pending).Count | Should -Be 1
        (Invoke-Reference '/kept').secrets.Count | Should -Be 1
    }

    It 'keeps the ciphertext where the tenant is suspended, and hands it over when it is resumed' {
        $suspended = @{ refuse = 'tenant_suspended' }
        [void] (Invoke-Reference '/reset' @{ faults = @('none', $suspended, $suspended) })
        Get-Refusal { Send-TestSecret $script:session $script:run } | Should -BeExactly 'tenant_suspended'
        Get-Refusal { Send-TotlSecret -Session $script:session -Pending } | Should -BeExactly 'tenant_suspended'
        @(Send-TotlSecret -Session $script:session -Pending).Count | Should -Be 1
        (Invoke-Reference '/kept').secrets.Count | Should -Be 1
    }

    It 'goes on with the others where one is refused for good' {
        1..2 | ForEach-Object {
            $offline = New-TestSession -File (New-ConfigurationFile @{ apiOrigin = 'http://127.0.0.1:1' }) -Spool $script:session.SpoolPath
            Get-Refusal { Send-TestSecret $offline $script:run } | Should -BeExactly 'offline'
        }
        [void] (Invoke-Reference '/reset' @{ faults = @(@{ refuse = 'kid_destroyed' }) })
        @(Send-TotlSecret -Session $script:session -Pending 3> $null).Count | Should -Be 1
        @(Send-TotlSecret -Session $script:session -Pending).Count | Should -Be 0
        # What was set aside is in the exported file, and the next session tries it again.
        Export-TotlSpool -Session $script:session -Path ((New-FolderName) + '.ndjson') | Should -Be 1
        @(Send-TotlSecret -Session (New-TestSession -Spool $script:session.SpoolPath) -Pending).Count | Should -Be 1
        (Invoke-Reference '/kept').secrets.Count | Should -Be 2
    }

    It 'gives up a ciphertext only for a receipt of exactly these bytes' {
        InModuleScope TotlProvision -Parameters @{ Vector = (Get-Vectors 'engine.json').seals[0] } {
            param($Vector)
            $sha256 = ConvertTo-TotlHex (Get-TotlSha256 (ConvertTo-TotlUtf8 $Vector.sealed))
            $receipt = [pscustomobject] @{ secretId = 's'; version = 1; kid = $Vector.header.kid; sha256 = $sha256; auditSeq = 1; auditHash = '0' * 64 }
            Test-TotlReceipt $receipt $Vector.sealed | Should -BeTrue
            foreach ($member in @('version', 'kid', 'sha256', 'auditSeq', 'auditHash')) {
                $other = $receipt.PSObject.Copy()
                $other.$member = 'x'
                Test-TotlReceipt $other $Vector.sealed | Should -BeFalse
            }
        }
    }
}
