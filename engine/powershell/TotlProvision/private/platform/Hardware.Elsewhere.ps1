# What this machine says of itself without CIM: its system's name. Firmware is not asked, so that its id is the random one of the spool.
function Get-TotlHardware {
    [pscustomobject] @{
        Uuid         = $null
        Serial       = $null
        Manufacturer = $null
        Model        = $null
        System       = [System.Runtime.InteropServices.RuntimeInformation]::OSDescription
    }
}
