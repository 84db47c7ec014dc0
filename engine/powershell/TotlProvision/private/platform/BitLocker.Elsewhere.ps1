# Where there is no BitLocker, as in WinPE, in a 32-bit PowerShell or on another system: no volume is touched, and a message says so.
$script:NoBitLocker = 'There is no BitLocker here: run this elevated in Windows, in its 64-bit PowerShell.'

function ConvertTo-TotlVolume {
    param($Found)
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}

function Get-TotlVolume {
    param([string] $Volume)
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}

function Get-TotlVolumes {
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}

function Test-TotlTpm {
    $false
}

function Add-TotlRecovery {
    param([string] $Volume)
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}

function Remove-TotlRecovery {
    param([string] $Volume, [string] $Id)
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}

function Enable-TotlEncryption {
    param([string] $Volume)
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}

function Resume-TotlEncryption {
    param([string] $Volume, [bool] $HasTpm)
    throw (New-TotlError 'no_bitlocker' $script:NoBitLocker)
}
