function New-TotlSession {
    <#
    .SYNOPSIS
    Reads the engine's configuration file and opens the spool.
    .DESCRIPTION
    The file is the one that the portal makes when a token is issued. The spool is created if it is not there, for SYSTEM and
    Administrators only: run this elevated. Whatever an earlier session had to set aside is put back, to be tried again. The token is kept as a SecureString and is shown nowhere.
    Errors: bad_configuration, which names a member of the file and never its value.
    .PARAMETER ConfigurationPath
    The engine's configuration file.
    .PARAMETER SpoolPath
    Where unsent events and ciphertexts are kept between runs and reboots, on the PC's own disk.
    .PARAMETER Proxy
    The address of a proxy. If it is left out, the system's proxy is used.
    .PARAMETER ProxyCredential
    The credential for the proxy. If it is left out, the account that runs this is used.
    .EXAMPLE
    $session = New-TotlSession -ConfigurationPath 'E:\totl\engine.json'
    .OUTPUTS
    A session, for the other commands.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
        [string] $SpoolPath = (Join-Path -Path ([Environment]::GetFolderPath('CommonApplicationData')) -ChildPath 'TotlProvision'),
        [Uri] $Proxy,
        [System.Management.Automation.PSCredential] $ProxyCredential
    )
    $ErrorActionPreference = 'Stop'
    $file = Assert-TotlOk (Read-TotlConfiguration ($PSCmdlet.GetUnresolvedProviderPathFromPSPath($ConfigurationPath)))
    $folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($SpoolPath)
    Initialize-TotlSpool $folder
    Restore-TotlAside $folder
    [pscustomobject] @{
        ApiOrigin       = $file.ApiOrigin
        Token           = $file.Token
        Fingerprint     = $file.Fingerprint
        MinEpoch        = $file.MinEpoch
        TenantKey       = $file.TenantKey
        SpoolPath       = $folder
        Proxy           = $Proxy
        ProxyCredential = $ProxyCredential
    }
}
