# What this machine says about itself without CIM: its system's name. Firmware is not asked, so its id is the random one in the spool.
function Get-TotlHardware {
    [pscustomobject] @{
        Uuid         = $null
        Serial       = $null
        Manufacturer = $null
        Model        = $null
        System       = [System.Runtime.InteropServices.RuntimeInformation]::OSDescription
    }
}
