# The example as an MSP would run it, with doubles for the cmdlets that change a PC; and without them, where it changes nothing.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    . "$PSScriptRoot/Kit.ps1"
    $script:example = Join-Path -Path $PSScriptRoot -ChildPath '../examples/Invoke-Provisioning.ps1'
    $script:file = New-ConfigurationPath
}

Describe 'the example' {
    BeforeEach { [void] (Invoke-Reference '/reset') }

    It 'reports that there is no BitLocker and no account, and escrows nothing' -Tag 'Unix' {
        [void] (& $script:example -ConfigurationPath $script:file -SpoolPath (New-FolderName) -Account 'LocalAdmin' 3> $null)
        (Invoke-Reference '/kept').secrets.Count | Should -Be 0
        @(Get-KeptEvents | Where-Object { $_.type -eq 'phase_failed' } | ForEach-Object { $_.data.error }) -join ' ' | Should -BeExactly 'no_bitlocker no_local_users'
    }

    It 'applies exactly what it has receipts for, and a second run adds no protector' {
        Use-WindowsDoubles
        try {
            $spool = New-FolderName
            $run = @(& $script:example -ConfigurationPath $script:file -SpoolPath $spool -Account 'LocalAdmin')[-1]
            $kept = Invoke-Reference '/kept'
            $kept.runs[0].id | Should -BeExactly $run
            $opened = @($kept.secrets | ForEach-Object { (Invoke-Reference '/open' @{ body = $_.body }).plaintext })
            $opened[0] | Should -BeExactly $global:TotlWindows.Volumes['C:'].Protectors[0].RecoveryPassword
            $opened[1] | Should -BeExactly $global:TotlWindows.Accounts['LocalAdmin']
            $global:TotlWindows.Escrowed | Should -Be 1
            [void] (& $script:example -ConfigurationPath $script:file -SpoolPath $spool -Account 'LocalAdmin')
            @($global:TotlWindows.Volumes['C:'].Protectors | Where-Object { $_.KeyProtectorType -eq 'RecoveryPassword' }).Count | Should -Be 1
            (Invoke-Reference '/kept').secrets.Count | Should -Be 3
        }
        finally { Remove-WindowsDoubles }
    }
}
