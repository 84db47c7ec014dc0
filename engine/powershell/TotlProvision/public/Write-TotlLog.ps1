function Write-TotlLog {
    <#
    .SYNOPSIS
    Adds a message to the run, in the phase that is under way.
    .DESCRIPTION
    Whatever is or looks like a secret is taken out of it: passwords that this session has made, recovery passwords, tokens, what follows a word such as password.
    Do not rely on it: never put a secret into a message. An empty one, as a blank line of a program, is left out. This never throws. Without a session it does
    nothing.
    .PARAMETER Message
    What happened, for people. Anything that is not text is turned into text.
    .PARAMETER Level
    How serious it is.
    .PARAMETER Data
    Further members: text, numbers, truth values, lists of text.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    Write-TotlLog 'Office is installed' -Data @{ channel = 'current' }
    .EXAMPLE
    winget upgrade --all | Write-TotlLog -Level debug
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] $Message,
        [ValidateSet('debug', 'info', 'warning', 'error')] [string] $Level = 'info',
        $Data = $null,
        $Session = $null
    )
    begin {
        $ErrorActionPreference = 'Stop'
        $totl = Get-TotlConnected $Session
    }
    process {
        if ($null -eq $totl) { return }
        try {
            $text = ConvertTo-TotlText $Message
            if ($text.Length -gt 0 -or $null -ne $Data) { Add-TotlOwnEvent $totl $text 'message' $Level $totl.Phase $Data }
        }
        catch { Write-Warning -Message ('A message was not kept: ' + $_.Exception.Message) }
    }
}
