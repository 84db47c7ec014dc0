function Export-TotlSpool {
    <#
    .SYNOPSIS
    Writes everything unsent to one spool file, for a person to upload in the portal.
    .DESCRIPTION
    The file holds secrets as ciphertext, including those set aside, and events. The spool stays as it is: sending the same later is harmless. If nothing is unsent, no file is written.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER Path
    The file, for instance on a USB stick.
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
