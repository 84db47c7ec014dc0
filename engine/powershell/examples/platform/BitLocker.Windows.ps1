# BitLocker on Windows.

# Adds a recovery protector, which encrypts nothing yet. Returns the protector, with its password.
function Add-RecoveryProtector {
    param([string] $Volume)
    $protected = Add-BitLockerKeyProtector -MountPoint $Volume -RecoveryPasswordProtector
    @($protected.KeyProtector | Where-Object { $_.KeyProtectorType -eq 'RecoveryPassword' })[-1]
}

# Begins to encrypt.
function Enable-Encryption {
    param([string] $Volume)
    [void] (Enable-BitLocker -MountPoint $Volume -EncryptionMethod XtsAes256 -UsedSpaceOnly -TpmProtector -SkipHardwareTest)
}
