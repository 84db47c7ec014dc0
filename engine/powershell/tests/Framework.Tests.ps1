# Whether Windows PowerShell 5.1 on .NET Framework 4.7.2 has all that the module and the example use: by the reference assemblies, by a list of
# its cmdlets, and by the syntax trees. None of it is run; what only running shows is for Windows.
BeforeDiscovery {
    $later = @(
        @{ What = 'a class of later'; Fault = 'class System.Security.Cryptography.AesGcm'; Text = '[System.Security.Cryptography.AesGcm]::new($key)' }
        @{ What = 'a class of later that is made without arguments'; Fault = 'class System.Threading.PeriodicTimer'; Text = 'New-Object System.Threading.PeriodicTimer' }
        @{ What = 'a class that no assembly has that is loaded'; Fault = 'class System.Web.HttpUtility'; Text = '[System.Web.HttpUtility]::UrlEncode("x")' }
        @{ What = 'a class in a parameter'; Fault = 'class System.DateOnly'; Text = 'function A { param([System.DateOnly] $When) $When }' }
        @{ What = 'a static method of later'; Fault = 'has no Fill'; Text = '[System.Security.Cryptography.RandomNumberGenerator]::Fill($bytes)' }
        @{ What = 'a static property of later'; Fault = 'has no ProcessPath'; Text = '[Environment]::ProcessPath' }
        @{ What = 'an overload of later, by the number of its arguments'; Fault = 'has no Move'; Text = '[System.IO.File]::Move("a", "b", $true)' }
        @{ What = 'an overload of later, by the class of an argument'; Fault = 'has no Contains'; Text = '"abc".Contains("b", [StringComparison]::Ordinal)' }
        @{ What = 'a constructor of later, by the class of an argument'; Fault = 'has no new('; Text = '[System.IO.FileStream]::new("a", [System.IO.MemoryStream]::new())' }
        @{ What = 'a constructor of later, by the number of its arguments'; Fault = 'has no new('; Text = '[System.IO.FileStream]::new("a")' }
        @{ What = 'a constructor of later, by the class of a variable'; Fault = 'has no new('; Text = 'function A { param([byte[]] $Bytes) [System.Security.SecureString]::new($Bytes) }' }
        @{ What = 'a constructor of a list that no list has'; Fault = 'has no new('; Text = '[byte[]]::new("a", "b")' }
        @{ What = 'a class that is only made from within'; Fault = 'has no new('; Text = '[System.Security.Cryptography.Aes]::new()' }
        @{ What = 'a constructor without arguments'; Fault = 'no such constructor'; Text = 'New-Object System.IO.FileStream' }
        @{ What = 'arguments that New-Object would have to trust'; Fault = 'arguments of New-Object byte[]'; Text = 'New-Object byte[] 8' }
        @{ What = 'a method of later, on what another method gave'; Fault = 'has no ComputeHashAsync'; Text = '[System.Security.Cryptography.SHA256]::Create().ComputeHashAsync($stream)' }
        @{ What = 'a method of later, on a variable'; Fault = 'has no Send('; Text = '$client = New-Object System.Net.Http.HttpClient; $client.Send($request)' }
        @{ What = 'a method of later, on a parameter'; Fault = 'has no ToHexString'; Text = 'function A { param([byte[]] $Bytes) [Convert]::ToHexString($Bytes) }' }
        @{ What = 'a method of later, on what a function returns'; Fault = 'has no MeterFactory'; Text = 'function A { return New-Object System.Net.Http.HttpClientHandler }; $a = A; $a.MeterFactory.Create()' }
        @{ What = 'a property of later that is set'; Fault = 'has no MeterFactory'; Text = '$handler = New-Object System.Net.Http.HttpClientHandler; $handler.MeterFactory = $null' }
        @{ What = 'a value of later of an enumeration'; Fault = 'has no Tls13'; Text = '[System.Security.Authentication.SslProtocols]::Tls13' }
        @{ What = 'an attribute of later'; Fault = 'class ValidateNotNullOrWhiteSpace'; Text = 'function A { param([ValidateNotNullOrWhiteSpace()] $B) $B }' }
        @{ What = 'an object of no known class'; Fault = 'of what class is $B'; Text = 'function A { param($B) $B.Anything() }' }
        @{ What = 'a cmdlet of later'; Fault = 'command Get-Error'; Text = 'Get-Error' }
        @{ What = 'a parameter of later'; Fault = 'ConvertFrom-Json -AsHashtable'; Text = 'ConvertFrom-Json -InputObject $text -AsHashtable' }
        @{ What = 'work at once of later'; Fault = 'ForEach-Object -Parallel'; Text = '1, 2 | ForEach-Object -Parallel { 1 }' }
        @{ What = 'a path of three parts'; Fault = 'Join-Path -AdditionalChildPath'; Text = 'Join-Path -Path "a" -ChildPath "b" -AdditionalChildPath "c"' }
        @{ What = 'a ? b : c'; Fault = 'a ? b : c'; Text = '$a = $true ? 1 : 2' }
        @{ What = '??'; Fault = '??'; Text = '$a = $b ?? 1' }
        @{ What = '??='; Fault = '??='; Text = '$a ??= 1' }
        @{ What = '?.'; Fault = '?. or'; Text = '$a = ${b}?.Length' }
        @{ What = '?[]'; Fault = '?. or'; Text = '$a = ${b}?[0]' }
        @{ What = '&&'; Fault = 'a pipeline chain'; Text = 'Get-Date && Get-Date' }
        @{ What = '||'; Fault = 'a pipeline chain'; Text = 'Get-Date || Get-Date' }
        @{ What = '& at the end'; Fault = 'a background pipeline'; Text = 'Get-Date &' }
        @{ What = 'a clean block'; Fault = 'a clean block'; Text = 'function A { process { 1 } clean { 2 } }' }
        @{ What = 'a pipeline that goes on at the next line''s beginning'; Fault = 'begins with |'; Text = "Get-Date`n| Out-Null" }
        @{ What = 'a number of bits'; Fault = 'the number 0b101'; Text = '$a = 0b101' }
        @{ What = 'an unsigned number'; Fault = 'the number 5u'; Text = '$a = 5u' }
        @{ What = 'an escape of later'; Fault = 'an escape of later'; Text = '$a = "`u{1F511}"' }
        @{ What = 'a range of letters'; Fault = 'a range of letters'; Text = "'a'..'f'" }
        @{ What = 'a replacement by a script'; Fault = 'a replacement by a script'; Text = "'a' -creplace 'a', { 'b' }" }
        @{ What = 'a class'; Fault = 'a class, an enum'; Text = 'class A { }' }
        @{ What = 'a text over two lines'; Fault = 'a text over several lines'; Text = "`$a = 'x`ny'" }
        @{ What = 'a variable of later'; Fault = '$IsLinux'; Text = 'if ($IsLinux) { 1 }' }
    ) | ForEach-Object { if ($PSVersionTable.PSEdition -eq 'Core') { $_ } }
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    if ($PSVersionTable.PSEdition -ne 'Core') { return }
    foreach ($name in 'Metadata', 'Inference', 'Faults') { . "$PSScriptRoot/framework/$name.ps1" }
    Open-Framework $env:TOTL_TEST_PACKAGES
    $script:windows = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText("$PSScriptRoot/../windows-powershell-5.1.json"))
    # Files for another edition or system are never loaded there.
    $folders = @('TotlProvision', 'examples') | ForEach-Object { Join-Path -Path "$PSScriptRoot/.." -ChildPath $_ }
    $script:texts = @{}
    Get-ChildItem -LiteralPath $folders -Recurse -File | Where-Object { $_.Name -match '\.psm?1$' -and $_.Name -notmatch '\.(Elsewhere|Core)\.ps1$' } |
        ForEach-Object { $script:texts[$_.Name] = [System.IO.File]::ReadAllText($_.FullName) }
    Read-OwnNames @($script:texts.Values)
}

