@{
    RootModule           = 'TotlProvision.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6b1d6a5e-2f0a-4a0e-9a63-0c1c5f6f7d52'
    Author               = 'TotlProvision'
    Description          = 'Streams a provisioning run and escrows its secrets, sealed. It can only seal: nothing in it opens anything.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FunctionsToExport    = @(
        'Add-TotlEvent'
        'Complete-TotlRun'
        'Export-TotlSpool'
        'Get-TotlMachine'
        'Get-TotlTenantKey'
        'New-TotlSession'
        'Protect-TotlSecret'
        'Send-TotlReport'
        'Send-TotlSecret'
        'Start-TotlRun'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
}
