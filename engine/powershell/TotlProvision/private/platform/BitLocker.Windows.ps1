# BitLocker on Windows. Its cmdlets put a new recovery password into a warning, for people who write it down: no warning of theirs is let through.
# They are functions of a module, which see the preferences of the caller's script and not of this module: each is told to stop at an error.

# A volume as this module uses it: its name, its recovery passwords, and how it stands. No protector of Windows goes through a pipeline, where a policy
# may have it logged.
function ConvertTo-TotlVolume {
    param($Found)
    $hasTpm = $false
    $recovery = @(foreach ($one in @($Found.KeyProtector)) {
            if ([string] $one.KeyProtectorType -like '*Tpm*') { $hasTpm = $true }
            if ([string] $one.KeyProtectorType -ne 'RecoveryPassword') { continue }
            $password = [System.Net.NetworkCredential]::new('', [string] $one.RecoveryPassword).SecurePassword
            [pscustomobject] @{ Id = ([string] $one.KeyProtectorId).Trim('{', '}').ToLowerInvariant(); Password = $password }
        })
    [pscustomobject] @{
        Name        = [string] $Found.MountPoint
        IsSystem    = [string] $Found.VolumeType -eq 'OperatingSystem'
        # The only state that begins so: no part of the volume is encrypted.
        IsPlain     = [string] $Found.VolumeStatus -cmatch '^FullyD'
        IsProtected = [string] $Found.ProtectionStatus -eq 'On'
        IsLocked    = [string] $Found.LockStatus -eq 'Locked'
        HasTpm      = $hasTpm
        Recovery    = $recovery
    }
}

# One volume; throws no_volume if there is none of that name.
function Get-TotlVolume {
    param([string] $Volume)
    $why = ''
    $found = @(try { Get-BitLockerVolume -MountPoint $Volume -ErrorAction Stop } catch { $why = ' ' + $_.Exception.Message })
    if ($found.Count -eq 0) { throw (New-TotlError 'no_volume' ('BitLocker shows no volume {0}.{1}' -f $Volume, $why)) }
    ConvertTo-TotlVolume $found[0]
}

# Every volume with a letter.
function Get-TotlVolumes {
    foreach ($found in @(Get-BitLockerVolume -ErrorAction Stop)) {
        if ([string] $found.MountPoint -cmatch '^[A-Za-z]:') { ConvertTo-TotlVolume $found }
    }
}

# Whether this PC has a TPM that can be used now.
function Test-TotlTpm {
    # It throws where Windows' own service for it does not run.
    try { $tpm = Get-Tpm -ErrorAction Stop } catch { return $false }
    [bool] $tpm.TpmPresent -and [bool] $tpm.TpmReady
}

# Adds a recovery password, which encrypts nothing yet. Returns it: the one that was not there before. Another program may have added one meanwhile: IsSure is
# whether this is the only new one.
function Add-TotlRecovery {
    param([string] $Volume)
    $before = @((Get-TotlVolume $Volume).Recovery | ForEach-Object { $_.Id })
    [void] (Add-BitLockerKeyProtector -MountPoint $Volume -RecoveryPasswordProtector -WarningAction SilentlyContinue -ErrorAction Stop)
    $new = @((Get-TotlVolume $Volume).Recovery | Where-Object { [Array]::IndexOf($before, $_.Id) -lt 0 })
    if ($new.Count -eq 0) { return }
    $new[0] | Add-Member -NotePropertyName 'IsSure' -NotePropertyValue ($new.Count -eq 1)
    $new[0]
}

function Remove-TotlRecovery {
    param([string] $Volume, [string] $Id)
    [void] (Remove-BitLockerKeyProtector -MountPoint $Volume -KeyProtectorId ('{' + $Id.ToUpperInvariant() + '}') -WarningAction SilentlyContinue -ErrorAction Stop -Confirm:$false)
}

# Begins to encrypt.
function Enable-TotlEncryption {
    param([string] $Volume)
    [void] (Enable-BitLocker -MountPoint $Volume -EncryptionMethod XtsAes256 -UsedSpaceOnly -TpmProtector -SkipHardwareTest -WarningAction SilentlyContinue -ErrorAction Stop)
}

# Turns the protection of an encrypted volume on: from Device Encryption, which waits without any protector, or after a suspension.
function Resume-TotlEncryption {
    param([string] $Volume, [bool] $HasTpm)
    if (-not $HasTpm) { [void] (Add-BitLockerKeyProtector -MountPoint $Volume -TpmProtector -WarningAction SilentlyContinue -ErrorAction Stop) }
    [void] (Resume-BitLocker -MountPoint $Volume -WarningAction SilentlyContinue -ErrorAction Stop)
}
