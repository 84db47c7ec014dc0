# A password on its way into an account. Between its receipt and its change this PC may stop: the file that says so is in the spool from before the one until
# after the other, and the next start tells people that a version in escrow may not be in force.

function Get-TotlChangePath {
    param([string] $Folder)
    Join-Path -Path $Folder -ChildPath 'change.json'
}

function Save-TotlChange {
    param($Session, [string] $Account, [string] $Eid)
    $change = [ordered] @{ machine = $Session.Machine.id; account = $Account; eid = $Eid }
    Write-TotlAlone $Session.SpoolPath (Get-TotlChangePath $Session.SpoolPath) (ConvertTo-TotlJson $change)
}

# It is over: set, or refused and said so.
function Remove-TotlChange {
    param([string] $Folder)
    $path = Get-TotlChangePath $Folder
    try { if ([System.IO.File]::Exists($path)) { Remove-Item -LiteralPath $path -Force } }
    catch { Write-Warning -Message ('A spool entry is in use: ' + [System.IO.Path]::GetFileName($path)) }
}

# Says of a change that an earlier start has not ended how far it came. A ciphertext without a receipt goes into escrow all the same: nothing sealed is lost.
function Resolve-TotlChange {
    param($Session)
    $folder = $Session.SpoolPath
    $text = Read-TotlEntry (Get-TotlChangePath $folder)
    if ($null -eq $text) { return }
    $change = ConvertFrom-Json -InputObject $text
    $eid = Get-TotlMember $change 'eid'
    $account = Get-TotlMember $change 'account'
    # Another PC's came with an image.
    if ((Test-TotlSame (Get-TotlMember $change 'machine') $Session.Machine.id) -and (Test-TotlText $eid $script:UuidPattern) -and $account -is [string]) {
        $receipt = Read-TotlEntry (Get-TotlSpoolPath $folder 'receipts' ($eid + '.json'))
        $said = 'This PC stopped before the new password of {0} had its receipt: it was not set, though it may be in escrow' -f $account
        if ($null -ne $receipt) {
            $version = Get-TotlMember (ConvertFrom-Json -InputObject $receipt) 'version'
            $said = 'This PC stopped while the password of {0} was changed; version {1} in escrow may not be in force' -f $account, $version
        }
        Write-Warning -Message $said
        Add-TotlOwnEvent $Session $said 'message' 'error'
    }
    Remove-TotlChange $folder
}
