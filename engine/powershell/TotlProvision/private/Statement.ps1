# The key statement: "this escrow key is ours", an ES256 compact JWS with the root's public JWK in its header (docs/protocol.md).
$script:StatementTyp = 'totl-key-statement+jws'
$script:StatementAlgorithm = 'ES256'
$script:StatementHeaderMembers = @('alg', 'typ', 'jwk')
$script:StatementRootMembers = @('kty', 'crv', 'x', 'y')
$script:StatementPayloadMembers = @('tenant', 'kid', 'keyEpoch', 'createdAt', 'previousKid')

# Whether a signature of 64 bytes, r then s (RFC 7518 section 3.4, the form that .NET uses too), is by a P-256 key.
function Test-TotlSignature {
    param([string] $X, [string] $Y, [byte[]] $Signed, [byte[]] $Signature)
    if ($Signature.Length -ne 64) { return $false }
    $point = New-Object System.Security.Cryptography.ECPoint
    $point.X = ConvertFrom-TotlBase64Url $X
    $point.Y = ConvertFrom-TotlBase64Url $Y
    $public = New-Object System.Security.Cryptography.ECParameters
    $public.Curve = [System.Security.Cryptography.ECCurve]::CreateFromFriendlyName('nistP256')
    $public.Q = $point
    $ecdsa = [System.Security.Cryptography.ECDsa]::Create($public)
    try { $ecdsa.VerifyData($Signed, $Signature, [System.Security.Cryptography.HashAlgorithmName]::SHA256) } finally { $ecdsa.Dispose() }
}

# What a statement says, and the computed thumbprint of the root that signed it; null if its form or its signature is wrong.
function Read-TotlStatement {
    param([string] $Compact)
    if ($Compact -cnotmatch '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\z') { return $null }
    $segments = $Compact.Split('.')
    try {
        $header = ConvertFrom-TotlUtf8 (ConvertFrom-TotlBase64Url $segments[0]) | ConvertFrom-Json
        if (-not (Test-TotlMembers $header $script:StatementHeaderMembers)) { return $null }
        # Each kind of document has its own typ: a manifest never passes for a statement.
        if (-not (Test-TotlSame $header.alg $script:StatementAlgorithm)) { return $null }
        if (-not (Test-TotlSame $header.typ $script:StatementTyp)) { return $null }
        $root = $header.jwk
        if (-not (Test-TotlMembers $root $script:StatementRootMembers)) { return $null }
        if (-not (Test-TotlSame $root.kty 'EC') -or -not (Test-TotlSame $root.crv 'P-256')) { return $null }
        if (-not (Test-TotlText $root.x $script:CoordinatePattern)) { return $null }
        if (-not (Test-TotlText $root.y $script:CoordinatePattern)) { return $null }
        [byte[]] $signed = [System.Text.Encoding]::ASCII.GetBytes($segments[0] + '.' + $segments[1])
        [byte[]] $signature = ConvertFrom-TotlBase64Url $segments[2]
        if (-not (Test-TotlSignature $root.x $root.y $signed $signature)) { return $null }
        $payload = ConvertFrom-TotlUtf8 (ConvertFrom-TotlBase64Url $segments[1]) | ConvertFrom-Json
    }
    # A point that is not on the curve, bytes that are not UTF-8, text that is not JSON: none of these is a statement.
    catch { return $null }
    if (-not (Test-TotlMembers $payload $script:StatementPayloadMembers)) { return $null }
    if (-not (Test-TotlText $payload.tenant $script:TenantPattern)) { return $null }
    if (-not (Test-TotlText $payload.kid $script:ThumbprintPattern)) { return $null }
    if (-not (Test-TotlInteger $payload.keyEpoch 1)) { return $null }
    if (-not (Test-TotlInteger $payload.createdAt 0)) { return $null }
    if ($null -ne $payload.previousKid -and -not (Test-TotlText $payload.previousKid $script:ThumbprintPattern)) { return $null }
    [pscustomobject] @{
        Root     = Get-TotlEcThumbprint $root.x $root.y
        Tenant   = $payload.tenant
        Kid      = $payload.kid
        KeyEpoch = [long] $payload.keyEpoch
    }
}
