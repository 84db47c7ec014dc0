# Whether Windows PowerShell 5.1 on .NET Framework 4.7.2 has all that the module and the example use: by the reference assemblies, by a list of
# its cmdlets, and by the syntax trees. None of it is run; what only running shows is for Windows.
BeforeDiscovery {
    $later = @(
        @{ What = 'a class of later'; Text = 'New-Object System.Security.Cryptography.AesGcm -ArgumentList $key' }
        @{ What = 'a class that no assembly has that is loaded'; Text = '[System.Web.HttpUtility]::UrlEncode("x")' }
        @{ What = 'a class in a parameter'; Text = 'function A { param([System.DateOnly] $When) $When }' }
        @{ What = 'a static method of later'; Text = '[System.Security.Cryptography.RandomNumberGenerator]::Fill($bytes)' }
        @{ What = 'a static property of later'; Text = '[Environment]::ProcessPath' }
        @{ What = 'an overload of later, by the number of its arguments'; Text = '[System.IO.File]::Move("a", "b", $true)' }
        @{ What = 'an overload of later, by the class of an argument'; Text = '"abc".Contains("b", [StringComparison]::Ordinal)' }
        @{ What = 'a constructor of later'; Text = 'New-Object System.IO.FileStream -ArgumentList "a", (New-Object System.IO.MemoryStream)' }
        @{ What = 'a method of later, on what another method gave'; Text = '[System.Security.Cryptography.SHA256]::Create().ComputeHashAsync($stream)' }
        @{ What = 'a method of later, on a variable'; Text = '$client = New-Object System.Net.Http.HttpClient; $client.Send($request)' }
        @{ What = 'a method of later, on a parameter'; Text = 'function A { param([byte[]] $Bytes) [Convert]::ToHexString($Bytes) }' }
        @{ What = 'a method of later, on what a function returns'; Text = 'function A { return New-Object System.Net.Http.HttpClientHandler }; $a = A; $a.MeterFactory.Create()' }
        @{ What = 'a property of later that is set'; Text = '$handler = New-Object System.Net.Http.HttpClientHandler; $handler.MeterFactory = $null' }
        @{ What = 'a value of later of an enumeration'; Text = '[System.Security.Authentication.SslProtocols]::Tls13' }
        @{ What = 'an attribute of later'; Text = 'function A { param([ValidateNotNullOrWhiteSpace()] $B) $B }' }
        @{ What = 'an object of no known class'; Text = 'function A { param($B) $B.Anything() }' }
        @{ What = 'a cmdlet of later'; Text = 'Get-Error' }
        @{ What = 'a parameter of later'; Text = 'ConvertFrom-Json -InputObject $text -AsHashtable' }
        @{ What = 'work at once of later'; Text = '1, 2 | ForEach-Object -Parallel { 1 }' }
        @{ What = 'a path of three parts'; Text = 'Join-Path -Path "a" -ChildPath "b" -AdditionalChildPath "c"' }
        @{ What = 'a ? b : c'; Text = '$a = $true ? 1 : 2' }
        @{ What = '??'; Text = '$a = $b ?? 1' }
        @{ What = '??='; Text = '$a ??= 1' }
        @{ What = '?.'; Text = '$a = ${b}?.Length' }
        @{ What = '?[]'; Text = '$a = ${b}?[0]' }
        @{ What = '&&'; Text = 'Get-Date && Get-Date' }
        @{ What = '||'; Text = 'Get-Date || Get-Date' }
        @{ What = '& at the end'; Text = 'Get-Date &' }
        @{ What = 'a clean block'; Text = 'function A { process { 1 } clean { 2 } }' }
        @{ What = 'a pipeline that goes on at the next line''s beginning'; Text = "Get-Date`n| Out-Null" }
        @{ What = 'a number of bits'; Text = '$a = 0b101' }
        @{ What = 'an unsigned number'; Text = '$a = 5u' }
        @{ What = 'an escape of later'; Text = '$a = "`u{1F511}"' }
        @{ What = 'a range of letters'; Text = "'a'..'f'" }
        @{ What = 'a replacement by a script'; Text = "'a' -creplace 'a', { 'b' }" }
        @{ What = 'a class'; Text = 'class A { }' }
        @{ What = 'a text over two lines'; Text = "`$a = 'x`ny'" }
        @{ What = 'a variable of later'; Text = 'if ($IsLinux) { 1 }' }
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
        $script:texts.Count | Should -BeGreaterThan 40
        $faults = @(foreach ($name in $script:texts.Keys) { Get-Faults $script:texts[$name] $script:windows | ForEach-Object { $name + ' ' + $_ } })
        $faults -join "`n" | Should -BeExactly ''
    }

    It 'has every class and static member of the list of what the module may name' {
        $allowed = Invoke-Reference '/allowed'
        $allowed.classes.PSObject.Properties.Name.Count | Should -BeGreaterThan 60
        $absent = foreach ($property in $allowed.classes.PSObject.Properties) {
            $type = Get-FrameworkType $property.Name
            if ($null -eq $type) { $property.Name }
            foreach ($member in $property.Value) {
                $found = @(Get-FrameworkMember $type $member -Static) + @(Get-FrameworkMember $type $member -Static -Method)
                if ($found.Count -eq 0) { '{0}::{1}' -f $property.Name, $member }
            }
        }
        $absent -join "`n" | Should -BeExactly ''
    }

    It 'would be found to lack <What>' -ForEach $later {
        $script:ownMembers = @{}
        @(Get-Faults $Text $script:windows).Count | Should -BeGreaterThan 0
    }
}
