function Protect-TotlLocalAdmin {
    <#
    .SYNOPSIS
    Gives a local account a new password that is in escrow before it is set.
    .DESCRIPTION
    Makes a random password of 24 characters, seals it, waits for the receipt, and only then sets it. Where a step fails, nothing is left half done:
    no receipt: the account keeps its password, and the ciphertext is dropped, because the password was never in force;
    Windows refuses the password by its policy: a longer one is tried, escrowed before it is set as well;
    an account that -Create has made cannot become an administrator: it is removed again, and if that fails too, the error says so, and the next run with
    -Create makes it one.
    An escrowed password that Windows did not take is named in the run as not in force, also where this PC stopped between receipt and change.
    Errors: no_account, not_local, not_secure, no_local_users, no_spool, not_applied, not_connected, restarting, and those of Get-TotlTenantKey and Send-TotlSecret. In Invoke-TotlPhase they
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
    $unfinished = $exists -and $Create -and (Test-TotlUnfinished $name)
    $key = Get-TotlTenantKey -Session $totl
    $tries = if ($null -eq $Password) { @($script:PasswordLength, $script:PasswordLongLength) } else { @(0) }
    $failed = 'The account {0} did not take it: {1}'
    $why = ''
    foreach ($length in $tries) {
        $made = if ($length -eq 0) { $Password } else { New-TotlPassword $length }
        [void] $totl.Known.Add($made)
        $receipt = Send-TotlAccount $totl $key $name $made
        $isSet = $false
        try {
            if ($exists) {
                Set-TotlAccountPassword $name $made
                $isSet = $true
            }
            else { New-TotlAccount $name $made }
            if ($unfinished) { Complete-TotlAccount $name }
            Add-TotlOwnEvent $totl ('The account {0} has the password in escrow, version {1}' -f $name, $receipt.version) 'message' 'info' $totl.Phase
            Remove-TotlChange $totl.SpoolPath
            return [pscustomobject] @{ Account = $name; Version = $receipt.version; SecretId = $receipt.secretId; Created = -not $exists }
        }
        catch {
            $why = Hide-TotlSecrets $totl $_.Exception.Message
            $text = 'Version {1} in escrow is not in force: the account {0} did not take it. {2}'
            if ($isSet -or $_.Exception.Data['TotlLeft'] -eq $true) {
                $text = 'The account {0} has the password in escrow, version {1}, but is no administrator: run this again. {2}'
                $failed = 'The account {0} is there, but is no administrator: run this again. {1}'
            }
            Add-TotlOwnEvent $totl ($text -f $name, $receipt.version, $why) 'message' 'error' $totl.Phase
            # Not in a finally, which runs on Ctrl+C too: then the next start has to say how far this came.
            Remove-TotlChange $totl.SpoolPath
            # Only a policy can want another password.
            if (-not ([string] $_.FullyQualifiedErrorId -like 'InvalidPassword*')) { break }
        }
    }
    throw (New-TotlError 'not_applied' ($failed -f $name, $why))
}
