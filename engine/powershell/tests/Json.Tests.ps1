# JSON as on the wire: byte for byte as JSON.stringify writes it, and read with members compared by case.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    # Returns the module's text, and what JSON.stringify makes of it after reading it.
    function Get-BothTexts {
        param($Value)
        $own = InModuleScope TotlProvision -Parameters @{ Value = $Value } { param($Value) ConvertTo-TotlJson $Value }
        @($own, (Invoke-Reference '/stringify' @{ json = $own }).json)
    }
}

Describe 'JSON' {
    It 'has every character as JSON.stringify has it, half a surrogate pair too' {
        for ($first = 0; $first -lt 0x10000; $first += 0x1000) {
            $text = New-Object System.Text.StringBuilder
            # An x between them: two halves beside each other would be a pair.
            for ($code = $first; $code -lt $first + 0x1000; $code++) { [void] $text.Append([char] $code).Append('x') }
            $own, $theirs = Get-BothTexts $text.ToString()
            [string]::Equals($own, $theirs, [StringComparison]::Ordinal) | Should -BeTrue -Because ('of the characters from {0:x4}' -f $first)
        }
        $pair = [char]::ConvertFromUtf32(0x1F511)
        foreach ($text in @($pair, ('x' + $pair), ($pair + $pair), ($pair + $pair[0]), ([string] $pair[1] + $pair), '')) {
            $own, $theirs = Get-BothTexts $text
            $own | Should -BeExactly $theirs
        }
    }

    It 'has lists of none and of one, nulls, truth values, whole numbers and members in their order' {
        $value = [ordered] @{
            z = @(); a = @('one'); lists = @(, @(1, 2)); null = $null; yes = $true; no = $false; zero = 0; big = 9007199254740991
            negative = -1; nested = [pscustomobject] @{ Keys = 1; Count = @($null) }
        }
        $own, $theirs = Get-BothTexts $value
        $own | Should -BeExactly $theirs
        $own | Should -BeExactly ('{"z":[],"a":["one"],"lists":[[1,2]],"null":null,"yes":true,"no":false,"zero":0,"big":9007199254740991,' +
            '"negative":-1,"nested":{"Keys":1,"Count":[null]}}')
    }

    It 'has fractions that read as the same number, whatever the language of the PC' {
        $before = [System.Threading.Thread]::CurrentThread.CurrentCulture
        try {
            foreach ($culture in @('de-DE', 'tr-TR', '')) {
                [System.Threading.Thread]::CurrentThread.CurrentCulture = [System.Globalization.CultureInfo]::GetCultureInfo($culture)
                $own, $theirs = Get-BothTexts @(0.5, -1.25, 1e21, 1.5e-7)
                $theirs | Should -BeExactly '[0.5,-1.25,1e+21,1.5e-7]'
            }
        }
        finally { [System.Threading.Thread]::CurrentThread.CurrentCulture = $before }
    }

    It 'is refused of what JSON has not' {
        InModuleScope TotlProvision {
            { ConvertTo-TotlJson ([double]::NaN) } | Should -Throw 'a number must be finite'
            { ConvertTo-TotlJson ([Guid]::Empty) } | Should -Throw 'a value must be*'
        }
    }

    It 'is read by exact names, and a list of one stays a list' {
        InModuleScope TotlProvision {
            $read = ConvertFrom-Json -InputObject '{"kid":"a","list":["one"],"none":[],"at":"2026-01-01T00:00:00Z"}'
            Get-TotlMember $read 'kid' | Should -BeExactly 'a'
            Get-TotlMember $read 'KID' | Should -BeNullOrEmpty
            , (Get-TotlMember $read 'list') | Should -BeOfType [array]
            (Get-TotlMember $read 'list').Count | Should -Be 1
            , (Get-TotlMember $read 'none') | Should -BeOfType [array]
            Test-TotlMembers $read @('kid', 'list', 'none', 'at') | Should -BeTrue
            Test-TotlMembers $read @('Kid', 'list', 'none', 'at') | Should -BeFalse
            Test-TotlMembers $read @('kid', 'list', 'none') | Should -BeFalse
        }
    }
}

Describe 'text for the wire' {
    It 'is cut to its length, and never through the middle of a surrogate pair' {
        InModuleScope TotlProvision {
            $pair = [char]::ConvertFromUtf32(0x1F511)
            Limit-TotlText ('ab' + $pair) 3 | Should -BeExactly 'ab'
            Limit-TotlText ('ab' + $pair) 4 | Should -BeExactly ('ab' + $pair)
            Limit-TotlText ('ab' + $pair + 'c') 4 | Should -BeExactly ('ab' + $pair)
            Limit-TotlText (" a`tb`r`n") 9 | Should -BeExactly 'a b'
            Limit-TotlText $null 9 | Should -BeNullOrEmpty
        }
    }

    It 'is strict base64url of RFC 4648, one text for the same bytes' {
        InModuleScope TotlProvision {
            $known = @{ '' = ''; 'f' = 'Zg'; 'fo' = 'Zm8'; 'foo' = 'Zm9v'; 'foob' = 'Zm9vYg'; 'fooba' = 'Zm9vYmE'; 'foobar' = 'Zm9vYmFy' }
            foreach ($plain in $known.Keys) {
                ConvertTo-TotlBase64Url (ConvertTo-TotlUtf8 $plain) | Should -BeExactly $known[$plain]
                ConvertFrom-TotlUtf8 (ConvertFrom-TotlBase64Url $known[$plain]) | Should -BeExactly $plain
            }
            foreach ($bad in @('Zg==', 'Zh', 'Z g', "Zg`n", 'Zg+', 'Zg/', 'Z')) { { ConvertFrom-TotlBase64Url $bad } | Should -Throw }
        }
    }
}
