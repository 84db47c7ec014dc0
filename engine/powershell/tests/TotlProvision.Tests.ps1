# What only Windows can show: the module's own calls into .NET give the vectors' bytes and decisions. Pester 5, on 5.1 and 7, elevated.
# Run from the repository's root: Invoke-Pester -Path engine/powershell/tests
BeforeDiscovery {
    $vectorFile = Join-Path -Path $PSScriptRoot -ChildPath '../../../schema/vectors/engine.json'
    $vectors = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($vectorFile))
    $sealCases = @($vectors.seals | ForEach-Object { @{ Vector = $_; Kind = $_.header.kind } })
    $keyCases = @($vectors.tenantKeys | ForEach-Object { @{ Vector = $_; Name = $_.name } })
    $delayCases = @($vectors.delays | ForEach-Object { @{ Vector = $_; Attempt = $_.attempt; Seconds = $_.retryAfterSeconds } })
}

BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../TotlProvision/TotlProvision.psd1') -Force
    $script:keyFile = Join-Path -Path $PSScriptRoot -ChildPath '../../../schema/vectors/engine.json'
}

Describe 'sealing' {
    It 'gives the bytes of the vector for <Kind> under its content key' -ForEach $sealCases {
        InModuleScope TotlProvision -Parameters @{ Vector = $Vector } {
            param($Vector)
            $segments = $Vector.sealed.Split('.')
            $known = $Vector.header
            $key = [pscustomobject] @{ Kid = $known.kid; Tenant = $known.tenant }
            $header = Get-TotlSealedHeader $key $known.machine $known.run $known.kind $known.eid $known.iat $known.ref
            $encoded = ConvertTo-TotlBase64Url (ConvertTo-TotlUtf8 (ConvertTo-TotlJson $header))
            $encoded | Should -BeExactly $segments[0]
            [byte[]] $contentKey = ConvertFrom-TotlBase64Url $Vector.contentKey
            [byte[]] $iv = ConvertFrom-TotlBase64Url $segments[2]
            [byte[]] $plaintext = ConvertTo-TotlSecretBytes $Vector.plaintext
            $content = Protect-TotlContent $contentKey $iv $encoded $plaintext
            ConvertTo-TotlBase64Url $content.Ciphertext | Should -BeExactly $segments[3]
            ConvertTo-TotlBase64Url $content.Tag | Should -BeExactly $segments[4]
        }
    }

    It 'takes a SecureString for the same bytes as its text' {
        InModuleScope TotlProvision {
            $secure = New-Object System.Security.SecureString
            foreach ($character in 'kq7-Vm2_x'.ToCharArray()) { $secure.AppendChar($character) }
            ConvertTo-TotlHex (ConvertTo-TotlSecretBytes $secure) | Should -BeExactly (ConvertTo-TotlHex (ConvertTo-TotlUtf8 'kq7-Vm2_x'))
        }
    }

    It 'wraps the content key into one RSA block, and never the same way twice' {
        InModuleScope TotlProvision -Parameters @{ File = $script:keyFile } {
            param($File)
            $answer = (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($File))).tenantKeys[0].answer
            [byte[]] $contentKey = Get-TotlRandomBytes 64
            $first = Protect-TotlContentKey $answer.e $answer.n $contentKey
            $first.Length | Should -Be 384
            ConvertTo-TotlHex (Protect-TotlContentKey $answer.e $answer.n $contentKey) | Should -Not -Be (ConvertTo-TotlHex $first)
        }
    }

    It 'says nothing of a secret that it refuses' {
        $key = [pscustomobject] @{ Kid = 'k'; Tenant = 't'; Exponent = 'AQAB'; Modulus = 'x' }
        $id = '013b3a23-cf30-4498-b502-a19d3da5ac5b'
        $lone = 'canary' + [char] 0xD800
        $message = ''
        try { Protect-TotlSecret -Key $key -MachineId $id -RunId $id -Label 'x' -Secret $lone } catch { $message = $_.ToString() }
        $message | Should -BeExactly 'Secret must be a SecureString or a string of well-formed Unicode.'
    }
}

