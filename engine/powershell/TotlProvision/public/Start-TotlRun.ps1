function Start-TotlRun {
    <#
    .SYNOPSIS
    Begins a run, or updates what is known about one after a rename or a reboot.
    .DESCRIPTION
    Nothing is sent: the run is written into the spool, and Send-TotlReport sends it with its events.
    A run that an image brought from another PC goes on under another id, which is the one returned, where this PC has an id of its own.
    .PARAMETER Session
    From New-TotlSession.
    .PARAMETER Machine
    From Get-TotlMachine, as the PC is now.
    .PARAMETER Phases
    The plan: names of phases in order, in lower-case letters, digits and _; anything else is converted.
    .PARAMETER RunId
    The id of a run that goes on. If it is left out, a new run begins.
    .PARAMETER EngineVersion
    The version of the script that provisions.
    .EXAMPLE
    $run = Start-TotlRun -Session $session -Machine $machine -Phases 'preflight', 'rename', 'bitlocker', 'local_admin'
    .OUTPUTS
    The run's id. Keep it across reboots.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Session,
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [AllowEmptyString()] [ValidateCount(0, 32)] [string[]] $Phases,
        [string] $RunId = '',
        [string] $EngineVersion = ''
    )
    $ErrorActionPreference = 'Stop'
    $startedAt = Get-TotlNow
    if ([string]::IsNullOrEmpty($RunId)) { $RunId = New-TotlUuid }
    if (-not (Test-TotlText $RunId $script:UuidPattern)) { throw 'RunId must be a lower-case UUID.' }
    $RunId = Get-TotlRunId $Session.SpoolPath $RunId
    $plan = @(Get-TotlPlan $Phases)
    $path = Get-TotlSpoolPath $Session.SpoolPath 'runs' ($RunId + '.json')
    $volumes = ''
    $before = Read-TotlEntry $path
    if ($null -ne $before) {
        $volumes = Get-TotlVolumesText $before
        $run = Get-TotlMember (ConvertFrom-Json -InputObject $before) 'run'
        if (Test-TotlInteger (Get-TotlMember $run 'startedAt') 0) { $startedAt = $run.startedAt }
    }
    $run = [ordered] @{ id = $RunId; startedAt = $startedAt }
    $version = Limit-TotlText $EngineVersion 32
    if ($null -ne $version) { $run['engineVersion'] = $version }
    $run['phases'] = $plan
    $envelope = ConvertTo-TotlJson ([ordered] @{ machine = $Machine; run = $run })
    Write-TotlAlone $Session.SpoolPath $path (Set-TotlVolumesText $envelope $volumes)
    $RunId
}
