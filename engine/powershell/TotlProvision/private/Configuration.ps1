# The engine's configuration file, as schema/engine-file.ts defines it. A message names the wrong member, never its value: one member is the token.
# It is taken out of the text before anything is called with that: where a policy logs what commands are given, a parser's text is among it.
$script:TokenForm = '(?<=")tok_[A-Za-z0-9_-]{32}(?=")'
$script:TokenMark = '(token)'

# The origin of the API, or null. Plain HTTP is for a stand on this machine only.
function Get-TotlOrigin {
    param($Text)
    $uri = $null
    if ($Text -isnot [string] -or -not [Uri]::TryCreate($Text, [UriKind]::Absolute, [ref] $uri)) { return $null }
    if ($uri.Scheme -eq 'https' -or ($uri.Scheme -eq 'http' -and $uri.IsLoopback)) { return $uri.GetLeftPart([UriPartial]::Authority) }
    $null
}

# A refusal that names a member.
function New-TotlConfigurationRefusal {
    param([string] $Member)
    New-TotlRefusal 'bad_configuration' ('The configuration file is wrong at {0}; download it again with a new token.' -f $Member)
}

# Reads a file. Refuses with bad_configuration.
function Read-TotlConfiguration {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return New-TotlRefusal 'bad_configuration' ('There is no configuration file {0}.' -f $Path) }
    try {
        $text = Read-TotlSaved $Path
        $tokens = [regex]::Matches($text, $script:TokenForm)
        $json = ConvertFrom-Json -InputObject ($text -creplace $script:TokenForm, $script:TokenMark)
    }
    # The file cannot be read, or is not Unicode or not JSON; the parser's own message would quote the file.
    catch { $json = $null }
    if ($json -isnot [System.Management.Automation.PSCustomObject]) {
        return New-TotlRefusal 'bad_configuration' ('The configuration file {0} cannot be read, or is not JSON as the portal writes it.' -f $Path)
    }
    $origin = Get-TotlOrigin (Get-TotlMember $json 'apiOrigin')
    if ($null -eq $origin) { return New-TotlConfigurationRefusal 'apiOrigin' }
    if ($tokens.Count -ne 1 -or -not (Test-TotlSame (Get-TotlMember $json 'token') $script:TokenMark)) { return New-TotlConfigurationRefusal 'token' }
    $fingerprint = Get-TotlMember $json 'fingerprint'
    if ($null -ne $fingerprint -and -not (Test-TotlText $fingerprint $script:ThumbprintPattern)) {
        return New-TotlConfigurationRefusal 'fingerprint'
    }
    $minEpoch = Get-TotlMember $json 'minEpoch'
    if ($null -eq $minEpoch) { $minEpoch = 1 }
    if (-not (Test-TotlInteger $minEpoch 1)) { return New-TotlConfigurationRefusal 'minEpoch' }
    $tenantKey = Get-TotlMember $json 'tenantKey'
    if ($null -ne $tenantKey -and -not (Test-TotlPublicKeyAnswer $tenantKey)) { return New-TotlConfigurationRefusal 'tenantKey' }
    [pscustomobject] @{
        Ok          = $true
        ApiOrigin   = $origin
        Token       = [System.Net.NetworkCredential]::new('', $tokens[0].Value).SecurePassword
        Fingerprint = $fingerprint
        MinEpoch    = [long] $minEpoch
        TenantKey   = $tenantKey
    }
}
