# Sealing: the vectors' bytes under their content keys, and what the module seals opens with the portal's own opener and with openssl.
BeforeDiscovery {
    . "$PSScriptRoot/Reference.ps1"
    $vectors = Get-Vectors 'engine.json'
    $sealCases = @($vectors.seals | ForEach-Object { @{ Vector = $_; Kind = $_.header.kind } })
    # Around the block length of AES, and beyond: with a whole block of padding and without.
    $lengthCases = @(1, 15, 16, 17, 31, 32, 1000 | ForEach-Object { @{ Length = $_ } })
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
    [void] (Invoke-Reference '/reset')
    $script:session = New-TestSession
    $script:key = Get-TotlTenantKey -Session $script:session
    $script:ids = @{ MachineId = 'f04ac99a-413e-4c69-9dee-595806f3d1fe'; RunId = '013b3a23-cf30-4498-b502-a19d3da5ac5b' }
    # Characters beyond ASCII are given by code: this file is ASCII, so that Windows PowerShell reads it correctly.
    $script:unicode = 'kq7 "q" \ ' + [char] 0xFC + 'n' + [char] 0xEF + [char]::ConvertFromUtf32(0x1F511)
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
            $content = Protect-TotlContent @{ ContentKey = $contentKey; Plaintext = $plaintext } $iv $encoded
            $key = ConvertFrom-TotlBase64Url $segments[1]
            Join-TotlJwe $encoded $key $iv $content.Ciphertext $content.Tag | Should -BeExactly $Vector.sealed
            Get-TotlSealedKid $Vector.sealed | Should -BeExactly $known.kid
        }
    }

    It 'is opened by the portal''s opener for the place it was sealed for: a local administrator, a BitLocker volume, a firmware, any other' {
        $references = @(
            @{ Account = $script:unicode }
            @{ ProtectorId = '{5F0C1F8E-9F2B-4D2B-8F27-3F2F2B7A9D10}'; Volume = 'C:' }
            @{ Label = 'BIOS'; BiosPassword = $true }
            @{ Label = $script:unicode }
        )
        foreach ($reference in $references) {
            $ids = $script:ids
            $sealed = Protect-TotlSecret -Key $script:key @ids @reference -Secret $script:unicode
            $opened = Invoke-Reference '/open' @{ body = $sealed.Body }
            $opened.plaintext | Should -BeExactly $script:unicode
            $opened.bound | Should -BeTrue
        }
    }

    It 'is opened by the portal''s opener at <Length> characters, and each sealing is another' -ForEach $lengthCases {
        $secret = 'x' * $Length
        $ids = $script:ids
        $sealed = Protect-TotlSecret -Key $script:key @ids -Label 'x' -Secret $secret
        (Invoke-Reference '/open' @{ body = $sealed.Body }).plaintext | Should -BeExactly $secret
        $again = Protect-TotlSecret -Key $script:key @ids -Label 'x' -Secret $secret
        $again.Eid | Should -Not -Be $sealed.Eid
        $ciphertexts = @($sealed, $again | ForEach-Object { (ConvertFrom-Json -InputObject $_.Body).sealed.Split('.')[3] })
        $ciphertexts[1] | Should -Not -Be $ciphertexts[0]
    }

    It 'is opened by openssl' -Tag 'Unix' {
        $ids = $script:ids
        $sealed = Protect-TotlSecret -Key $script:key @ids -Account 'Administrator' -Secret $script:unicode
        (Invoke-Reference '/openssl' @{ body = $sealed.Body }).plaintext | Should -BeExactly $script:unicode
    }

    It 'takes a SecureString for the same bytes as its text' {
        $secure = New-Object System.Security.SecureString
        foreach ($character in $script:unicode.ToCharArray()) { $secure.AppendChar($character) }
        InModuleScope TotlProvision -Parameters @{ Secure = $secure; Text = $script:unicode } {
            param($Secure, $Text)
            ConvertTo-TotlHex (ConvertTo-TotlSecretBytes $Secure) | Should -BeExactly (ConvertTo-TotlHex (ConvertTo-TotlUtf8 $Text))
        }
        $ids = $script:ids
        $sealed = Protect-TotlSecret -Key $script:key @ids -Label 'x' -Secret $secure
        (Invoke-Reference '/open' @{ body = $sealed.Body }).plaintext | Should -BeExactly $script:unicode
    }

    It 'wraps the content key into one RSA block, and never the same way twice' {
        InModuleScope TotlProvision -Parameters @{ Key = $script:key } {
            param($Key)
            [byte[]] $contentKey = Get-TotlRandomBytes 64
            $first = Protect-TotlContentKey $Key.Exponent $Key.Modulus @{ ContentKey = $contentKey }
            $first.Length | Should -Be 384
            ConvertTo-TotlHex (Protect-TotlContentKey $Key.Exponent $Key.Modulus @{ ContentKey = $contentKey }) | Should -Not -Be (ConvertTo-TotlHex $first)
        }
    }

    It 'refuses to seal nothing, for which there would be a receipt all the same' {
        $ids = $script:ids
        $key = $script:key
        foreach ($nothing in @('', (New-Object System.Security.SecureString))) {
            { Protect-TotlSecret -Key $key @ids -Label 'x' -Secret $nothing } | Should -Throw
        }
    }

    It 'says nothing of a secret that it refuses' {
        $ids = $script:ids
        $key = $script:key
        $lone = 'canary' + [char] 0xD800
        $refused = @(
            { Protect-TotlSecret -Key $key @ids -Label 'x' -Secret $lone }
            { Protect-TotlSecret -Key $key @ids -Label 'x' -Secret @('canary') }
            { Protect-TotlSecret -Key $key @ids -ProtectorId 'none' -Volume 'C:' -Secret 'canary' }
            { Protect-TotlSecret -Key $key -MachineId 'none' -RunId 'none' -Label 'x' -Secret 'canary' }
        )
        foreach ($act in $refused) {
            $message = ''
            # Without the place where it happened, because that line is the test's own.
            try { [void] (& $act) } catch { $message = [string] $_ + $_.Exception.ToString() }
            $message | Should -Not -BeNullOrEmpty
            $message | Should -Not -Match 'canary'
        }
    }
}
