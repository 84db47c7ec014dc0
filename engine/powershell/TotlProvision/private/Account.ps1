# A local account's password on its way into escrow.

# Refusals that say that what is unsent stays on disk, without that: here nothing does.
$script:NothingKept = @{ offline = 'The server cannot be reached, or takes nothing now.'; tenant_suspended = 'The tenant is suspended.' }

# Seals and escrows it. Without a receipt the ciphertext is dropped, because the password is not set then.
function Send-TotlAccount {
    param($Session, $Key, [string] $Account, [System.Security.SecureString] $Password)
    $about = @{ Session = $Session; Key = $Key; MachineId = $Session.Machine.id; RunId = $Session.RunId; Account = $Account }
    $sealed = $null
    try {
        $sealed = Protect-TotlSecret @about -Secret $Password
        Save-TotlChange $Session $Account $sealed.Eid
        Send-TotlSecret -Session $Session -Sealed $sealed
    }
    catch {
        $code = Get-TotlCode $_
        $why = $_.Exception.Message
        $plain = $script:NothingKept[$code]
        if ($null -ne $plain) { $why = $plain }
        $text = 'The new password of {0} is not set: there is no receipt. {1}' -f $Account, $why
        Add-TotlOwnEvent $Session $text 'message' 'error' $Session.Phase
        if ($null -ne $sealed) { Remove-TotlWaiting $Session.SpoolPath $sealed.Eid }
        Remove-TotlChange $Session.SpoolPath
        # As on a full disk: it is this product's own failure, too.
        if ($code -eq '') { $code = 'no_spool' }
        throw (New-TotlError $code $text)
    }
}
