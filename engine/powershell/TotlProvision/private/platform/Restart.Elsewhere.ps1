# Where nothing can be registered to run after a restart, as in WinPE or on another system.

function Register-TotlResume {
    param([string] $Program, [string] $Arguments)
    throw (New-TotlError 'no_resume' 'Nothing can be registered here to run after the restart: pass -NoResume, and call the script again from what starts then.')
}

function Unregister-TotlResume {
}

function Restart-TotlComputer {
    throw (New-TotlError 'no_restart' 'This system is not restarted by PowerShell: pass -NoRestart, and restart it by its own means, in WinPE by wpeutil reboot.')
}
