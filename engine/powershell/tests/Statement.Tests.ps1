# Thumbprints and key statements: those of the shared vectors, and of RFC 7638.
BeforeDiscovery {
    . "$PSScriptRoot/Reference.ps1"
    $first = Get-Vectors 'keyring.json'
    $last = (Get-Vectors 'succession.json').keyring
    $keyCases = @(@($first.write.escrowKeys) + @($last.escrowKeys) | ForEach-Object { @{ Key = $_; Kid = $_.kid } })
    # Every other document that a root of the vectors signs.
    $otherCases = @(
        @{ Name = 'the first manifest'; Compact = $first.write.manifest }
        @{ Name = 'the last manifest'; Compact = $last.manifest }
        @{ Name = 'a succession'; Compact = $last.successions[0] }
    )
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    $script:first = Get-Vectors 'keyring.json'
    $script:roots = @($script:first.fingerprint, (Get-Vectors 'succession.json').fingerprint)
}

Describe 'a thumbprint' {
    It 'is that of the example in RFC 7638' {
        InModuleScope TotlProvision {
            $modulus = '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst' +
                'n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOp' +
                'bISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
            Get-TotlRsaThumbprint 'AQAB' $modulus | Should -BeExactly 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
        }
    }

    It 'of the escrow key <Kid> is its kid' -ForEach $keyCases {
        InModuleScope TotlProvision -Parameters @{ Key = $Key } {
            param($Key)
            Get-TotlRsaThumbprint $Key.jwk.e $Key.jwk.n | Should -BeExactly $Key.kid
        }
    }
}

Describe 'a statement' {
    It 'about <Kid> is by a root of the vectors, whose computed thumbprint is the fingerprint' -ForEach $keyCases {
        InModuleScope TotlProvision -Parameters @{ Key = $Key; Roots = $script:roots; Tenant = $script:first.tenant } {
            param($Key, $Roots, $Tenant)
            $statement = Read-TotlStatement $Key.statement
            $statement.Kid | Should -BeExactly $Key.kid
            $statement.Tenant | Should -BeExactly $Tenant
            $statement.Root | Should -BeIn $Roots
            $statement.KeyEpoch | Should -BeGreaterOrEqual 1
        }
    }

    It 'is no other document of the same root: <Name>' -ForEach $otherCases {
        InModuleScope TotlProvision -Parameters @{ Compact = $Compact } {
            param($Compact)
            $Compact | Should -Match '^[\w-]+\.[\w-]+\.[\w-]+$'
            Read-TotlStatement $Compact | Should -BeNullOrEmpty
        }
    }

    It 'is none any more with one character changed, wherever it is' {
        InModuleScope TotlProvision -Parameters @{ Compact = $script:first.write.escrowKeys[0].statement } {
            param($Compact)
            Read-TotlStatement $Compact | Should -Not -BeNullOrEmpty
            for ($place = 0; $place -lt $Compact.Length; $place += 7) {
                $other = if ($Compact[$place] -ceq 'A') { 'B' } else { 'A' }
                Read-TotlStatement ($Compact.Remove($place, 1).Insert($place, $other)) | Should -BeNullOrEmpty
            }
            foreach ($other in @('', '.', '..', $Compact.Split('.')[0], ($Compact + '='), ($Compact + "`n"), (' ' + $Compact))) {
                Read-TotlStatement $other | Should -BeNullOrEmpty
            }
        }
    }
}
