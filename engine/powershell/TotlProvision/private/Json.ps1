# JSON written byte for byte as by JSON.stringify, except fractions, which .NET Framework writes in its own way; and read with members
# compared by case. ConvertTo-Json differs between 5.1 and 7.

$script:DepthMax = 32

# A string in quotes, escaped as by JSON.stringify, even half of a surrogate pair, for which UTF-8 has no bytes.
function ConvertTo-TotlJsonString {
    param([string] $Text)
    $out = New-Object System.Text.StringBuilder
    [void] $out.Append('"')
    for ($index = 0; $index -lt $Text.Length; $index++) {
        $character = $Text[$index]
        $code = [int] $character
        if ($code -eq 34) { [void] $out.Append('\"') }
        elseif ($code -eq 92) { [void] $out.Append('\\') }
        elseif ($code -eq 8) { [void] $out.Append('\b') }
        elseif ($code -eq 9) { [void] $out.Append('\t') }
        elseif ($code -eq 10) { [void] $out.Append('\n') }
        elseif ($code -eq 12) { [void] $out.Append('\f') }
        elseif ($code -eq 13) { [void] $out.Append('\r') }
        elseif ($code -ge 32 -and -not [char]::IsSurrogate($character)) { [void] $out.Append($character) }
        elseif ([char]::IsSurrogatePair($Text, $index)) {
            [void] $out.Append($Text, $index, 2)
            $index++
        }
        else { [void] $out.Append(('\u{0:x4}' -f $code)) }
    }
    [void] $out.Append('"')
    $out.ToString()
}

# Whether a value is a whole number, or a fraction that is exact. CIM gives unsigned numbers, so those count too.
function Test-TotlExact {
    param($Value)
    $Value -is [int] -or $Value -is [long] -or $Value -is [decimal] -or $Value -is [byte] -or $Value -is [System.SByte] -or
        $Value -is [System.Int16] -or $Value -is [System.UInt16] -or $Value -is [System.UInt32] -or $Value -is [System.UInt64]
}

# A date as JSON.stringify writes it, whatever the PC's calendar. A date without a zone is in the PC's own.
function ConvertTo-TotlInstant {
    param([DateTime] $Date)
    $Date.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [System.Globalization.CultureInfo]::InvariantCulture)
}

# Null, text, truth values, numbers, dates, names of an enumeration, dictionaries (in their own order), objects and lists, without white space. Anything
# else throws; leniently, it is the text that PowerShell writes for it.
function ConvertTo-TotlJson {
    param($Value, [int] $Depth = 0, [switch] $Lenient)
    # An object that contains itself would fill the stack, and end the process of the script that provisions.
    if ($Depth -gt $script:DepthMax) { throw 'a value must not be nested so deep' }
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [string]) { return ConvertTo-TotlJsonString $Value }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if ($Value -is [DateTime]) { return ConvertTo-TotlJsonString (ConvertTo-TotlInstant $Value) }
    if ($Value -is [DateTimeOffset]) { return ConvertTo-TotlJsonString (ConvertTo-TotlInstant $Value.UtcDateTime) }
    if ($Value -is [System.Enum] -or $Value -is [char]) { return ConvertTo-TotlJsonString ([string] $Value) }
    if ($Value -is [System.Collections.IDictionary]) {
        # By its enumerator, since a member may be called Keys.
        $members = foreach ($entry in $Value.GetEnumerator()) {
            '{0}:{1}' -f (ConvertTo-TotlJsonString $entry.Key), (ConvertTo-TotlJson $entry.Value ($Depth + 1) -Lenient:$Lenient)
        }
        return '{' + (@($members) -join ',') + '}'
    }
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        $members = foreach ($property in $Value.PSObject.Properties) {
            '{0}:{1}' -f (ConvertTo-TotlJsonString $property.Name), (ConvertTo-TotlJson $property.Value ($Depth + 1) -Lenient:$Lenient)
        }
        return '{' + (@($members) -join ',') + '}'
    }
    if ($Value -is [System.Collections.IEnumerable]) {
        $items = foreach ($item in $Value) { ConvertTo-TotlJson $item ($Depth + 1) -Lenient:$Lenient }
        return '[' + (@($items) -join ',') + ']'
    }
    if ($Value -is [double] -or $Value -is [single]) {
        $isFinite = -not ([double]::IsNaN($Value) -or [double]::IsInfinity($Value))
        if (-not $isFinite -and -not $Lenient) { throw 'a number must be finite' }
        if ($isFinite) { return $Value.ToString('R', [System.Globalization.CultureInfo]::InvariantCulture) }
    }
    if (Test-TotlExact $Value) {
        return $Value.ToString([System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ($Lenient) { return ConvertTo-TotlJsonString ([string] $Value) }
    throw 'a value must be text, a number, a truth value, a list or a dictionary'
}

# A member by its exact name, or null. PowerShell's properties ignore case; JSON does not.
function Get-TotlMember {
    param($Object, [string] $Name)
    if ($Object -isnot [System.Management.Automation.PSCustomObject]) { return $null }
    foreach ($property in $Object.PSObject.Properties) { if (Test-TotlSame $property.Name $Name) { return , $property.Value } }
    $null
}

# Whether an object has exactly these members: an unknown one is refused like a missing one.
function Test-TotlMembers {
    param($Object, [string[]] $Names)
    if ($Object -isnot [System.Management.Automation.PSCustomObject]) { return $false }
    $present = @($Object.PSObject.Properties | ForEach-Object { $_.Name })
    if ($present.Count -ne $Names.Count) { return $false }
    foreach ($name in $Names) { if ([Array]::IndexOf($present, $name) -lt 0) { return $false } }
    $true
}

# Whether a value read from JSON is a whole number of at least this.
function Test-TotlInteger {
    param($Value, [long] $Lowest)
    ($Value -is [int] -or $Value -is [long]) -and $Value -ge $Lowest
}
