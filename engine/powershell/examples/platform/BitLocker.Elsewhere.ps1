# Where there is no BitLocker, as in WinPE or on another system, no volume is touched, and a message says so.

# Adds a recovery protector, which encrypts nothing yet. Returns the protector, with its password.
function Add-RecoveryProtector {
    param([string] $Volume)
    throw 'This system has no BitLocker: run this in Windows.'
}

# Begins to encrypt.
function Enable-Encryption {
    param([string] $Volume)
    throw 'This system has no BitLocker: run this in Windows.'
}
