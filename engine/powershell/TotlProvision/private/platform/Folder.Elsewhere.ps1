# The spool's folder where there are no access lists: nobody but its owner gets into it, whatever the files in it say.

# Makes a folder, if it is not there, that only its owner may enter.
function New-TotlFolder {
    param([string] $Path)
    $owner = [System.IO.UnixFileMode] 'UserRead, UserWrite, UserExecute'
    [void] [System.IO.Directory]::CreateDirectory($Path, $owner)
    # One that was there before had a mode of its own.
    [System.IO.File]::SetUnixFileMode($Path, $owner)
}