Describe 'the tenant key' {
    It 'is decided as the reference engine does: <Name>' -ForEach $keyCases {
        InModuleScope TotlProvision -Parameters @{ Vector = $Vector } {
            param($Vector)
            $expected = $Vector.expected
            $result = Test-TotlTenantKey $Vector.answer $expected.fingerprint $expected.minEpoch $expected.known
            $outcome = $Vector.outcome
            if ($null -ne (Get-TotlMember $outcome 'refused')) { $result.Code | Should -BeExactly $outcome.refused }
            else {
                $result.Ok | Should -BeTrue
                $result.Fingerprint | Should -BeExactly $outcome.pin.fingerprint
                $result.Tenant | Should -BeExactly $outcome.pin.tenant
                $result.KeyEpoch | Should -Be $outcome.pin.keyEpoch
                $result.FirstUse | Should -Be $outcome.firstUse
            }
        }
    }
}

Describe 'back-off' {
    It 'waits as the reference engine after attempt <Attempt> with a Retry-After of <Seconds>' -ForEach $delayCases {
        InModuleScope TotlProvision -Parameters @{ Vector = $Vector } {
            param($Vector)
            Get-TotlDelay $Vector.attempt (Get-TotlRetryAfter $Vector.retryAfterSeconds) $Vector.chance | Should -Be $Vector.delayMs
        }
    }

    It 'tries again after a network fault, a 5xx or a 429, and after nothing else' {
        InModuleScope TotlProvision {
            foreach ($status in @(0, 429, 500, 503)) { Test-TotlFinal $status | Should -BeFalse }
            foreach ($status in @(200, 201, 400, 401, 403, 404, 409, 422)) { Test-TotlFinal $status | Should -BeTrue }
        }
    }
}

