# Public keys as JWK (RFC 7517) and their thumbprints (RFC 7638): SHA-256 over the required members in lexicographic order.
$script:RsaThumbprintForm = '{{"e":"{0}","kty":"RSA","n":"{1}"}}'
$script:EcThumbprintForm = '{{"crv":"P-256","kty":"EC","x":"{0}","y":"{1}"}}'

# An escrow key's kid, from its exponent and modulus in base64url.
function Get-TotlRsaThumbprint {
    param([string] $Exponent, [string] $Modulus)
    [byte[]] $bytes = ConvertTo-TotlUtf8 ($script:RsaThumbprintForm -f $Exponent, $Modulus)
    ConvertTo-TotlBase64Url (Get-TotlSha256 $bytes)
}

# A root's fingerprint, from its coordinates in base64url.
function Get-TotlEcThumbprint {
    param([string] $X, [string] $Y)
    [byte[]] $bytes = ConvertTo-TotlUtf8 ($script:EcThumbprintForm -f $X, $Y)
    ConvertTo-TotlBase64Url (Get-TotlSha256 $bytes)
}
