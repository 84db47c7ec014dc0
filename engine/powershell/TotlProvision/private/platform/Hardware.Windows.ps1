# What the firmware and Windows say about this PC, through CIM. Their text is unchanged, placeholders and blanks included.
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
