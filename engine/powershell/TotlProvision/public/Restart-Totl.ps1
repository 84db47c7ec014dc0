function Restart-Totl {
    <#
    .SYNOPSIS
    Restarts the PC, and has the script go on afterwards with the same run.
    .DESCRIPTION
    Reports the restart, sends what is unsent for at most some seconds, and registers a task that starts the script again as SYSTEM, once Windows has started.
    There Connect-Totl takes the task away, the numbers of events go on, and Invoke-TotlPhase passes over what is done. Call it between two phases: a
    phase that restarts the PC begins again. Windows takes its time to end the script: until then Invoke-TotlPhase runs no further block, and
    Disconnect-Totl does not end the run.
    Nothing secret may be among the arguments: everybody who administers the PC can read a task.
    Errors: no_resume, before anything else is done, and no_restart.
    .PARAMETER Script
    The script that goes on, on a disk that is there after the restart. If it is left out, the one that calls this.
    .PARAMETER Arguments
    Its arguments, with full paths: the task starts in another folder. If the script that calls this was started with any, they have to be said here,
    since nothing else passes them on; an empty list says that it needs none.
    .PARAMETER NoResume
    Registers nothing: something else starts the script again, as a task sequence does.
    .PARAMETER NoRestart
    Does not restart the PC: something else does.
    .PARAMETER Session
    From Connect-Totl, if it is not the latest.
    .EXAMPLE
    Restart-Totl -Arguments '-ConfigurationPath', 'C:\totl\engine.json'
    #>
    [CmdletBinding()]
    param(
        [string] $Script = '',
        [string[]] $Arguments = @(),
        [switch] $NoResume,
        [switch] $NoRestart,
        $Session = $null
    )
    $ErrorActionPreference = 'Stop'
    $totl = Assert-TotlConnected $Session -AlsoRestarting
    $path = $Script
    if ($path -eq '') { $path = [string] $MyInvocation.ScriptName }
    if (-not $NoResume) {
        $path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($path)
        if (-not [System.IO.File]::Exists($path)) { throw (New-TotlError 'no_resume' 'There is no script to go on with: name it by -Script, or pass -NoResume.') }
        if ([Array]::IndexOf(@($PSBoundParameters.Keys), 'Arguments') -lt 0) {
            $started = @(Get-TotlStartedWith $path)
            if ($started.Count -gt 0) {
                throw (New-TotlError 'no_resume' ('The script was started with {0}: pass its -Arguments, with full paths, or an empty list if it needs none.' -f ($started -join ', ')))
            }
        }
        $program = if ($PSVersionTable.PSEdition -eq 'Desktop') { 'powershell.exe' } else { 'pwsh.exe' }
        $line = Get-TotlCommandLine (@('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $path) + $Arguments)
        try { Register-TotlResume (Join-Path -Path $PSHOME -ChildPath $program) $line }
        catch {
            if ((Get-TotlCode $_) -ne '') { throw }
            throw (New-TotlError 'no_resume' ('Windows registered nothing to go on with: {0}' -f $_.Exception.Message))
        }
    }
    $totl.Restarts += 1
    try { Save-TotlHandover $totl } catch { Write-Warning -Message ('The handover was not kept: ' + $_.Exception.Message) }
    Add-TotlOwnEvent $totl 'The PC restarts' 'reboot' 'info' $totl.Phase
    Stop-TotlSender $totl
    try { Send-TotlOnce $totl } catch { Write-Warning -Message $_.Exception.Message }
    $totl.Restarting = $true
    if ($NoRestart) { return }
    try { Restart-TotlComputer }
    catch {
        # The script is still there, and may go on.
        $totl.Restarting = $false
        Start-TotlSender $totl
        if ((Get-TotlCode $_) -ne '') { throw }
        throw (New-TotlError 'no_restart' ('Windows does not restart: {0}' -f $_.Exception.Message))
    }
}
