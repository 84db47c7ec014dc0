function Get-TotlMachine {
    <#
    .SYNOPSIS
    Describes this PC as it is now.
    .DESCRIPTION
    The id is the SMBIOS UUID, unless that is blank or known to be shared by many PCs; then it is a random one that the spool keeps.
    Name, serial and the rest are attributes and may change, as in a rename. A placeholder left by firmware is not taken for a serial.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER Client
    Whose PC it is, as people at the MSP call the customer.
    .EXAMPLE
    $machine = Get-TotlMachine -Session $session -Client 'Harbour Dental'
    .OUTPUTS
    A machine, for Start-TotlRun and Protect-TotlSecret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [string] $Client = ''
    )
    $ErrorActionPreference = 'Stop'
    $hardware = Get-TotlHardware
    $hostname = Limit-TotlText ([System.Net.Dns]::GetHostName()) 63
    if ($null -eq $hostname) { $hostname = [Environment]::MachineName }
    $machine = [ordered] @{
        id           = Get-TotlMachineId $Session.SpoolPath $hardware.Uuid
        hostname     = $hostname
        serial       = Limit-TotlText (Get-TotlSerial $hardware.Serial) 64
        manufacturer = Limit-TotlText $hardware.Manufacturer 64
        model        = Limit-TotlText $hardware.Model 128
        osVersion    = Limit-TotlText $hardware.System 64
        client       = Limit-TotlText $Client 128
    }
    foreach ($name in @('serial', 'manufacturer', 'model', 'osVersion', 'client')) {
        if ($null -eq $machine[$name]) { $machine.Remove($name) }
    }
    [pscustomobject] $machine
}
