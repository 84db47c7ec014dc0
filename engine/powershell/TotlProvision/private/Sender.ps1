# Sends what is in the spool while the script that provisions goes on: in a runspace of its own in the same process, which ends with it. It says
# nothing to the script and never stops it; what it could not send is in the spool.

# How long the sender rests after it has sent, so that a script that writes a thousand lines does not make as many requests.
$script:SenderRestMs = 1000
# After a failure it tries again by itself.
$script:SenderAgainMs = 15000
# At most this long the end of a script waits for a request that is under way.
$script:SenderEndMs = 5000

# What runs in the runspace: the module loads itself there once.
$script:SenderWork = {
    param($Manifest, $Session, $Box)
    Import-Module -Name $Manifest
    & (Get-Module -Name 'TotlProvision') { param($Given, $Kept) Invoke-TotlSender $Given $Kept } $Session $Box
}

# Sends whenever it is told to, until it is told to stop.
function Invoke-TotlSender {
    param($Session, $Box)
    while ($true) {
        $wait = if ($null -eq $Box.Failure) { -1 } else { $script:SenderAgainMs }
        [void] $Box.Signal.WaitOne($wait)
        if ($Box.Stop) { return }
        try {
            # Only those that an earlier session left: what this one seals, its own command sends. One that is not taken waits for the next attempt.
            $isAway = $false
            $left = @(foreach ($eid in @($Box.Waiting)) {
                    if ($isAway) { $eid; continue }
                    $result = Send-TotlSealed $Session $eid 1
                    if ($result.Ok -or $result.Only -eq 'set_aside') { continue }
                    $eid
                    $isAway = $result.Only -ne 'waits'
                })
            $Box.Waiting = $left
            Send-TotlOnce $Session
            $Box.Failure = if ($left.Count -gt 0) { 'A sealed secret of an earlier session waits.' } else { $null }
        }
        catch { $Box.Failure = $_.Exception.Message }
        Start-Sleep -Milliseconds $script:SenderRestMs
    }
}

# Starts it. Without one, events leave at the end.
function Start-TotlSender {
    param($Session)
    try {
        $signal = [System.Threading.AutoResetEvent]::new($false)
        $box = [hashtable]::Synchronized(@{ Signal = $signal; Stop = $false; Failure = $null; Waiting = @(Get-TotlWaiting $Session.SpoolPath) })
        [System.Management.Automation.PowerShell] $shell = [System.Management.Automation.PowerShell]::Create()
        $manifest = Join-Path -Path $script:ModuleRoot -ChildPath 'TotlProvision.psd1'
        [void] $shell.AddScript([string] $script:SenderWork)
        foreach ($argument in @($manifest, $Session, $box)) { [void] $shell.AddArgument($argument) }
        $Session.Sender = [pscustomobject] @{ Shell = $shell; Box = $box; Handle = $shell.BeginInvoke() }
    }
    catch { Write-Warning -Message ('Events leave at the end only: ' + $_.Exception.Message) }
}

# Has it send what is in the spool now.
function Send-TotlSignal {
    param($Session)
    if ($null -ne $Session.Sender) { [void] $Session.Sender.Box.Signal.Set() }
}

# Ends it. A request that hangs is left to itself: it holds no lock, and what it sends is harmless to send again.
function Stop-TotlSender {
    param($Session)
    $sender = $Session.Sender
    if ($null -eq $sender) { return }
    $Session.Sender = $null
    $sender.Box.Stop = $true
    [void] $sender.Box.Signal.Set()
    [System.Management.Automation.PowerShell] $shell = $sender.Shell
    [System.Threading.WaitHandle] $ended = $sender.Handle.AsyncWaitHandle
    if ($ended.WaitOne($script:SenderEndMs)) { $shell.Dispose() }
    else { [void] $shell.BeginStop($null, $null) }
}

# Sends the events of a session's run once, without trying again.
function Send-TotlOnce {
    param($Session)
    $run = Read-TotlRun $Session.SpoolPath (Get-TotlRunId $Session.SpoolPath $Session.RunId)
    if ($null -ne $run -and $null -eq $run.Halt) { [void] (Assert-TotlOk (Send-TotlRun $Session $run 1)) }
}
