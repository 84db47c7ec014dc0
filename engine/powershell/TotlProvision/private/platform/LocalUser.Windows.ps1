# Local users on Windows.

function Test-TotlAccount {
    param([string] $Account)
    $null -ne (Get-LocalUser -Name $Account -ErrorAction Ignore)
}

# Gives an account its new password.
function Set-TotlAccountPassword {
    param([string] $Account, [System.Security.SecureString] $Password)
    Set-LocalUser -Name $Account -Password $Password -ErrorAction Stop
}

# Makes an account with a password, as an administrator of this PC. The group is named by its SID, which is the same in every language.
function New-TotlAccount {
    param([string] $Account, [System.Security.SecureString] $Password)
    [void] (New-LocalUser -Name $Account -Password $Password -PasswordNeverExpires -AccountNeverExpires -ErrorAction Stop)
    try { Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $Account -ErrorAction Stop }
    catch {
        Remove-LocalUser -Name $Account -ErrorAction Stop
        throw
    }
}
