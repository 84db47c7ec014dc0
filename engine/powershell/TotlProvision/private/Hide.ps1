# Takes secrets out of what is reported: those that this session has made or uses, and what looks like one. An error's text can quote a command line.
$script:Hidden = '[removed]'
# Beyond this nothing of a message is kept anyway.
$script:HideMaxCharacters = 65536
# Shorter than this, a text is found in innocent words too.
$script:KnownMinCharacters = 6
# With what takes the place of each: a recovery password; a machine token; a header's credentials; a JWT; credentials in an address; what follows
# a word such as password, after a sign or as a parameter.
$script:SecretForms = @(
    @('(?<![0-9])[0-9]{6}(?:-[0-9]{6}){7}(?![0-9])', '[removed]'),
    @('tok_[A-Za-z0-9_-]{32}', '[removed]'),
    @('(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}', '$1 [removed]'),
    @('eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*', '[removed]'),
    @('://[^\s/:@]{1,256}:[^\s/@]{1,256}@', '://[removed]@'),
    @('(?i)((?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|recovery[_-]?key)["'']?\s*[:=]\s*)(?:"[^"]*"|''[^'']*''|[^\s,;&}]+)', '$1[removed]'),
    @('(?i)((?:^|\s)[-/](?:password|passwd|passphrase|pwd|pass|secret|token|api[_-]?key)[\s:=]+)(?:"[^"]*"|''[^'']*''|[^\s,;&}]+)', '$1[removed]')
)

# A text without secrets.
function Hide-TotlSecrets {
    param($Session, [string] $Text)
    $plain = $Text
    if ($plain.Length -gt $script:HideMaxCharacters) { $plain = $plain.Substring(0, $script:HideMaxCharacters) }
    foreach ($known in @($Session.Known) + @($Session.Token)) {
        $value = [System.Net.NetworkCredential]::new('', $known).Password
        if ($value.Length -ge $script:KnownMinCharacters) { $plain = $plain.Replace($value, $script:Hidden) }
    }
    foreach ($form in $script:SecretForms) { $plain = $plain -creplace $form[0], $form[1] }
    $plain
}

# The same for the data of an event. Anything that is not text, a number or a truth value is made text first.
function Hide-TotlData {
    param($Session, $Data)
    $made = [ordered] @{}
    if (-not (Test-TotlRecord $Data)) { $Data = @{ value = $Data } }
    if ($Data -is [System.Collections.IDictionary]) { $entries = @($Data.GetEnumerator() | ForEach-Object { , @([string] $_.Key, $_.Value) }) }
    else { $entries = @($Data.PSObject.Properties | ForEach-Object { , @($_.Name, $_.Value) }) }
    foreach ($entry in $entries) {
        $value = $entry[1]
        if ($value -is [array]) { $value = @($value | ForEach-Object { Hide-TotlSecrets $Session (ConvertTo-TotlText $_) }) }
        elseif ($null -ne $value -and $value -isnot [bool] -and -not (Test-TotlExact $value) -and $value -isnot [double]) {
            # A member whose name ends so is one, whatever it looks like.
            if ($entry[0] -cmatch '(?i)(password|passwd|passphrase|pwd|secret|token|api[_-]?key|recovery[_-]?key)$') { $value = $script:Hidden }
            else { $value = Hide-TotlSecrets $Session (ConvertTo-TotlText $value) }
        }
        $made[$entry[0]] = $value
    }
    $made
}
