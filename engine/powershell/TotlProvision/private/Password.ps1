# Passwords for accounts of this PC.

# 64 characters, none of which is easily taken for another. 64 divides 256, so no character comes more often.
$script:PasswordAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_+=%!?'
$script:PasswordLength = 24
# For a policy that wants more.
$script:PasswordLongLength = 64

# Whether random numbers give a capital, a small letter, a digit and a sign, which Windows' policy may ask for. In a table: see Jwe.ps1.
function Test-TotlMixed {
    param([hashtable] $Held)
    $kinds = @($false, $false, $false, $false)
    foreach ($byte in $Held.Bytes) {
        $place = $byte % 64
        if ($place -lt 24) { $kinds[0] = $true }
        elseif ($place -lt 49) { $kinds[1] = $true }
        elseif ($place -lt 57) { $kinds[2] = $true }
        else { $kinds[3] = $true }
    }
    [Array]::IndexOf($kinds, $false) -lt 0
}

# So many characters from the system's random numbers; 24 have over 143 bits.
function New-TotlPassword {
    param([int] $Length = $script:PasswordLength)
    $bytes = [byte[]]::new($Length)
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { do { $random.GetBytes($bytes) } until (Test-TotlMixed @{ Bytes = $bytes }) } finally { $random.Dispose() }
    $password = New-Object System.Security.SecureString
    foreach ($byte in $bytes) { $password.AppendChar($script:PasswordAlphabet[$byte % 64]) }
    [Array]::Clear($bytes, 0, $bytes.Length)
    $password.MakeReadOnly()
    $password
}
