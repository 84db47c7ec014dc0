# How a volume stands, by what BitLocker has and what there are receipts for. Pure.
$script:BadStates = @('partly', 'missing', 'none')
$script:SummaryMax = 2000

function Get-TotlVolumeState {
    param($Volume, [hashtable] $Receipts)
    $live = @(Get-TotlProtectorIds $Volume)
    $missing = @($live | Where-Object { -not $Receipts.ContainsKey($_) })
    if ($missing.Count -gt 0 -and $missing.Count -eq $live.Count) { $state = 'missing' }
    elseif ($missing.Count -gt 0) { $state = 'partly' }
    elseif ($Volume.IsPlain) { $state = 'plain' }
    # Of a locked volume Windows says nothing else.
    elseif ($live.Count -eq 0) { $state = 'none' }
    elseif ($Volume.IsProtected -or $Volume.IsLocked) { $state = 'in_force' }
    else { $state = 'suspended' }
    [pscustomobject] @{ Name = $Volume.Name; State = $state; Live = $live; Missing = $missing }
}

# Ids as a locked PC shows them first: eight characters, in capitals.
function Get-TotlShortIds {
    param([string[]] $Ids)
    $short = foreach ($id in $Ids) { $id.Substring(0, 8).ToUpperInvariant() }
    @($short) -join ' '
}

# One line for people, and for a tool that keeps one line.
function Get-TotlEscrowSummary {
    param($States)
    $parts = foreach ($one in $States) {
        $ids = Get-TotlShortIds $one.Live
        if ($one.Live.Count -eq 0) { '{0} {1}' -f $one.Name, $one.State } else { '{0} {1} ({2})' -f $one.Name, $one.State, $ids }
    }
    $text = 'Recovery passwords: ' + (@($parts) -join '; ')
    if (@($parts).Count -eq 0) { $text = 'Recovery passwords: no volume has a letter' }
    if ($text.Length -gt $script:SummaryMax) { $text = $text.Substring(0, $script:SummaryMax - 3) + '...' }
    $text
}
