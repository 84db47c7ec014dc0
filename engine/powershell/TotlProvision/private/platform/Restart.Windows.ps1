# What goes on after a restart of Windows: a task at its start, as SYSTEM, on battery too, however long it takes.
$script:ResumeTask = 'TotlProvision resume'

# Registers a program to run once Windows has started, in place of an earlier one.
function Register-TotlResume {
    param([string] $Program, [string] $Arguments)
    $task = @{
        Action    = New-ScheduledTaskAction -Execute $Program -Argument $Arguments -ErrorAction Stop
        Trigger   = New-ScheduledTaskTrigger -AtStartup -ErrorAction Stop
        Principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest -ErrorAction Stop
        Settings  = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit ([TimeSpan]::Zero) -ErrorAction Stop
    }
    [void] (Register-ScheduledTask -TaskName $script:ResumeTask -Force -ErrorAction Stop @task)
}

# Takes it away: it has started what it was for.
function Unregister-TotlResume {
    if ($null -eq (Get-ScheduledTask -TaskName $script:ResumeTask -ErrorAction Ignore)) { return }
    Unregister-ScheduledTask -TaskName $script:ResumeTask -Confirm:$false -ErrorAction Stop
}

function Restart-TotlComputer {
    Restart-Computer -Force -ErrorAction Stop
}
