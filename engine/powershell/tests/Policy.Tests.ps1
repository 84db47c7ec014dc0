# What policies of a PC do to the module: one that constrains scripts it does not trust, and one that logs what commands are given. Each in a process of its own:
# neither can be taken back.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    # Runs a script of the folder policy. Returns its lines, and what it wrote as errors.
    function Invoke-UnderPolicy {
        param([string] $Name, [string[]] $Options = @())
        [void] (Invoke-Reference '/reset')
        $file = (New-FolderName) + '.json'
        [System.IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $script:settings.pinned -Depth 5))
        $said, $written = (New-FolderName), (New-FolderName)
        $arguments = @('-Control', $script:settings.control, '-File', $file, '-Spool', (New-FolderName), '-Said', $said)
        (Start-OtherScript "$PSScriptRoot/policy/$Name.ps1" $arguments -Options $Options -ErrorPath $written).WaitForExit()
        $log = [System.IO.File]::ReadAllText($written)
        if (-not [System.IO.File]::Exists($said)) { throw $log }
        [pscustomobject] @{ Lines = [System.IO.File]::ReadAllLines($said); Log = $log }
    }
}

Describe 'a PC whose policy has constrained another session of the process' -Tag 'Core' {
    It 'has its build sent while it runs and its secrets escrowed, because nothing of the module asks PowerShell to trust a value that others share' {
        $done = Invoke-UnderPolicy 'constrained'
        $done.Lines[0] | Should -BeExactly 'ParameterArgumentValidationError,Microsoft.PowerShell.Commands.NewObjectCommand' -Because 'otherwise nothing is distrusted here'
        $done.Lines[1] | Should -BeExactly 'True True'
        @($done.Lines | Select-Object -Skip 3) -join "`n" | Should -BeExactly ''
        $secrets = @((Invoke-Reference '/kept').secrets)
        $secrets.Count | Should -Be 2
        (Invoke-Reference '/open' @{ body = $secrets[1].body }).plaintext + ' True' | Should -BeExactly $done.Lines[2]
    }
}

Describe 'a PC whose policy logs what every command is given' -Tag 'Unix' {
    BeforeAll {
        $policy = (New-FolderName) + '.json'
        $logging = @{ ModuleLogging = @{ EnableModuleLogging = $true; ModuleNames = @('*') }; ScriptBlockLogging = @{ EnableScriptBlockLogging = $true } }
        [System.IO.File]::WriteAllText($policy, (ConvertTo-Json -Depth 5 -InputObject @{ LogLevel = 'Verbose'; PowerShellPolicies = $logging }))
        $script:done = Invoke-UnderPolicy 'logged' @('-SettingsFile', $policy)
        $script:log = $script:done.Log
    }

    It 'logs the module''s own commands and its source' {
        $script:done.Lines[0] | Should -BeExactly 'True'
        foreach ($part in @(
                'CommandInvocation(Protect-TotlSecret)', 'ParameterBinding(Protect-TotlContent): name="Held"; value="System.Collections.Hashtable"'
                'ParameterBinding(ConvertFrom-Json): name="InputObject"', 'function Protect-TotlContent'
            )) { $script:log.Contains($part) | Should -BeTrue -Because $part }
        (Invoke-Reference '/kept').secrets.Count | Should -Be 2
    }

    It 'has no <What> in that log, as text or as numbers' -ForEach @(
        @{ What = 'token'; Of = { $script:settings.pinned.token } }
        @{ What = 'recovery password'; Of = { $script:done.Lines[1] } }
        @{ What = 'password of an account'; Of = { $script:done.Lines[2] } }
    ) {
        $secret = & $Of
        $secret.Length | Should -BeGreaterThan 23
        $script:log.Contains($secret) | Should -BeFalse
        $numbers = @([System.Text.Encoding]::UTF8.GetBytes($secret)[0..15]) -join ', '
        $script:log.Contains($numbers) | Should -BeFalse
    }

    It 'has no content key in that log, whole or in half' {
        # A vector is the first sixteen of these.
        $script:log.Contains('name="Iv"; value="1, 2, 3, 4, ') | Should -BeTrue
        foreach ($numbers in @((1..32), (33..50))) { $script:log.Contains($numbers -join ', ') | Should -BeFalse }
    }

    It 'has bytes in that log only of what is public or sealed, because those of a secret are a secret whatever they are called' {
        $public = @(
            'ConvertFrom-TotlUtf8 Bytes', 'ConvertTo-TotlBase64Url Bytes', 'ConvertTo-TotlHex Bytes', 'Get-TotlSha256 Bytes', 'Join-TotlJwe Ciphertext', 'Join-TotlJwe EncryptedKey'
            'Join-TotlJwe Iv', 'Join-TotlJwe Tag', 'Protect-TotlContent Iv', 'Test-TotlSignature Signature', 'Test-TotlSignature Signed'
        )
        $found = [regex]::Matches($script:log, 'ParameterBinding\(([^)]*)\): name="([^"]*)"; value="(?:[0-9]{1,3}, ){7}') | ForEach-Object { '{0} {1}' -f $_.Groups[1].Value, $_.Groups[2].Value }
        @($found | Sort-Object -Unique) -join ', ' | Should -BeExactly ($public -join ', ')
    }
}
