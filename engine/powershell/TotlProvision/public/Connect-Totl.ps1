function Connect-Totl {
    <#
    .SYNOPSIS
    Reads the configuration file and begins a run, or goes on with the one that a restart has interrupted.
    .DESCRIPTION
    The other commands then need no session to be passed. Events are sent in the background while your script goes on, at the latest two seconds
    after they are written if the server can be reached. What an earlier session could not send goes first.
    A run goes on if the spool has its handover: same PC, no older than a week. Phases that were done are then passed over by Invoke-TotlPhase.
    This is the only command for a build that stops it: with a wrong configuration file, or where the spool cannot be written, nothing would be escrowed.
    Errors: bad_configuration, no_spool.
    .PARAMETER ConfigurationPath
    The configuration file that the portal made with the token.
    .PARAMETER Phases
    The plan: names of phases in order, at most 32. A phase that is not in the plan is shown once it begins. One that never runs makes the run a
    failed one: name only those that this PC is to have.
    .PARAMETER Client
    Whose PC it is, as people at the MSP call the customer.
    .PARAMETER EngineVersion
    The version of your script.
    .PARAMETER SpoolPath
    Where unsent events and ciphertexts are kept, on the PC's own disk. In WinPE name a folder on the disk that Windows will start from.
    .PARAMETER Proxy
    The address of a proxy. If it is left out, the system's proxy is used.
    .PARAMETER ProxyCredential
    The credential for the proxy.
    .PARAMETER NewRun
    Begins a new run, whatever the spool says.
    .PARAMETER Check
    For Test-TotlEscrow on a PC in use: goes on with the run of the PC's last build, as the spool knows it, or else with one run for all checks of this PC;
    nothing in the background.
    .EXAMPLE
    Connect-Totl E:\totl\engine.json -Client 'Harbour Dental' -Phases 'apps', 'bitlocker', 'local_admin'
    .OUTPUTS
    The session; a script with one run may ignore it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)] [string] $ConfigurationPath,
        [ValidateCount(0, 32)] [string[]] $Phases = @(),
        [string] $Client = '',
        [string] $EngineVersion = '',
        [string] $SpoolPath = (Join-Path -Path ([Environment]::GetFolderPath('CommonApplicationData')) -ChildPath 'TotlProvision'),
        [Uri] $Proxy,
        [System.Management.Automation.PSCredential] $ProxyCredential,
        [switch] $NewRun,
        [switch] $Check
    )
    $ErrorActionPreference = 'Stop'
    if ($null -ne $script:Connected) { Stop-TotlSender $script:Connected }
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ConfigurationPath)
    $folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($SpoolPath)
    try { $session = New-TotlSession -ConfigurationPath $file -SpoolPath $folder -Proxy $Proxy -ProxyCredential $ProxyCredential }
    catch {
        if ((Get-TotlCode $_) -ne '') { throw }
        throw (New-TotlError 'no_spool' ('The spool cannot be written: run this elevated, with a folder on a local disk. {0}' -f $_.Exception.Message))
    }
    if ($folder -like 'X:\*' -and $env:SystemDrive -eq 'X:') {
        Write-Warning -Message 'This spool is in the memory of WinPE, and is lost with the restart: pass -SpoolPath with a folder on the disk.'
    }
    $machine = Get-TotlMachine -Session $session -Client $Client
    $kept = $null
    if (-not $NewRun) { $kept = Read-TotlHandover $folder $Check.IsPresent $machine.id }
    $plan = @(Get-TotlPlan $Phases)
    if ($plan.Count -eq 0 -and $null -ne $kept) { $plan = @($kept.Phases) }
    $given = @{ Session = $session; Machine = $machine; Phases = $plan; EngineVersion = $EngineVersion }
    if ($null -ne $kept) { $given['RunId'] = $kept.Run }
    $members = [ordered] @{
        Machine  = $machine
        RunId    = Start-TotlRun @given
        Phases   = $plan
        Phase    = ''
        Check    = $Check.IsPresent
        Done     = New-Object System.Collections.ArrayList
        Failed   = New-Object System.Collections.ArrayList
        Before   = @()
        Calls    = New-Object System.Collections.ArrayList
        Build    = ''
        WasBad   = $false
        Restarts = 0
        Restarting = $false
        Known    = New-Object System.Collections.ArrayList
        Sender   = $null
    }
    foreach ($name in @($members.Keys)) { $session | Add-Member -NotePropertyName $name -NotePropertyValue $members[$name] }
    if ($null -ne $kept) {
        [System.Collections.ArrayList] $failed = $session.Failed
        [System.Collections.ArrayList] $done = $session.Done
        foreach ($phase in $kept.Failed) { [void] $failed.Add($phase) }
        foreach ($phase in $kept.Done) { [void] $done.Add($phase) }
        $session.Before = @($kept.Done)
        $session.Restarts = $kept.Restarts
        if ($Check) {
            $session.Build = $kept.Build
            $session.WasBad = $kept.Failed.Count -gt 0
        }
    }
    $script:Connected = $session
    Save-TotlHandover $session
    try { Unregister-TotlResume } catch { Write-Warning -Message ('The task of the last restart is still there: ' + $_.Exception.Message) }
    if ($null -eq $kept) { Add-TotlOwnEvent $session 'The run begins' 'run_started' }
    elseif (-not $Check) { Add-TotlOwnEvent $session 'The run goes on' }
    # A check may stand beside a build that is changing a password right now.
    if (-not $Check) {
        try { Resolve-TotlChange $session } catch { Write-Warning -Message ('How the last change of a password ended is not known: ' + $_.Exception.Message) }
        # Only now: it may bring the receipt of what the last start left.
        Start-TotlSender $session
        Send-TotlSignal $session
    }
    $session
}
