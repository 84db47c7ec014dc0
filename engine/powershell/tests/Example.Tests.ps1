# The example as an MSP would run it, with doubles for the three cmdlets that change a PC; and without them, where it changes nothing.
BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    $script:example = Join-Path -Path $PSScriptRoot -ChildPath '../examples/Invoke-Provisioning.ps1'
    $script:file = (New-FolderName) + '.json'
    [System.IO.File]::WriteAllText($script:file, (ConvertTo-Json -InputObject $script:settings.pinned -Depth 5))
}

Describe 'the example' {
    BeforeEach { [void] (Invoke-Reference '/reset') }

    It 'says that there is no BitLocker before it has escrowed anything' -Tag 'Unix' {
        { & $script:example -ConfigurationPath $script:file -SpoolPath (New-FolderName) -Account 'LocalAdmin' } | Should -Throw '*no BitLocker*'
        (Invoke-Reference '/kept').secrets.Count | Should -Be 0
    }

    It 'applies exactly what it has receipts for, and reports the run' -Tag 'Unix' {
        $script:applied = @{}
        function Add-BitLockerKeyProtector {
            param($MountPoint, [switch] $RecoveryPasswordProtector)
            $protector = [pscustomobject] @{
                KeyProtectorType = 'RecoveryPassword'; KeyProtectorId = '{5F0C1F8E-9F2B-4D2B-8F27-3F2F2B7A9D10}'
                RecoveryPassword = '000011-000022-720885-111111-222222-333333-444444-555555'
            }
            [pscustomobject] @{ MountPoint = $MountPoint; KeyProtector = @([pscustomobject] @{ KeyProtectorType = 'Tpm' }, $protector) }
        }
        function Enable-BitLocker {
            param($MountPoint, $EncryptionMethod, [switch] $UsedSpaceOnly, [switch] $TpmProtector, [switch] $SkipHardwareTest)
            $applied['escrowed before BitLocker'] = (Invoke-Reference '/kept').secrets.Count
        }
        function Set-LocalUser {
            param($Name, $Password)
            $applied['escrowed before the password'] = (Invoke-Reference '/kept').secrets.Count
            $applied['password'] = (New-Object System.Net.NetworkCredential -ArgumentList '', $Password).Password
        }
        $run = & $script:example -ConfigurationPath $script:file -SpoolPath (New-FolderName) -Account 'LocalAdmin'
        $script:applied['escrowed before BitLocker'] | Should -Be 1
        $script:applied['escrowed before the password'] | Should -Be 2
        $kept = Invoke-Reference '/kept'
        $kept.runs[0].id | Should -BeExactly $run
        $kept.runs[0].seqs -join ' ' | Should -BeExactly '1 2 3 4 5 6'
        $opened = @($kept.secrets | ForEach-Object { (Invoke-Reference '/open' @{ body = $_.body }).plaintext })
        $opened[0] | Should -BeExactly '000011-000022-720885-111111-222222-333333-444444-555555'
        $opened[1] | Should -BeExactly $script:applied['password']
        $opened[1].Length | Should -Be 24
    }
}
