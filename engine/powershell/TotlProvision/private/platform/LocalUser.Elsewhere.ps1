# Where there is no Set-LocalUser, as in WinPE, in a 32-bit PowerShell or on another system: no account is touched, and a message says so.
$script:NoLocalUsers = 'There are no local users here that can be set: run this elevated in Windows, in its 64-bit PowerShell.'

function Test-TotlAccount {
    param([string] $Account)
    throw (New-TotlError 'no_local_users' $script:NoLocalUsers)
}

function Set-TotlAccountPassword {
    param([string] $Account, [System.Security.SecureString] $Password)
    throw (New-TotlError 'no_local_users' $script:NoLocalUsers)
}

function Test-TotlUnfinished {
    param([string] $Account)
    throw (New-TotlError 'no_local_users' $script:NoLocalUsers)
}

function Complete-TotlAccount {
    param([string] $Account)
    throw (New-TotlError 'no_local_users' $script:NoLocalUsers)
}

function New-TotlAccount {
    param([string] $Account, [System.Security.SecureString] $Password)
    throw (New-TotlError 'no_local_users' $script:NoLocalUsers)
}
