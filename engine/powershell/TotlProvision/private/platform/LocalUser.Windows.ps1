# Local users on Windows. A new account says in its description that it is no administrator yet, so that one that was left so is found again, whatever stopped
# this PC between.
$script:AccountMade = 'Made by TotlProvision'
$script:AccountUnfinished = 'Made by TotlProvision: no administrator yet'

function Test-TotlAccount {
    param([string] $Account)
    $null -ne (Get-LocalUser -Name $Account -ErrorAction Ignore)
}

# Gives an account its new password.
function Set-TotlAccountPassword {
    param([string] $Account, [System.Security.SecureString] $Password)
    Set-LocalUser -Name $Account -Password $Password -ErrorAction Stop
}

# Whether an account was made by this module and is no administrator yet.
function Test-TotlUnfinished {
    param([string] $Account)
    $found = Get-LocalUser -Name $Account -ErrorAction Ignore
    $null -ne $found -and [string] $found.Description -eq $script:AccountUnfinished
}

# Makes an account an administrator of this PC. The group is named by its SID, which is the same in every language.
function Complete-TotlAccount {
    param([string] $Account)
    try { Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $Account -ErrorAction Stop }
    # It is one already: this PC stopped before it could say so.
    catch { if (-not ([string] $_.FullyQualifiedErrorId -like 'MemberExists*')) { throw } }
    # If this fails, the next run finds an administrator that is called unfinished.
    Set-LocalUser -Name $Account -Description $script:AccountMade -ErrorAction Ignore
}

# Makes an account with a password, as an administrator of this PC. An error says by TotlLeft that the account stays all the same, with that password.
function New-TotlAccount {
    param([string] $Account, [System.Security.SecureString] $Password)
    [void] (New-LocalUser -Name $Account -Password $Password -Description $script:AccountUnfinished -PasswordNeverExpires -AccountNeverExpires -ErrorAction Stop)
    try { Complete-TotlAccount $Account }
    catch {
        $failure = $_
        try { Remove-LocalUser -Name $Account -ErrorAction Stop }
        catch {
            $why = '{0} It could not be removed either: {1}' -f $failure.Exception.Message, $_.Exception.Message
            $left = [System.InvalidOperationException]::new($why)
            $left.Data['TotlLeft'] = $true
            throw $left
        }
        throw $failure
    }
}
