# What the test files share: a fresh module; the shared vectors; and the reference kit's view of what the module did. The runner
# starts test/foreign/pester-server.ts, and names its settings in TOTL_TEST_SERVER.
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../TotlProvision/TotlProvision.psd1') -Force
if ([string]::IsNullOrEmpty($env:TOTL_TEST_SERVER)) { throw 'Run the tests by: npm run test:powershell' }
$script:settings = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($env:TOTL_TEST_SERVER))

# A file of schema/vectors.
function Get-Vectors {
    param([string] $Name)
    $file = Join-Path -Path $PSScriptRoot -ChildPath ('../../../schema/vectors/' + $Name)
    ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
}

# Asks the server that runs beside the one that the module talks to.
function Invoke-Reference {
    param([string] $Path, $Asked = @{})
    $json = ConvertTo-Json -InputObject $Asked -Depth 10 -Compress
    # Not $script:settings: a double in a test is called by a script of its own.
    $parameters = @{ Method = 'Post'; Uri = $settings.control + $Path; ContentType = 'application/json; charset=utf-8' }
    Invoke-RestMethod -UseBasicParsing @parameters -Body ([System.Text.Encoding]::UTF8.GetBytes($json))
}

# A folder that does not exist yet.
function New-FolderName {
    Join-Path -Path $TestDrive -ChildPath ([Guid]::NewGuid().ToString())
}

# Starts a script's text with arguments in a PowerShell of its own. Returns the process.
function Start-OtherShell {
    param([string] $Text)
    $file = (New-FolderName) + '.ps1'
    [System.IO.File]::WriteAllText($file, $Text)
    Start-OtherScript $file $args
}

# Starts a script's file with arguments in a PowerShell of its own, which has options too, and writes errors into a file. Returns the process.
function Start-OtherScript {
    param([string] $File, [object[]] $Arguments, [string[]] $Options = @(), [string] $ErrorPath = '')
    $shell = (Get-Process -Id $PID).Path
    $words = @($Options + @('-NoProfile', '-File', $File) + $Arguments | ForEach-Object { '"{0}"' -f $_ })
    # As a tool of .NET, PowerShell is a library that dotnet runs.
    if ([System.IO.Path]::GetFileNameWithoutExtension($shell) -eq 'dotnet') { $words = @('"{0}"' -f [Environment]::GetCommandLineArgs()[0]) + $words }
    $written = @{}
    if ($ErrorPath -ne '') { $written['RedirectStandardError'] = $ErrorPath }
    Start-Process -FilePath $shell -PassThru -ArgumentList $words @written
}

# A session of a PC; with a given spool, a session of the same PC after a restart.
function New-TestSession {
    param([switch] $Unpinned, $File, [string] $Spool = (New-FolderName))
    if ($null -eq $File) { $File = if ($Unpinned) { $script:settings.unpinned } else { $script:settings.pinned } }
    $path = (New-FolderName) + '.json'
    [System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject $File -Depth 5))
    New-TotlSession -ConfigurationPath $path -SpoolPath $Spool
}

# The configuration file with other members.
function New-ConfigurationFile {
    param([hashtable] $Members)
    $file = @{}
    foreach ($property in $script:settings.pinned.PSObject.Properties) { $file[$property.Name] = $property.Value }
    foreach ($name in $Members.Keys) { $file[$name] = $Members[$name] }
    $file
}

# The waits between tries have tests of their own: here there are none.
function Disable-Waiting {
    InModuleScope TotlProvision { $script:BaseDelayMs = 0 }
}

# The code of the refusal that an act ends with; empty if it ends without one.
function Get-Refusal {
    param([scriptblock] $Act)
    try {
        [void] (& $Act)
        ''
    }
    catch { [string] $_.Exception.Data['TotlCode'] }
}

# Seals and escrows a secret of a run.
function Send-TestSecret {
    param($Session, [string] $Run, [string] $Secret = 'kq7-Vm2_plain')
    $key = Get-TotlTenantKey -Session $Session
    $sealed = Protect-TotlSecret -Key $key -MachineId (Get-TotlMachine -Session $Session).id -RunId $Run -Account 'Administrator' -Secret $Secret
    Send-TotlSecret -Session $Session -Sealed $sealed
}

# Every file under a folder.
function Get-FilesUnder {
    param([string] $Folder)
    @(Get-ChildItem -LiteralPath $Folder -Recurse -File | ForEach-Object { $_.FullName })
}