Describe 'Windows PowerShell 5.1' -Tag 'Core' {
    It 'has every class, member, overload, cmdlet and parameter that the module and the example use, and their syntax' {
        $script:texts.Count | Should -BeGreaterThan 35
        $faults = @(foreach ($name in $script:texts.Keys) { Get-Faults $script:texts[$name] $script:windows | ForEach-Object { $name + ' ' + $_ } })
        $faults -join "`n" | Should -BeExactly ''
    }

    It 'has every class and static member of the list of what the module may name' {
        $allowed = Invoke-Reference '/allowed'
        $allowed.classes.Count | Should -BeGreaterThan 60
        $absent = foreach ($class in $allowed.classes) {
            $type = Get-FrameworkType $class.name
            if ($null -eq $type) {
                $class.name
                continue
            }
            foreach ($member in $class.members) {
                $found = @(Get-FrameworkMember $type $member -Static) + @(Get-FrameworkMember $type $member -Static -Method)
                if ($found.Count -eq 0) { '{0}::{1}' -f $class.name, $member }
            }
        }
        $absent -join "`n" | Should -BeExactly ''
    }

    It 'would be found to lack <What>' -ForEach $later {
        $script:ownMembers = @{}
        (Get-Faults $Text $script:windows) -join "`n" | Should -Match ([regex]::Escape($Fault))
    }
}
