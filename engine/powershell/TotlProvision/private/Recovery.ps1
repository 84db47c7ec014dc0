# The recovery passwords of a volume: which have to go into escrow, and what is taken back or taken away.

# Those that are on the volume without a receipt, and last the one that was added: nothing is taken back that has one.
function Get-TotlUnescrowed {
    param($Volume, [hashtable] $Receipts, $Added)
    $last = ''
    if ($null -ne $Added) { $last = $Added.Id }
    foreach ($one in $Volume.Recovery) { if (-not $Receipts.ContainsKey($one.Id) -and -not (Test-TotlSame $one.Id $last)) { $one } }
    if ($null -ne $Added) { $Added }
}

# Whether nothing of a volume is encrypted for sure.
function Test-TotlPlain {
    param([string] $Volume)
    try { (Get-TotlVolume $Volume).IsPlain } catch { $false }
}

# Takes a recovery password back that was added in vain. If Windows keeps it, its ciphertext stays, since it opens the volume. One that has a receipt stays
# where Windows may have begun to encrypt before it failed: it may be the only one that opens the volume. Where another program has added one at the same time,
# none is removed: it might be the other's.
function Undo-TotlRecovery {
    param($Session, [string] $Volume, $Added, [string[]] $Escrowed, $Failure)
    if ([Array]::IndexOf($Escrowed, $Added.Id) -ge 0 -and -not (Test-TotlPlain $Volume)) {
        Add-TotlOwnEvent $Session ('The new recovery password {1} stays on {0}: it is in escrow' -f $Volume, (Get-TotlShortIds $Added.Id)) 'message' 'info' $Session.Phase
        return
    }
    if (-not $Added.IsSure) {
        Add-TotlOwnEvent $Session ('Another program has added a recovery password to {0} at the same time: all stay, and the next run escrows those without a receipt' -f $Volume) 'message' 'warning' $Session.Phase
        return
    }
    try { Remove-TotlRecovery $Volume $Added.Id }
    catch {
        Add-TotlOwnEvent $Session ('A recovery password that was added in vain stays on {0}: {1}' -f $Volume, $_.Exception.Message) 'message' 'warning' $Session.Phase
        return
    }
    # Only its own: another one's is in force, and waits.
    if (Test-TotlSame $Failure.Exception.Data['TotlProtector'] $Added.Id) { Remove-TotlWaiting $Session.SpoolPath ([string] $Failure.Exception.Data['TotlEid']) }
}

# Removes those that a new one has replaced, if that is still there: another program may have taken it away meanwhile. Returns the ids of those that are gone.
function Remove-TotlReplaced {
    param($Session, [string] $Volume, $Added, $Protectors)
    $live = @(try { Get-TotlProtectorIds (Get-TotlVolume $Volume) } catch { $null = $_ })
    if ([Array]::IndexOf($live, $Added.Id) -lt 0) {
        Add-TotlOwnEvent $Session ('The new recovery password of {0} is not there any more: the others stay' -f $Volume) 'message' 'warning' $Session.Phase
        return
    }
    foreach ($one in $Protectors) {
        try {
            Remove-TotlRecovery $Volume $one.Id
            $one.Id
        }
        catch { Add-TotlOwnEvent $Session ('A replaced recovery password stays on {0}: {1}' -f $Volume, $_.Exception.Message) 'message' 'warning' $Session.Phase }
    }
}

# Has the next report say what the volumes have now.
function Save-TotlVolumesNow {
    param($Session)
    try { Save-TotlVolumes $Session @(Get-TotlVolumes) }
    catch { Write-Warning -Message ('The volumes are not reported: ' + $_.Exception.Message) }
}
