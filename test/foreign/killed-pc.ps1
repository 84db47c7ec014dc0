# A PC on a bench that loses its power: runs bench-pc.ps1, and kills itself (SIGKILL) as it comes to a statement of the module for the n-th time. Without a
# place it lives, and the last line but one says how often it came to each statement that reads, writes or sends.
# usage: pwsh -File killed-pc.ps1 -ConfigurationPath FILE -SpoolPath FOLDER [-At FILE:LINE -Times NUMBER]
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $SpoolPath,
    [string] $At = '',
    [int] $Times = 1
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$engine = (Resolve-Path -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../../engine/powershell')).ProviderPath
$global:times = $Times

if ($At -ne '') {
    $file, $line = $At.Split(':')
    [void] (Set-PSBreakpoint -Script (Join-Path -Path $engine -ChildPath $file) -Line $line -Action {
            if ($_.HitCount -ge $global:times) { [System.Diagnostics.Process]::GetCurrentProcess().Kill() }
        })
}
else {
    # Not the files that only reckon: most statements of a run are theirs, and nothing is half done between them.
    $pure = 'Answer', 'Backoff', 'Batch', 'Configuration', 'Encoding', 'Json', 'Jwe', 'Jwk', 'Mend', 'Refusal', 'Rules', 'SharedIds', 'Statement', 'TenantKey'
    $names = @('private', 'public' | ForEach-Object {
            $folder = $_
            Get-ChildItem -LiteralPath "$engine/TotlProvision/$folder" -File | Where-Object { $_.BaseName -notin $pure } | ForEach-Object { "TotlProvision/$folder/" + $_.Name }
        }) + 'examples/Invoke-Provisioning.ps1'
    foreach ($name in $names) {
        $path = Join-Path -Path $engine -ChildPath $name
        $root = [System.Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $null)
        $statements = $root.FindAll({
                param($node)
                $node -is [System.Management.Automation.Language.StatementAst] -and $node -isnot [System.Management.Automation.Language.FunctionDefinitionAst] -and
                ($node.Parent -is [System.Management.Automation.Language.StatementBlockAst] -or $node.Parent -is [System.Management.Automation.Language.NamedBlockAst])
            }, $true)
        $lines = @($statements | ForEach-Object { $_.Extent.StartLineNumber } | Select-Object -Unique)
        [void] (Set-PSBreakpoint -Script $path -Line $lines -Action { })
    }
}
$said = & "$PSScriptRoot/bench-pc.ps1" -ConfigurationPath $ConfigurationPath -SpoolPath $SpoolPath
if ($At -eq '') {
    $hits = [ordered] @{}
    foreach ($point in @(Get-PSBreakpoint)) { if ($point.HitCount -gt 0) { $hits[('{0}:{1}' -f $point.Script.Substring($engine.Length + 1), $point.Line)] = $point.HitCount } }
    ConvertTo-Json -InputObject $hits -Compress
}
$said
