# Sends one sealed secret from the spool until a receipt comes, and checks the receipt against what was sent.

# Whether an answer is a receipt, and is for these bytes under this key.
function Test-TotlReceipt {
    param($Receipt, [string] $Sealed)
    $sha256 = ConvertTo-TotlHex (Get-TotlSha256 (ConvertTo-TotlUtf8 $Sealed))
    (Test-TotlSame (Get-TotlMember $Receipt 'sha256') $sha256) -and
        (Test-TotlSame (Get-TotlMember $Receipt 'kid') (Get-TotlSealedKid $Sealed)) -and
        (Test-TotlText (Get-TotlMember $Receipt 'secretId') '^.+\z') -and
        (Test-TotlInteger (Get-TotlMember $Receipt 'version') 1) -and
        (Test-TotlInteger (Get-TotlMember $Receipt 'auditSeq') 1) -and
        (Test-TotlText (Get-TotlMember $Receipt 'auditHash') $script:Sha256Pattern)
}

# Sends what the spool keeps under an eid. Returns the receipt or a refusal; a secret that the server refuses as such is set aside.
function Send-TotlSealed {
    param($Session, [string] $Eid, [int] $Attempts = $script:Attempts)
    $path = Get-TotlSpoolPath $Session.SpoolPath 'secrets' ($Eid + '.json')
    $body = Read-TotlEntry $path
    if ($null -eq $body) { return New-TotlRefusal 'rejected' 'The spool has no such sealed secret.' 'set_aside' }
    $sent = ConvertFrom-Json -InputObject $body
    $sealed = Get-TotlMember $sent 'sealed'
    $reply = Invoke-TotlAsk $Session 'POST' '/v1/secret' $body 'application/json' $Attempts -Stamped
    if (-not $reply.Ok) { return $reply }
    if ($null -eq $reply.Code) {
        if (-not (Test-TotlText (Get-TotlMember $reply.Json 'sha256') $script:Sha256Pattern)) { return New-TotlStrange $reply.Status }
        if (-not (Test-TotlReceipt $reply.Json $sealed)) {
            return New-TotlRefusal 'wrong_receipt' 'The receipt is not for what was sent; the ciphertext stays on disk.' 'waits'
        }
        $receipt = [ordered] @{
            secretId  = $reply.Json.secretId
            version   = $reply.Json.version
            kid       = $reply.Json.kid
            sha256    = $reply.Json.sha256
            auditSeq  = $reply.Json.auditSeq
            auditHash = $reply.Json.auditHash
        }
        # With what and whose it is, so that the PC can tell later which of its recovery passwords are in escrow.
        $kept = [ordered] @{}
        foreach ($name in @($receipt.Keys)) { $kept[$name] = $receipt[$name] }
        foreach ($name in @('machine', 'kind', 'ref')) { $kept[$name] = Get-TotlMember $sent $name }
        Complete-TotlSealed $Session.SpoolPath $Eid (ConvertTo-TotlJson $kept)
        $receipt['ok'] = $true
        return [pscustomobject] $receipt
    }
    if (Test-TotlSame $reply.Code 'no_tenant_key') { return New-TotlRefusal 'no_tenant_key' 'The tenant has no key yet.' }
    $message = 'The server refused the secret ({0}).' -f $reply.Code
    if (-not (Test-TotlOneOf $reply.Code $script:SetAsideRefusals)) { return New-TotlRefusal 'rejected' $message }
    Move-TotlAside $path
    Write-Warning -Message ('A sealed secret was refused and set aside: {0}' -f $reply.Code)
    if (Test-TotlSame $reply.Code 'kid_destroyed') {
        return New-TotlRefusal 'key_destroyed' 'The escrow key was destroyed: make a new secret and seal it again.' 'set_aside'
    }
    New-TotlRefusal 'rejected' $message 'set_aside'
}
