# Bytes as text and back. Strict: one text for the same bytes, no white space, no padding, no byte that is not UTF-8.

# Whether both are text and the same, unit by unit. PowerShell's own operators compare by language: -ceq ignores a soft hyphen.
function Test-TotlSame {
    param($Left, $Right)
    $Left -is [string] -and $Right -is [string] -and [string]::Equals($Left, $Right, [StringComparison]::Ordinal)
}

# Unpadded base64url (RFC 4648 section 5).
function ConvertTo-TotlBase64Url {
    param([byte[]] $Bytes)
    [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}

# The bytes of unpadded base64url; throws if it is anything else, even if only its last character has stray bits.
function ConvertFrom-TotlBase64Url {
    param([string] $Text)
    if ($Text -cnotmatch '^[A-Za-z0-9_-]*\z') { throw 'must be unpadded base64url' }
    $padded = $Text.Replace('-', '+').Replace('_', '/')
    while ($padded.Length % 4 -ne 0) { $padded += '=' }
    [byte[]] $bytes = [Convert]::FromBase64String($padded)
    if (-not (Test-TotlSame (ConvertTo-TotlBase64Url $bytes) $Text)) { throw 'must be canonical base64url' }
    return , $bytes
}

# UTF-8 of a text; throws if the text is not well-formed Unicode.
function ConvertTo-TotlUtf8 {
    param([string] $Text)
    $utf8 = [System.Text.UTF8Encoding]::new($false, $true)
    [byte[]] $bytes = $utf8.GetBytes($Text)
    return , $bytes
}

# The text of UTF-8 bytes; throws if they are not UTF-8.
function ConvertFrom-TotlUtf8 {
    param([byte[]] $Bytes)
    $utf8 = [System.Text.UTF8Encoding]::new($false, $true)
    $utf8.GetString($Bytes)
}

# The text of a file as a person may have saved it: UTF-8 or UTF-16, with or without a byte order mark; throws if it is neither. By the rules
# of schema/text-file.ts. The file may hold the token: its bytes are handed to nothing that may be logged.
function Read-TotlSaved {
    param([string] $Path)
    [byte[]] $bytes = [System.IO.File]::ReadAllBytes($Path)
    $name = ''
    if ($bytes.Length -ge 2) {
        if ($bytes[0] -eq 255 -and $bytes[1] -eq 254) { $name = 'utf-16' }
        elseif ($bytes[0] -eq 254 -and $bytes[1] -eq 255) { $name = 'utf-16BE' }
        elseif ($bytes[0] -ne 0 -and $bytes[1] -eq 0) { $name = 'utf-16' }
        elseif ($bytes[0] -eq 0 -and $bytes[1] -ne 0) { $name = 'utf-16BE' }
    }
    $text = if ($name -eq '') { [System.Text.UTF8Encoding]::new($false, $true).GetString($bytes) } else { [System.Text.Encoding]::GetEncoding($name).GetString($bytes) }
    $text.TrimStart([char] 0xFEFF)
}

# SHA-256 of bytes.
function Get-TotlSha256 {
    param([byte[]] $Bytes)
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try { [byte[]] $digest = $sha256.ComputeHash($Bytes) } finally { $sha256.Dispose() }
    return , $digest
}

# Lower-case hex.
function ConvertTo-TotlHex {
    param([byte[]] $Bytes)
    [BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}
