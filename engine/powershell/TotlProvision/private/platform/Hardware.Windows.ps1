# What the firmware and Windows say of this PC, by CIM. Text as they have it, placeholders and blanks included.
function Get-TotlHardware {
    $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $bios = Get-CimInstance -ClassName Win32_BIOS
    $windows = Get-CimInstance -ClassName Win32_OperatingSystem
    [pscustomobject] @{
        Uuid         = $product.UUID
        Serial       = $bios.SerialNumber
        Manufacturer = $computer.Manufacturer
        Model        = $computer.Model
        System       = $windows.Caption + ' ' + $windows.Version
    }
}
