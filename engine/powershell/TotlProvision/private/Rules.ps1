# The basic patterns and values that everything else is built from, as in schema/text.ts, schema/jwk.ts and schema/report.ts.
$script:UuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z'
$script:TenantPattern = '^[a-z0-9][a-z0-9-]{0,63}\z'
$script:Sha256Pattern = '^[0-9a-f]{64}\z'
$script:ThumbprintPattern = '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\z'
$script:ModulusPattern = '^[g-z0-9_-][A-Za-z0-9_-]{511}\z'
$script:CoordinatePattern = '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\z'
$script:PhasePattern = '^[a-z][a-z0-9_]{0,31}\z'
$script:ReportMaxEvents = 500
$script:EventMaxBytes = 16384
$script:SeqMax = 1000000
# Under the server's 1 MiB, so that an envelope and its line ends always fit.
$script:BatchMaxBytes = 921600

# Whether a value is text that matches this pattern, with case.
function Test-TotlText {
    param($Value, [string] $Pattern)
    $Value -is [string] -and $Value -cmatch $Pattern
}

# A PC's own attribute, mended for the wire: without control characters and outer spaces, cut to a length; null if nothing is left.
function Limit-TotlText {
    param([string] $Text, [int] $Max)
    $clean = ($Text -creplace '[\x00-\x1f\x7f]', ' ').Trim()
    if ($clean.Length -gt $Max) {
        # Not through the middle of a surrogate pair.
        if ([char]::IsSurrogatePair($clean, $Max - 1)) { $Max-- }
        $clean = $clean.Substring(0, $Max).Trim()
    }
    if ($clean.Length -eq 0) { return $null }
    $clean
}

# Milliseconds since the epoch.
function Get-TotlNow {
    [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()
}

# A random lower-case UUID.
function New-TotlUuid {
    [Guid]::NewGuid().ToString('D').ToLowerInvariant()
}
