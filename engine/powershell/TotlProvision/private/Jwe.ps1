# Sealing as a compact JWE (RFC 7516): RSA-OAEP-256 with A256CBC-HS512 (RFC 7518 section 5.2.5). It can only seal.
# Each step is one call into .NET; layout.test.ts checks layout and order against schema/jwe.ts and schema/vectors.
# Plaintexts and content keys are handed over in a table: where a policy logs what commands are given, bytes are written out as numbers, and of a
# table there is the name of its class.
$script:JweAlgorithm = 'RSA-OAEP-256'
$script:JweEncryption = 'A256CBC-HS512'
$script:SealedTyp = 'totl-secret+jwe'

# The protected header of a sealed secret, its members in the order of the vectors. The server refuses any other member.
function Get-TotlSealedHeader {
    param($Key, [string] $MachineId, [string] $RunId, [string] $Kind, [string] $Eid, [long] $IssuedAt, $Ref)
    [ordered] @{
        alg     = $script:JweAlgorithm
        enc     = $script:JweEncryption
        kid     = $Key.Kid
        typ     = $script:SealedTyp
        tenant  = $Key.Tenant
        machine = $MachineId
        run     = $RunId
        kind    = $Kind
        eid     = $Eid
        iat     = $IssuedAt
        ref     = $Ref
    }
}

# A length in bits as 64 bits, most significant byte first. An encoded header is far below 256 MiB: the upper half is zero.
function Get-TotlBitLength {
    param([int] $Bytes)
    $length = [byte[]]::new(8)
    $bits = [BitConverter]::GetBytes([int] ($Bytes * 8))
    [Array]::Reverse($bits)
    [Array]::Copy($bits, 0, $length, 4, 4)
    return , $length
}

# Content encryption: the first half of the 64-byte content key authenticates, the second encrypts. The tag is the first 32 bytes
# of HMAC-SHA-512 over encoded header, initialization vector, ciphertext and the header's length in bits.
function Protect-TotlContent {
    param([hashtable] $Held, [byte[]] $Iv, [string] $EncodedHeader)
    [byte[]] $contentKey = $Held.ContentKey
    [byte[]] $plaintext = $Held.Plaintext
    $macKey = [byte[]]::new(32)
    $encryptionKey = [byte[]]::new(32)
    $aes = [System.Security.Cryptography.Aes]::Create()
    $hmac = New-Object System.Security.Cryptography.HMACSHA512
    try {
        [Array]::Copy($contentKey, 0, $macKey, 0, 32)
        [Array]::Copy($contentKey, 32, $encryptionKey, 0, 32)
        $aes.Mode = [System.Security.Cryptography.CipherMode]::CBC
        $aes.Padding = [System.Security.Cryptography.PaddingMode]::PKCS7
        $aes.Key = $encryptionKey
        $aes.IV = $Iv
        $encryptor = $aes.CreateEncryptor()
        $ciphertext = $encryptor.TransformFinalBlock($plaintext, 0, $plaintext.Length)
        $encryptor.Dispose()
        $header = [System.Text.Encoding]::ASCII.GetBytes($EncodedHeader)
        $bitLength = Get-TotlBitLength $header.Length
        $authenticated = New-Object System.IO.MemoryStream
        $authenticated.Write($header, 0, $header.Length)
        $authenticated.Write($Iv, 0, $Iv.Length)
        $authenticated.Write($ciphertext, 0, $ciphertext.Length)
        $authenticated.Write($bitLength, 0, $bitLength.Length)
        $hmac.Key = $macKey
        $mac = $hmac.ComputeHash($authenticated.ToArray())
        $tag = [byte[]]::new(32)
        [Array]::Copy($mac, 0, $tag, 0, 32)
    }
    finally {
        [Array]::Clear($macKey, 0, $macKey.Length)
        [Array]::Clear($encryptionKey, 0, $encryptionKey.Length)
        $aes.Dispose()
        $hmac.Dispose()
    }
    [pscustomobject] @{ Ciphertext = $ciphertext; Tag = $tag }
}

