# What a process of its own needs of Pester's: its drive, its scope of a module, and a server to ask. It knows no token.

# Pester's: a script in the scope of a module.
function InModuleScope {
    param([string] $Name, [scriptblock] $Script)
    & (Get-Module -Name $Name) $Script
}

function Disable-Waiting {
    InModuleScope TotlProvision { $script:BaseDelayMs = 0 }
}

function Invoke-Reference {
    param([string] $Path)
    Invoke-RestMethod -UseBasicParsing -Method 'Post' -Uri ($Control + $Path) -ContentType 'application/json' -Body '{}'
}

# A build of three phases, as a script of an MSP has it. The first ends when the sender in the background has brought an event to the server.
function Invoke-Build {
    param([string] $File, [string] $Spool)
    [void] (Connect-Totl $File -SpoolPath $Spool -Phases 'apps', 'bitlocker', 'local_admin')
    Invoke-TotlPhase apps {
        Write-TotlLog 'Office is installed'
        Wait-Until { @((Invoke-Reference '/kept').runs).Count -gt 0 }
    }
    Invoke-TotlPhase bitlocker { [void] (Protect-TotlBitLocker C:) }
    Invoke-TotlPhase local_admin { [void] (Protect-TotlLocalAdmin LocalAdmin -Create) }
    Disconnect-Totl
}
