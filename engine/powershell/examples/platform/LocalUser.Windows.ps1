# Local users on Windows.

# Gives an account its new password.
function Set-LocalPassword {
    param([string] $Account, [System.Security.SecureString] $Password)
    Set-LocalUser -Name $Account -Password $Password
}
