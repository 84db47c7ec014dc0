# The engine's configuration file: the module accepts and refuses what the reference engine does, and no message shows the token.
BeforeDiscovery {
    $badCases = @(
        @{ Member = 'token'; Value = 'tok_aaaa' }
        @{ Member = 'fingerprint'; Value = ('f' * 40) + ' ff' }
        @{ Member = 'apiOrigin'; Value = 'api.example.com' }
        @{ Member = 'apiOrigin'; Value = 'http://api.example.com' }
        @{ Member = 'minEpoch'; Value = 0 }
        @{ Member = 'tenantKey'; Value = @{ kty = 'RSA' } }
    )
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    function Get-Message {
        param([string] $Path)
        try { New-TotlSession -ConfigurationPath $Path -SpoolPath (New-FolderName) } catch { $_ | Out-String }
    }
    # Only what it says, in one line however wide the console is.
    function Get-Words {
        param([string] $Path)
        try { New-TotlSession -ConfigurationPath $Path -SpoolPath (New-FolderName) } catch { $_.Exception.Message }
    }
}

Describe 'the configuration file' {
    It 'gives a session what it needs, also with a byte order mark in front, and shows no token' {
        foreach ($mark in @('', [string] [char] 0xFEFF)) {
            $path = New-FolderName
            [System.IO.File]::WriteAllText($path, $mark + (ConvertTo-Json -InputObject $script:settings.pinned -Depth 5))
            $session = New-TotlSession -ConfigurationPath $path -SpoolPath (New-FolderName)
            $session.ApiOrigin | Should -BeExactly $script:settings.pinned.apiOrigin
            $session.Fingerprint | Should -BeExactly $script:settings.pinned.fingerprint
            $session.MinEpoch | Should -Be 1
            $session.TenantKey.kid | Should -BeExactly $script:settings.pinned.tenantKey.kid
            ($session | Format-List -Property * | Out-String) | Should -Not -MatchExactly ([regex]::Escape($script:settings.pinned.token))
            (ConvertTo-Json -InputObject $session -Depth 3 -WarningAction SilentlyContinue) | Should -Not -MatchExactly ([regex]::Escape($script:settings.pinned.token))
        }
    }

    It 'is read in UTF-16 too, as Windows PowerShell and old editors save it, with a mark or without' {
        $text = ConvertTo-Json -InputObject $script:settings.pinned -Depth 5
        foreach ($name in @('utf-16', 'utf-16BE')) {
            foreach ($mark in @('', [string] [char] 0xFEFF)) {
                $path = New-FolderName
                [System.IO.File]::WriteAllBytes($path, [System.Text.Encoding]::GetEncoding($name).GetBytes($mark + $text))
                (New-TotlSession -ConfigurationPath $path -SpoolPath (New-FolderName)).ApiOrigin | Should -BeExactly $script:settings.pinned.apiOrigin
            }
        }
    }

    It 'may name the server with a slash or a path behind it, because people copy addresses' {
        foreach ($behind in @('/', '//', '/v1/', '/?x#y')) {
            $file = New-ConfigurationFile @{ apiOrigin = $script:settings.pinned.apiOrigin + $behind }
            (New-TestSession -File $file).ApiOrigin | Should -BeExactly $script:settings.pinned.apiOrigin
        }
    }

    It 'without a fingerprint leaves the pin to the first use' {
        $session = New-TestSession -File (New-ConfigurationFile @{ fingerprint = $null; tenantKey = $null })
        $session.Fingerprint | Should -BeNullOrEmpty
    }

    It 'with another <Member> is refused by the name of the member, and the token is in no message' -ForEach $badCases {
        $path = New-FolderName
        [System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject (New-ConfigurationFile @{ $Member = $Value }) -Depth 5))
        $message = Get-Message $path
        $message | Should -Match ('wrong at ' + $Member)
        $message | Should -Not -MatchExactly ([regex]::Escape($script:settings.pinned.token))
        Get-Refusal { New-TotlSession -ConfigurationPath $path -SpoolPath (New-FolderName) } | Should -BeExactly 'bad_configuration'
    }

    It 'that is missing or not JSON is refused likewise' {
        $path = New-FolderName
        Get-Refusal { New-TotlSession -ConfigurationPath $path } | Should -BeExactly 'bad_configuration'
        # With the whole path: a relative one is looked for where the shell stands.
        foreach ($missing in @($path, [string] $TestDrive)) { Get-Words $missing | Should -BeExactly ('There is no configuration file {0}.' -f $missing) }
        foreach ($text in @('apiOrigin = tok_x', '"tok_x"', '[]', '')) {
            [System.IO.File]::WriteAllText($path, $text)
            Get-Refusal { New-TotlSession -ConfigurationPath $path } | Should -BeExactly 'bad_configuration'
            Get-Message $path | Should -Not -MatchExactly ([regex]::Escape($script:settings.pinned.token))
            Get-Words $path | Should -BeExactly ('The configuration file {0} cannot be read, or is not JSON as the portal writes it.' -f $path)
        }
    }
}
