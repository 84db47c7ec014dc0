# Mends what a PC says so that it can be sent, by the rules of schema/clean.ts and schema/mend-event.ts: text is cleaned, cut and marked. Nothing here
# throws at the script that provisions.
$script:MessageMax = 4096
$script:NameMax = 64
$script:ItemMax = 1024
$script:ItemsMax = 64
$script:NoMessage = '(no message)'
$script:Empty = '(empty)'
# Beyond this a reader of JSON cannot hold every whole number exactly.
$script:ExactMax = [decimal] 9007199254740991
# Terminal escape sequences: CSI, OSC and shorter ones.
$script:EscapePattern = '\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])'
$script:ControlPattern = '[\x00-\x08\x0b-\x1f\x7f]'
$script:HalfPairPattern = '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]'

# Text of at most so many UTF-16 units. Changed: something of it is lost; different line ends are the same text.
function Get-TotlCleanText {
    param([string] $Text, [int] $Max)
    $unreadable = [string] [char] 0xFFFD
    $lines = $Text -creplace '\r\n?', "`n"
    $plain = ($lines -creplace $script:HalfPairPattern, $unreadable) -creplace $script:EscapePattern, ''
    $plain = $plain -creplace $script:ControlPattern, $unreadable
    $changed = -not (Test-TotlSame $plain $lines)
    if ($plain.Length -gt $Max) {
        $changed = $true
        $end = $Max - 1
        # Not through the middle of a surrogate pair.
        if ([char]::IsSurrogatePair($plain, $end - 1)) { $end-- }
        $plain = $plain.Substring(0, $end) + [char] 0x2026
    }
    [pscustomobject] @{ Value = $plain; Changed = $changed }
}

# Whether a value has members of its own: a dictionary or an object.
function Test-TotlRecord {
    param($Value)
    $Value -is [System.Collections.IDictionary] -or $Value -is [System.Management.Automation.PSCustomObject]
}

# Anything at all as text: text unchanged, values with members or items as JSON, everything else as PowerShell writes it.
function ConvertTo-TotlText {
    param($Value)
    if ($null -eq $Value) { return '' }
    if ($Value -is [string]) { return $Value }
    # PowerShell itself writes a date with the month before the day, and without a zone.
    if ($Value -is [DateTime]) { return ConvertTo-TotlInstant $Value }
    if ($Value -is [DateTimeOffset]) { return ConvertTo-TotlInstant $Value.UtcDateTime }
    try {
        if ((Test-TotlRecord $Value) -or $Value -is [System.Collections.IEnumerable]) { return ConvertTo-TotlJson $Value -Lenient }
    }
    # It contains itself, or something that has no text.
    catch { $null = $_ }
    try { [string] $Value } catch { 'an object that has no text' }
}

# A message, mended.
function Get-TotlMessage {
    param($Value)
    $clean = Get-TotlCleanText (ConvertTo-TotlText $Value) $script:MessageMax
    if ($clean.Value.Length -eq 0) { return [pscustomobject] @{ Value = $script:NoMessage; Changed = $true } }
    if ($Value -isnot [string]) { $clean.Changed = $true }
    $clean
}

# A phase's name, mended, so that 'Local Admin' in the plan and in an event is one phase; null if nothing of it can be kept.
function Get-TotlPhase {
    param([string] $Phase)
    if (Test-TotlText $Phase $script:PhasePattern) { return $Phase }
    # Half a surrogate pair has no normal form.
    $name = ($Phase -creplace $script:HalfPairPattern, ' ').Normalize([System.Text.NormalizationForm]::FormKD) -creplace '\p{M}', ''
    $name = ($name.ToLowerInvariant() -creplace '[^a-z0-9_]+', '_') -creplace '^[^a-z]+', ''
    if ($name.Length -gt 32) { $name = $name.Substring(0, 32) }
    $name = $name -creplace '_+\z', ''
    if ($name.Length -eq 0) { return $null }
    $name
}

# The names of a plan, each once.
function Get-TotlPlan {
    param([string[]] $Phases)
    $plan = @()
    foreach ($phase in $Phases) {
        $name = Get-TotlPhase $phase
        if ($null -eq $name) { continue }
        if ([Array]::IndexOf($plan, $name) -lt 0) { $plan += $name }
        else { Write-Warning -Message ('{0} is phase {1} of the plan once more: give each phase a name of its own.' -f $phase, $name) }
    }
    $plan
}

# One item of a list, as text.
function Get-TotlItem {
    param($Value)
    $clean = Get-TotlCleanText (ConvertTo-TotlText $Value) $script:ItemMax
    if ($clean.Value.Length -eq 0) { return [pscustomobject] @{ Value = $script:Empty; Changed = $true } }
    if ($Value -isnot [string]) { $clean.Changed = $true }
    $clean
}

# One member of an event's data: text, a number, a truth value, null, or a list of text.
function Get-TotlDatum {
    param($Value)
    $plain = $null -eq $Value -or $Value -is [bool]
    if (Test-TotlExact $Value) { $plain = -not ([Math]::Abs([decimal] $Value) -gt $script:ExactMax) }
    if ($Value -is [double] -or $Value -is [single]) { $plain = -not ([double]::IsNaN($Value) -or [double]::IsInfinity($Value)) }
    if ($plain) { return [pscustomobject] @{ Value = $Value; Changed = $false } }
    if ($Value -is [string]) { return Get-TotlCleanText $Value $script:MessageMax }
    if ($Value -is [System.Collections.IEnumerable] -and -not (Test-TotlRecord $Value)) {
        $items = @(foreach ($item in $Value) { Get-TotlItem $item })
        $changed = @($items | Where-Object { $_.Changed }).Count -gt 0
        $texts = @($items | ForEach-Object { $_.Value })
        if ($texts.Count -gt $script:ItemsMax) {
            $texts = @($texts[0..($script:ItemsMax - 2)]) + [string] [char] 0x2026
            $changed = $true
        }
        return [pscustomobject] @{ Value = $texts; Changed = $changed }
    }
    $clean = Get-TotlCleanText (ConvertTo-TotlText $Value) $script:MessageMax
    $clean.Changed = $true
    $clean
}

# The data of an event as a flat object within so many bytes: members that do not fit are left out.
function Get-TotlData {
    param($Data, [int] $Room)
    $changed = -not (Test-TotlRecord $Data)
    if ($changed) { $Data = @{ value = $Data } }
    if ($Data -is [System.Collections.IDictionary]) { $entries = @($Data.GetEnumerator() | ForEach-Object { , @([string] $_.Key, $_.Value) }) }
    else { $entries = @($Data.PSObject.Properties | ForEach-Object { , @($_.Name, $_.Value) }) }
    $made = [ordered] @{}
    foreach ($entry in $entries) {
        $name = Get-TotlCleanText $entry[0] $script:NameMax
        $datum = Get-TotlDatum $entry[1]
        if ($name.Value.Length -eq 0) {
            $name.Value = $script:Empty
            $name.Changed = $true
        }
        $Room -= (ConvertTo-TotlUtf8 ((ConvertTo-TotlJsonString $name.Value) + (ConvertTo-TotlJson $datum.Value))).Length + 3
        if ($Room -lt 0) {
            $changed = $true
            break
        }
        if ($name.Changed -or $datum.Changed) { $changed = $true }
        # Keys of this dictionary ignore case, and the first of two stays.
        if ($made.Contains($name.Value)) { $changed = $true } else { $made[$name.Value] = $datum.Value }
    }
    [pscustomobject] @{ Value = $made; Changed = $changed }
}
