@{
    RootModule           = 'TotlProvision.psm1'
    ModuleVersion        = '0.2.0'
    GUID                 = '6b1d6a5e-2f0a-4a0e-9a63-0c1c5f6f7d52'
    Author               = 'TotlProvision'
    CompanyName          = 'TotlProvision'
    Copyright            = '(c) TotlProvision'
    Description          = 'Streams a provisioning run and escrows its secrets, sealed. It can only seal: nothing in it opens anything.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FunctionsToExport    = @(
        'Add-TotlEvent'
        'Complete-TotlRun'
        'Connect-Totl'
        'Disconnect-Totl'
        'Export-TotlSpool'
        'Get-TotlMachine'
        'Get-TotlTenantKey'
        'Invoke-TotlPhase'
        'New-TotlSession'
        'Protect-TotlBitLocker'
        'Protect-TotlLocalAdmin'
        'Protect-TotlSecret'
        'Restart-Totl'
        'Send-TotlReport'
        'Send-TotlSecret'
        'Start-TotlRun'
        'Test-TotlEscrow'
        'Write-TotlLog'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('BitLocker', 'Escrow', 'LAPS', 'Provisioning', 'Intune', 'WinPE', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows')
            ProjectUri   = 'https://totlprovision.totlcom.com'
            ReleaseNotes = 'A line a phase: Connect-Totl, Invoke-TotlPhase, Write-TotlLog, Protect-TotlLocalAdmin, Protect-TotlBitLocker, Restart-Totl, Disconnect-Totl. Test-TotlEscrow proves that what is in escrow is in force.'
        }
    }
}
