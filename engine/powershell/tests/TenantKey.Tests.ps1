# Whether a key is trusted: the vectors, and the lies of a hostile server, as the reference engine decides them.
BeforeDiscovery {
    . "$PSScriptRoot/Reference.ps1"
    $keyCases = @((Get-Vectors 'engine.json').tenantKeys | ForEach-Object { @{ Vector = $_; Name = $_.name } })
    $lieCases = @($script:settings.lies | ForEach-Object { @{ Lie = $_; Name = $_.name } })
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
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

    It 'is waited for by a refusal while the tenant has none' {
        [void] (Invoke-Reference '/reset' @{ key = 'none' })
        $session = New-TestSession
        Get-Refusal { Get-TotlTenantKey -Session $session } | Should -BeExactly 'no_tenant_key'
    }

    It 'is pinned in the spool as the reference engine pins it' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession -Unpinned
        $key = Get-TotlTenantKey -Session $session -WarningAction SilentlyContinue
        $key.FirstUse | Should -BeTrue
        $pin = (Invoke-Reference '/read-spool' @{ folder = $session.SpoolPath }).pin
        $pin.fingerprint | Should -BeExactly $key.Fingerprint
        $pin.tenant | Should -BeExactly $key.Tenant
        $pin.keyEpoch | Should -Be 2
        (Get-TotlTenantKey -Session $session).FirstUse | Should -BeFalse
    }

    It 'that the file carries is sealed to while the PC is offline, if the same file''s pin vouches for it' {
        # Nobody listens on port 1.
        $nowhere = 'http://127.0.0.1:1'
        $session = New-TestSession -File (New-ConfigurationFile @{ apiOrigin = $nowhere })
        (Get-TotlTenantKey -Session $session).KeyEpoch | Should -Be 2
        $spool = Invoke-Reference '/read-spool' @{ folder = $session.SpoolPath }
        $spool.pin | Should -BeNullOrEmpty
        foreach ($doubtful in @(@{ fingerprint = 'A' * 43 }, @{ minEpoch = 9 }, @{ fingerprint = $null })) {
            $doubtful['apiOrigin'] = $nowhere
            $other = New-TestSession -File (New-ConfigurationFile $doubtful)
            Get-Refusal { Get-TotlTenantKey -Session $other } | Should -BeExactly 'offline'
        }
    }
}

Describe 'a hostile server' {
    It 'cannot <Name>' -ForEach $lieCases {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession -Unpinned:(-not $Lie.pinned)
        (Get-TotlTenantKey -Session $session -WarningAction SilentlyContinue).KeyEpoch | Should -Be 2
        [void] (Invoke-Reference '/reset' @{ key = $Lie.number })
        $again = New-TestSession -Unpinned:(-not $Lie.pinned) -Spool $session.SpoolPath
        Get-Refusal { Send-TestSecret $again '013b3a23-cf30-4498-b502-a19d3da5ac5b' } | Should -BeExactly $Lie.code
        (Invoke-Reference '/kept').secrets.Count | Should -Be 0
    }

    It 'cannot make the engine drop a secret with a receipt for other bytes' {
        [void] (Invoke-Reference '/reset')
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        $receipt = @{ secretId = 's'; version = 1; kid = 'k'; sha256 = 'f' * 64; auditSeq = 1; auditHash = '0' * 64 }
        [void] (Invoke-Reference '/reset' @{ faults = @('none', @{ status = 201; json = $receipt }) })
        Get-Refusal { Send-TestSecret $session $run } | Should -BeExactly 'wrong_receipt'
        # The ciphertext is still there, and the honest server gets it.
        @(Send-TotlSecret -Session $session -Pending).Count | Should -Be 1
        (Invoke-Reference '/kept').secrets.Count | Should -Be 1
    }
}
