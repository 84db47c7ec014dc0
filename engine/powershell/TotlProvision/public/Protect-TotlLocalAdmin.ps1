function Protect-TotlLocalAdmin {
    <#
    .SYNOPSIS
    Gives a local account a new password that is in escrow before it is set.
    .DESCRIPTION
    Makes a random password of 24 characters, seals it, waits for the receipt, and only then sets it. Where a step fails, nothing is left half done:
    no receipt: the account keeps its password, and the ciphertext is dropped, because the password was never in force;
    Windows refuses the password by its policy: a longer one is tried, escrowed before it is set as well;
    an account that -Create has made cannot become an administrator: it is removed again.
    An escrowed password that Windows did not take is named in the run as not in force.
    Errors: no_account, not_local, no_local_users, not_applied, not_connected, and those of Get-TotlTenantKey and Send-TotlSecret. In Invoke-TotlPhase they
    are reported, and your script goes on.
    .PARAMETER Account
    The account's name, as LocalAdmin or .\LocalAdmin.
    .PARAMETER Create
    Makes the account, as an administrator of this PC, if it is not there.
    .PARAMETER Password
    A password of your own choice, as a SecureString.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    Invoke-TotlPhase local_admin { Protect-TotlLocalAdmin LocalAdmin -Create }
    .OUTPUTS
    Account, Version and SecretId of the password in escrow; Created: whether the account was made.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)] [string] $Account,
        [switch] $Create,
        $Password = $null,
        $Session = $null
    )
    $ErrorActionPreference = 'Stop'
    $totl = Assert-TotlConnected $Session
    $name = $Account.Trim() -creplace '^\.\\', ''
    # A name of a domain, or with what Windows does not allow in one, and would take for a pattern.
    if ($name -cnotmatch '^[^"/\\\[\]:;|=,+*?<>@]{1,256}\z') { throw (New-TotlError 'not_local' ('{0} is not the name of a local account.' -f $Account)) }
    if ($null -ne $Password -and $Password -isnot [System.Security.SecureString]) { throw (New-TotlError 'not_secure' 'Password must be a SecureString.') }
    $exists = Test-TotlAccount $name
    if (-not $exists -and -not $Create) { throw (New-TotlError 'no_account' ('There is no local account {0}: pass -Create to make it.' -f $name)) }
    $key = Get-TotlTenantKey -Session $totl
    $tries = if ($null -eq $Password) { @($script:PasswordLength, $script:PasswordLongLength) } else { @(0) }
    $why = ''
    foreach ($length in $tries) {
        $made = if ($length -eq 0) { $Password } else { New-TotlPassword $length }
        [void] $totl.Known.Add($made)
        $receipt = Send-TotlAccount $totl $key $name $made
        try {
            if ($exists) { Set-TotlAccountPassword $name $made } else { New-TotlAccount $name $made }
            Add-TotlOwnEvent $totl ('The account {0} has the password in escrow, version {1}' -f $name, $receipt.version) 'message' 'info' $totl.Phase
            return [pscustomobject] @{ Account = $name; Version = $receipt.version; SecretId = $receipt.secretId; Created = -not $exists }
        }
        catch {
            $why = Hide-TotlSecrets $totl $_.Exception.Message
            $text = 'Version {1} in escrow is not in force: the account {0} did not take it. {2}' -f $name, $receipt.version, $why
            Add-TotlOwnEvent $totl $text 'message' 'error' $totl.Phase
            # Only a policy can want another password.
            if (-not ([string] $_.FullyQualifiedErrorId -like 'InvalidPassword*')) { break }
        }
    }
    throw (New-TotlError 'not_applied' ('The account {0} did not take it: {1}' -f $name, $why))
}