Describe 'the machine id' {
    It 'is the SMBIOS UUID, and none that many PCs share' {
        InModuleScope TotlProvision {
            Get-TotlSmbiosId 'F04AC99A-413E-4C69-9DEE-595806F3D1FE' | Should -BeExactly 'f04ac99a-413e-4c69-9dee-595806f3d1fe'
            foreach ($shared in @('', 'Not set', $null, '03000200-0400-0500-0006-000700080009', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF')) {
                Get-TotlSmbiosId $shared | Should -BeNullOrEmpty
            }
        }
    }
}

Describe 'the spool' {
    BeforeEach {
        $script:folder = Join-Path -Path $TestDrive -ChildPath ([Guid]::NewGuid().ToString())
        $file = Join-Path -Path $TestDrive -ChildPath 'engine.json'
        [System.IO.File]::WriteAllText($file, '{"apiOrigin":"https://localhost","token":"tok_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}')
        $script:session = New-TotlSession -ConfigurationPath $file -SpoolPath $script:folder
        $script:machine = Get-TotlMachine -Session $script:session
        $script:run = Start-TotlRun -Session $script:session -Machine $script:machine -Phases 'preflight'
    }

    It 'is for SYSTEM and Administrators only' {
        $acl = Get-Acl -LiteralPath $script:folder
        $acl.AreAccessRulesProtected | Should -BeTrue
        $sids = $acl.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]) | ForEach-Object { $_.IdentityReference.Value }
        ($sids | Sort-Object) -join ' ' | Should -BeExactly 'S-1-5-18 S-1-5-32-544'
    }

    It 'shows no token in a session' {
        ($script:session | Out-String) | Should -Not -Match 'tok_'
    }

    It 'goes on with the next number after a reboot, and drops what a kill cut off, not what follows it' {
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'first'
        $events = Join-Path -Path $script:folder -ChildPath ('runs/' + $script:run + '.ndjson')
        [System.IO.File]::AppendAllText($events, '{"seq":2,"at":1,"mess')
        Add-TotlEvent -Session $script:session -RunId $script:run -Message 'second' -WarningAction SilentlyContinue
        InModuleScope TotlProvision -Parameters @{ Folder = $script:folder; Run = $script:run } {
            param($Folder, $Run)
            $kept = @(Read-TotlEvents $Folder $Run 3> $null)
            ($kept | ForEach-Object { $_.Seq }) -join ' ' | Should -BeExactly '1 2'
        }
    }

    It 'is exported as lines of at most 500 events, each a body that the server takes' {
        InModuleScope TotlProvision -Parameters @{ Folder = $script:folder; Run = $script:run } {
            param($Folder, $Run)
            $path = Get-TotlSpoolPath $Folder 'runs' ($Run + '.ndjson')
            $lines = 1..501 | ForEach-Object { '{{"seq":{0},"at":1,"message":"2026-01-01T00:00:00Z"}}' -f $_ }
            [System.IO.File]::WriteAllText($path, ($lines -join "`n") + "`n")
            Save-TotlSealed $Folder '71140f1a-445c-4779-a3e9-94ec15d8d4dd' '{"eid":"71140f1a-445c-4779-a3e9-94ec15d8d4dd","sealed":"a.b.c.d.e"}'
        }
        $out = Join-Path -Path $TestDrive -ChildPath 'pc.spool.ndjson'
        Export-TotlSpool -Session $script:session -Path $out | Should -Be 3
        $text = [System.IO.File]::ReadAllText($out)
        $text | Should -Match '"message":"2026-01-01T00:00:00Z"'
        $parsed = @($text.TrimEnd("`n").Split("`n") | ForEach-Object { ConvertFrom-Json -InputObject $_ })
        $parsed[0].report.events.Count | Should -Be 500
        $parsed[1].report.events[0].seq | Should -Be 501
        $parsed[1].report.run.id | Should -BeExactly $script:run
        $parsed[2].secret.sealed | Should -BeExactly 'a.b.c.d.e'
    }

    It 'gives up a ciphertext only for a receipt of exactly these bytes' {
        InModuleScope TotlProvision -Parameters @{ File = $script:keyFile } {
            param($File)
            $vector = (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($File))).seals[0]
            $sha256 = ConvertTo-TotlHex (Get-TotlSha256 (ConvertTo-TotlUtf8 $vector.sealed))
            $receipt = [pscustomobject] @{ secretId = 's'; version = 1; kid = $vector.header.kid; sha256 = $sha256; auditSeq = 1; auditHash = '0' * 64 }
            Test-TotlReceipt $receipt $vector.sealed | Should -BeTrue
            foreach ($member in @('version', 'kid', 'sha256', 'auditHash')) {
                $other = $receipt.PSObject.Copy()
                $other.$member = 'x'
                Test-TotlReceipt $other $vector.sealed | Should -BeFalse
            }
        }
    }
}

# A whole escrow against a server made of the reference kit, which opens what it was sent. Set TOTL_TEST_SERVER by test/foreign/pester-server.ts.
Describe 'an escrow' -Skip:([string]::IsNullOrEmpty($env:TOTL_TEST_SERVER)) {
    It 'opens at the other end, after a report, through lost answers' {
        $settings = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($env:TOTL_TEST_SERVER))
        $file = Join-Path -Path $TestDrive -ChildPath 'engine.json'
        [System.IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $settings.file -Depth 5))
        $session = New-TotlSession -ConfigurationPath $file -SpoolPath (Join-Path -Path $TestDrive -ChildPath 'spool')
        $machine = Get-TotlMachine -Session $session
        $run = Start-TotlRun -Session $session -Machine $machine -Phases 'preflight'
        Add-TotlEvent -Session $session -RunId $run -Message 'hello'
        # The answer to the first try was lost: the second counts a duplicate, and nothing is left to send.
        (Send-TotlReport -Session $session).Sent | Should -Be 0
        Complete-TotlRun -Session $session -RunId $run | Should -BeTrue
        $key = Get-TotlTenantKey -Session $session
        $secret = 'kq7-Vm2_' + [char] 0xFC + 'n'
        $sealed = Protect-TotlSecret -Key $key -MachineId $machine.id -RunId $run -Account 'Administrator' -Secret $secret
        $receipt = Send-TotlSecret -Session $session -Sealed $sealed
        $receipt.Version | Should -Be 1
        $opened = Invoke-RestMethod -UseBasicParsing -Uri ($settings.opened + '/' + $sealed.Eid)
        $opened.plaintext | Should -BeExactly $secret
    }
}
