# Whether to trust the escrow key that a server hands out: the rules of engine/tenant-key.ts. No I/O, no clock.
$script:PublicKeyMembers = @('kty', 'n', 'e', 'kid', 'alg', 'use', 'statements')

# Whether an answer of GET /v1/tenant/pubkey has its form: an RSA key of 3072 bits with F4, and statements as text.
function Test-TotlPublicKeyAnswer {
    param($Answer)
    if (-not (Test-TotlMembers $Answer $script:PublicKeyMembers)) { return $false }
    if (-not (Test-TotlSame $Answer.kty 'RSA') -or -not (Test-TotlSame $Answer.e 'AQAB')) { return $false }
    if (-not (Test-TotlSame $Answer.alg 'RSA-OAEP-256') -or -not (Test-TotlSame $Answer.use 'enc')) { return $false }
    if (-not (Test-TotlText $Answer.n $script:ModulusPattern)) { return $false }
    if (-not (Test-TotlText $Answer.kid $script:ThumbprintPattern)) { return $false }
    if ($Answer.statements -isnot [array]) { return $false }
    foreach ($statement in $Answer.statements) { if ($statement -isnot [string]) { return $false } }
    $true
}

# Checks an answer against the pin: the computed thumbprint is the kid, the pinned root states it for the known tenant, and its epoch
# is not lower than any seen. Fingerprint is the file's, empty to pin on first use; Known is the pin on disk or null.
function Test-TotlTenantKey {
    param($Answer, [string] $Fingerprint, [long] $MinEpoch, $Known)
    if (-not (Test-TotlPublicKeyAnswer $Answer)) { return New-TotlRefusal 'malformed_answer' "The server's answer is not an escrow key." }
    if (-not (Test-TotlSame (Get-TotlRsaThumbprint $Answer.e $Answer.n) $Answer.kid)) {
        return New-TotlRefusal 'kid_mismatch' 'The escrow key is not the one its kid names.'
    }
    $pinned = $Fingerprint
    if ([string]::IsNullOrEmpty($pinned) -and $null -ne $Known) { $pinned = $Known.Fingerprint }
    $firstUse = [string]::IsNullOrEmpty($pinned)
    $refusal = New-TotlRefusal 'unsigned_key' 'No statement about the escrow key verifies.'
    foreach ($compact in $Answer.statements) {
        $statement = Read-TotlStatement $compact
        if ($null -eq $statement -or -not (Test-TotlSame $statement.Kid $Answer.kid)) { continue }
        if (-not $firstUse -and -not (Test-TotlSame $statement.Root $pinned)) {
            $refusal = New-TotlRefusal 'pin_mismatch' 'The escrow key is signed by another root than the pinned one. Do not send secrets.'
            continue
        }
        $lowest = $MinEpoch
        if ($null -ne $Known) {
            if (-not (Test-TotlSame $statement.Tenant $Known.Tenant)) {
                return New-TotlRefusal 'other_tenant' "The escrow key is another tenant's than before."
            }
            if ($Known.KeyEpoch -gt $lowest) { $lowest = $Known.KeyEpoch }
        }
        if ($statement.KeyEpoch -lt $lowest) {
            return New-TotlRefusal 'key_rolled_back' 'The server offers an older escrow key than one seen before.'
        }
        return [pscustomobject] @{
            Ok          = $true
            Kid         = $Answer.kid
            Exponent    = $Answer.e
            Modulus     = $Answer.n
            Tenant      = $statement.Tenant
            KeyEpoch    = $statement.KeyEpoch
            Fingerprint = $statement.Root
            FirstUse    = $firstUse
        }
    }
    $refusal
}
