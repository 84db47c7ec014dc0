# Where there is no Set-LocalUser, as in WinPE or on another system, no account is touched, and a message says so.

# Gives an account its new password.
function Set-LocalPassword {
    param([string] $Account, [System.Security.SecureString] $Password)
    throw 'This system has no local users that can be set: run this in Windows.'
}
