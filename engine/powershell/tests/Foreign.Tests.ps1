# Sealing by others' rules: published vectors, and other libraries that open what the module seals, and seal what the portal opens.
BeforeDiscovery {
    . "$PSScriptRoot/Reference.ps1"
    # The jose command line has RSA-OAEP-256 from version 14 on; an older one says that it has not.
    $jose = @(Get-Command -Name 'jose' -CommandType Application -ErrorAction Ignore)
    $canOpen = $jose.Count -gt 0 -and @(& $jose[0].Source alg) -ccontains 'RSA-OAEP-256'
    $joseCases = @(if ($canOpen) { @{ Program = $jose[0].Source } })
    if (-not $canOpen) { Write-Host 'Not run: the jose command line, because there is none here that has RSA-OAEP-256 (version 14 has).' }
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
    [void] (Invoke-Reference '/reset')
    $script:key = Get-TotlTenantKey -Session (New-TestSession)
    $script:ids = @{ MachineId = 'f04ac99a-413e-4c69-9dee-595806f3d1fe'; RunId = '013b3a23-cf30-4498-b502-a19d3da5ac5b' }
    $script:unicode = 'kq7 "q" \ ' + [char] 0xFC + 'n' + [char] 0xEF + [char]::ConvertFromUtf32(0x1F511)
    function ConvertFrom-Hex {
        param([string] $Hex)
        $bytes = New-Object byte[] ($Hex.Length / 2)
        for ($index = 0; $index -lt $bytes.Length; $index++) { $bytes[$index] = [Convert]::ToByte($Hex.Substring($index * 2, 2), 16) }
        return , $bytes
    }
    function Get-PublishedVectors {
        param([string] $Name)
        ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText("$PSScriptRoot/vectors/$Name"))
    }
    # A sealed secret, and its header as members in their order.
    function New-SealedSecret {
        $ids = $script:ids
        $sealed = Protect-TotlSecret -Key $script:key @ids -Account $script:unicode -Secret $script:unicode
        $body = ConvertFrom-Json -InputObject $sealed.Body
        $encoded = $body.sealed.Split('.')[0]
        $text = InModuleScope TotlProvision -Parameters @{ Encoded = $encoded } { param($Encoded) ConvertFrom-TotlUtf8 (ConvertFrom-TotlBase64Url $Encoded) }
        [pscustomobject] @{ Text = $sealed.Body; Body = $body; Header = ConvertFrom-Json -InputObject $text }
    }
    # The same secret with another ciphertext, as the portal opens it.
    function Open-Instead {
        param($Secret, [string] $Compact)
        $Secret.Body.sealed = $Compact
        Invoke-Reference '/open' @{ body = ConvertTo-Json -InputObject $Secret.Body -Depth 5 -Compress }
    }
}

Describe 'the published vectors' {
    It 'of A256CBC-HS512 are what the module makes of their keys and texts' {
        $tests = (Get-PublishedVectors 'a256cbc-hs512.json').tests
        $tests.Count | Should -BeGreaterThan 50
        foreach ($test in $tests) {
            $bytes = @{ Key = ConvertFrom-Hex $test.key; Iv = ConvertFrom-Hex $test.iv; Message = ConvertFrom-Hex $test.msg }
            $header = [System.Text.Encoding]::ASCII.GetString((ConvertFrom-Hex $test.aad))
            $made = InModuleScope TotlProvision -Parameters @{ Bytes = $bytes; Header = $header } {
                param($Bytes, $Header)
                $content = Protect-TotlContent @{ ContentKey = $Bytes.Key; Plaintext = $Bytes.Message } $Bytes.Iv $Header
                (ConvertTo-TotlHex $content.Ciphertext) + ' ' + (ConvertTo-TotlHex $content.Tag)
            }
            $made | Should -BeExactly ($test.ct + ' ' + $test.tag) -Because ('of number {0}' -f $test.tcId)
        }
    }

    It 'of RSA-OAEP-256 are read by what opens the content key that the module wraps under their key, so that both mean the same' {
        $vectors = Get-PublishedVectors 'rsa-oaep-256.json'
        foreach ($test in $vectors.tests) {
            $expected = if ($test.result -eq 'valid') { $test.msg } else { $null }
            (Invoke-Reference '/oaep' @{ key = $vectors.privateKeyPem; ct = $test.ct }).msg | Should -BeExactly $expected -Because ('of number {0}' -f $test.tcId)
        }
        $texts = @($vectors.tests | Where-Object { $_.result -eq 'valid' } | ForEach-Object { $_.msg }) + ('ab' * 64)
        foreach ($text in $texts) {
            $parameters = @{ Vectors = $vectors; Bytes = ConvertFrom-Hex $text }
            $wrapped = InModuleScope TotlProvision -Parameters $parameters {
                param($Vectors, $Bytes)
                ConvertTo-TotlHex (Protect-TotlContentKey $Vectors.e $Vectors.n @{ ContentKey = $Bytes })
            }
            (Invoke-Reference '/oaep' @{ key = $vectors.privateKeyPem; ct = $wrapped }).msg | Should -BeExactly $text
        }
    }
}

