# A command line as Windows' programs take it apart: what a script is called with after a restart.

# Each argument in quotes. A quote has no spelling that every program reads alike, and a backslash at the end would hide the closing one.
function Get-TotlCommandLine {
    param([string[]] $Words)
    $quoted = foreach ($word in $Words) {
        if ($word -cmatch '["\x00-\x1f]') { throw (New-TotlError 'no_resume' 'An argument may have no quotes and no line ends.') }
        if ($word -cmatch '^[A-Za-z0-9_.:/-]+\z') { $word }
        else { '"' + ($word -creplace '(\\+)\z', '$1$1') + '"' }
    }
    @($quoted) -join ' '
}

# The names of the parameters that a script was started with, if it is one of those that have led here. Never their values.
function Get-TotlStartedWith {
    param([string] $Path)
    foreach ($frame in @(Get-PSCallStack)) {
        $about = $frame.InvocationInfo
        if ($about.MyCommand -isnot [System.Management.Automation.ExternalScriptInfo] -or $about.MyCommand.Path -ne $Path) { continue }
        foreach ($name in @($about.BoundParameters.Keys)) { '-' + $name }
        if ($about.UnboundArguments.Count -gt 0) { 'arguments without a name' }
    }
}
