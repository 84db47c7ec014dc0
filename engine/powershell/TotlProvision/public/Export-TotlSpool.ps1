function Export-TotlSpool {
    <#
    .SYNOPSIS
    Writes what is unsent as one spool file, for a person to upload in the portal.
    .DESCRIPTION
    Secrets as ciphertext, those that were set aside too, and events. The spool stays as it is: what is sent later too is harmless. Without anything unsent no file is written.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER Path
    The file, as on a USB stick.
    .EXAMPLE
    Export-TotlSpool -Session $session -Path 'E:\spool\pc.spool.ndjson'
    .OUTPUTS
    How many lines the file has.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $ErrorActionPreference = 'Stop'
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    $lines = @(Get-TotlSpoolLines $Session.SpoolPath)
    if ($lines.Count -gt 0) { Write-TotlWhole $file (($lines -join "`n") + "`n") }
    $lines.Count
}