Describe 'node-jose' {
    It 'opens what the module seals' {
        (Invoke-Reference '/node-jose/open' @{ body = (New-SealedSecret).Text }).plaintext | Should -BeExactly $script:unicode
    }

    It 'seals what the portal opens under the module''s header' {
        $secret = New-SealedSecret
        $other = (Invoke-Reference '/node-jose/seal' @{ header = $secret.Header; plaintext = 'of node-jose' }).sealed
        (Open-Instead $secret $other).plaintext | Should -BeExactly 'of node-jose'
    }
}

Describe 'jose-jwt' -Tag 'Core' {
    BeforeAll {
        $library = @(Get-ChildItem -LiteralPath (Join-Path -Path $env:TOTL_TEST_PACKAGES -ChildPath 'jose-jwt') -Recurse -File -Filter 'jose-jwt.dll' |
                Where-Object { $_.Directory.Name -eq 'netstandard2.1' })[0]
        Add-Type -LiteralPath $library.FullName
        $script:private = [System.Security.Cryptography.RSA]::Create()
        $script:private.ImportFromPem((Invoke-Reference '/private-key').pem)
    }

    It 'opens what the module seals' {
        $token = [Jose.JWE]::Decrypt((New-SealedSecret).Body.sealed, $script:private)
        $token.Plaintext | Should -BeExactly $script:unicode
        $token.ProtectedHeaderBytes.Length | Should -BeGreaterThan 100
    }

    It 'seals what the portal opens under the module''s header' {
        $secret = New-SealedSecret
        $members = New-Object 'System.Collections.Generic.Dictionary[string,object]'
        foreach ($property in $secret.Header.PSObject.Properties) {
            if ($property.Name -in 'alg', 'enc') { continue }
            $members[$property.Name] = $property.Value
        }
        $ref = New-Object 'System.Collections.Generic.Dictionary[string,object]'
        $ref['account'] = $secret.Header.ref.account
        $members['ref'] = $ref.PSObject.BaseObject
        $other = [Jose.JWT]::Encode('of jose-jwt', $script:private, [Jose.JweAlgorithm]::RSA_OAEP_256, [Jose.JweEncryption]::A256CBC_HS512, $null, $members, $null)
        (Open-Instead $secret $other).plaintext | Should -BeExactly 'of jose-jwt'
    }
}

Describe 'the jose command line' {
    It 'opens what the module seals, and seals what the portal opens' -ForEach $joseCases {
        $secret = New-SealedSecret
        $folder = New-FolderName
        [void] [System.IO.Directory]::CreateDirectory($folder)
        $file = { param($Name, $Text) $path = Join-Path -Path $folder -ChildPath $Name; [System.IO.File]::WriteAllText($path, $Text); $path }
        $jwk = & $file 'key.jwk' (Invoke-Reference '/private-key').jwk
        & $Program jwe dec -i (& $file 'sealed.jwe' $secret.Body.sealed) -k $jwk | Should -BeExactly $script:unicode
        $template = & $file 'template.json' (ConvertTo-Json -InputObject @{ protected = $secret.Header } -Depth 5 -Compress)
        $other = & $Program jwe enc -c -i $template -I (& $file 'plain' 'of jose') -k $jwk
        (Open-Instead $secret $other).plaintext | Should -BeExactly 'of jose'
    }
}
