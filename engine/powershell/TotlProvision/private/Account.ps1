# A local account's password on its way into escrow.

# Seals and escrows it. Without a receipt the ciphertext is dropped, because the password is not set then.
function Send-TotlAccount {
    param($Session, $Key, [string] $Account, [System.Security.SecureString] $Password)
    $about = @{ Session = $Session; Key = $Key; MachineId = $Session.Machine.id; RunId = $Session.RunId; Account = $Account }
    $sealed = Protect-TotlSecret @about -Secret $Password
    try { Send-TotlSecret -Session $Session -Sealed $sealed }
    catch {
        $text = 'The new password of {0} is not set: there is no receipt. {1}' -f $Account, $_.Exception.Message
        Add-TotlOwnEvent $Session $text 'message' 'error' $Session.Phase
        Remove-TotlWaiting $Session.SpoolPath $sealed.Eid
        throw
    }
}
