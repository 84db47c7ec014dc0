# A PC on a bench that loses its power: runs bench-pc.ps1, and kills itself (SIGKILL) before the so-manieth statement of the module that reads,
# writes or sends. 0: it lives, and the last line but one says how many such statements there were.
# usage: pwsh -File killed-pc.ps1 -ConfigurationPath FILE -SpoolPath FOLDER -KillAt NUMBER
param(
    [Parameter(Mandatory = $true)] [string] $ConfigurationPath,
    [Parameter(Mandatory = $true)] [string] $SpoolPath,
    [int] $KillAt = 0
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$engine = Join-Path -Path $PSScriptRoot -ChildPath '../../engine/powershell'
$global:passed = 0
$global:killAt = $KillAt
$step = {
    $global:passed++
    if ($global:passed -eq $global:killAt) { [System.Diagnostics.Process]::GetCurrentProcess().Kill() }
}
# Not the files that only reckon: most statements of a run are theirs, and nothing is half done between them.
$files = @('Aside', 'Escrow', 'Files', 'Lock', 'Lost', 'MachineId', 'Report', 'Spool', 'Transport' | ForEach-Object { "$engine/TotlProvision/private/$_.ps1" }) +
    @(Get-ChildItem -LiteralPath "$engine/TotlProvision/public" -File | ForEach-Object { $_.FullName }) + "$engine/examples/Invoke-Provisioning.ps1"
foreach ($file in $files) {
    $path = (Resolve-Path -LiteralPath $file).ProviderPath
    $root = [System.Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $null)
    $statements = $root.FindAll({ param($node) $node -is [System.Management.Automation.Language.PipelineBaseAst] -and $node.Parent -is [System.Management.Automation.Language.StatementBlockAst] -or $node.Parent -is [System.Management.Automation.Language.NamedBlockAst] }, $true)
    $lines = @($statements | ForEach-Object { $_.Extent.StartLineNumber } | Select-Object -Unique)
    [void] (Set-PSBreakpoint -Script $path -Line $lines -Action $step)
}
$said = & "$PSScriptRoot/bench-pc.ps1" -ConfigurationPath $ConfigurationPath -SpoolPath $SpoolPath
$global:passed
$said