# The content key under the escrow key: RSA-OAEP with SHA-256 and MGF1-SHA-256.
function Protect-TotlContentKey {
    param([string] $Exponent, [string] $Modulus, [hashtable] $Held)
    [byte[]] $contentKey = $Held.ContentKey
    $public = New-Object System.Security.Cryptography.RSAParameters
    $public.Exponent = ConvertFrom-TotlBase64Url $Exponent
    $public.Modulus = ConvertFrom-TotlBase64Url $Modulus
    $rsa = New-TotlRsa
    try {
        $rsa.ImportParameters($public)
        [byte[]] $sealed = $rsa.Encrypt($contentKey, [System.Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)
    }
    finally { $rsa.Dispose() }
    return , $sealed
}

# Random bytes from the system.
function Get-TotlRandomBytes {
    param([int] $Count)
    $bytes = [byte[]]::new($Count)
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $random.GetBytes($bytes) } finally { $random.Dispose() }
    return , $bytes
}

# The five segments: header, encrypted key, initialization vector, ciphertext, tag.
function Join-TotlJwe {
    param([string] $EncodedHeader, [byte[]] $EncryptedKey, [byte[]] $Iv, [byte[]] $Ciphertext, [byte[]] $Tag)
    $encryptedKeyText = ConvertTo-TotlBase64Url $EncryptedKey
    $ivText = ConvertTo-TotlBase64Url $Iv
    $ciphertextText = ConvertTo-TotlBase64Url $Ciphertext
    $tagText = ConvertTo-TotlBase64Url $Tag
    '{0}.{1}.{2}.{3}.{4}' -f $EncodedHeader, $encryptedKeyText, $ivText, $ciphertextText, $tagText
}

# Seals the bytes of a table's Plaintext under a header, with a fresh content key and initialization vector each time.
function New-TotlJwe {
    param($Key, $Header, [hashtable] $Held)
    $encodedHeader = ConvertTo-TotlBase64Url (ConvertTo-TotlUtf8 (ConvertTo-TotlJson $Header))
    [byte[]] $contentKey = Get-TotlRandomBytes 64
    [byte[]] $iv = Get-TotlRandomBytes 16
    $both = @{ ContentKey = $contentKey; Plaintext = $Held.Plaintext }
    try {
        $content = Protect-TotlContent $both $iv $encodedHeader
        [byte[]] $encryptedKey = Protect-TotlContentKey $Key.Exponent $Key.Modulus $both
    }
    finally { [Array]::Clear($contentKey, 0, $contentKey.Length) }
    Join-TotlJwe $encodedHeader $encryptedKey $iv $content.Ciphertext $content.Tag
}

# The kid that a sealed secret's own header names, to check its receipt against.
function Get-TotlSealedKid {
    param([string] $Sealed)
    $encodedHeader = $Sealed.Split('.')[0]
    $header = ConvertFrom-TotlUtf8 (ConvertFrom-TotlBase64Url $encodedHeader) | ConvertFrom-Json
    Get-TotlMember $header 'kid'
}

# When a sealed secret was sealed by its own header, in seconds; 0 if the header does not say.
function Get-TotlSealedAt {
    param([string] $Sealed)
    $iat = $null
    try {
        $header = ConvertFrom-TotlUtf8 (ConvertFrom-TotlBase64Url ($Sealed.Split('.')[0])) | ConvertFrom-Json
        $iat = Get-TotlMember $header 'iat'
    }
    # Raw RSA-OAEP has no header.
    catch { $iat = $null }
    if (Test-TotlInteger $iat 0) { return [long] $iat }
    [long] 0
}

# The UTF-8 of a secret, which the caller has to clear. A string cannot be cleared from memory; the copies of a SecureString are.
function ConvertTo-TotlSecretBytes {
    param($Secret)
    $utf8 = [System.Text.UTF8Encoding]::new($false, $true)
    if ($Secret -is [string]) {
        [byte[]] $bytes = $utf8.GetBytes($Secret)
        return , $bytes
    }
    if ($Secret -isnot [System.Security.SecureString]) { throw 'must be a SecureString or a string' }
    $characters = [char[]]::new($Secret.Length)
    $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToGlobalAllocUnicode($Secret)
    try {
        [System.Runtime.InteropServices.Marshal]::Copy($pointer, $characters, 0, $characters.Length)
        [byte[]] $bytes = $utf8.GetBytes($characters)
    }
    finally {
        [System.Runtime.InteropServices.Marshal]::ZeroFreeGlobalAllocUnicode($pointer)
        [Array]::Clear($characters, 0, $characters.Length)
    }
    return , $bytes
}
