# Runs every test file beside it, or in another folder, and counts, for `npm run test:powershell`. A test for another system is tagged with what it needs: Windows,
# Unix, or Core for PowerShell 7. It is distinguished from a skipped test, which counts as failed here.
param(
    [Parameter(Mandatory = $true)] [string] $Pester,
    [Parameter(Mandatory = $true)] [string] $Counts,
    [string] $Path = $PSScriptRoot
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name $Pester

$onWindows = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows
$elsewhere = @(if ($onWindows) { 'Unix' } else { 'Windows' })
if ($PSVersionTable.PSEdition -eq 'Desktop') { $elsewhere += 'Core' }

function Test-Tagged {
    param($Test, [string[]] $Tags)
    foreach ($tag in $Tags) {
        if ($Test.Tag -contains $tag) { return $true }
        for ($block = $Test.Block; $null -ne $block; $block = $block.Parent) { if ($block.Tag -contains $tag) { return $true } }
    }
    $false
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Filter.ExcludeTag = $elsewhere
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration

$others = @($result.Tests | Where-Object { $_.Result -eq 'NotRun' -and (Test-Tagged $_ $elsewhere) }).Count
$bad = $result.FailedCount + $result.SkippedCount + $result.InconclusiveCount + ($result.NotRunCount - $others) +
    $result.FailedBlocksCount + $result.FailedContainersCount
"$others need $($elsewhere -join ' or ')."
[System.IO.File]::WriteAllText($Counts, ('{{"passed":{0},"failed":{1}}}' -f $result.PassedCount, $bad))
if ($bad -gt 0 -or $result.PassedCount -eq 0) { exit 1 }
