# The spool's folder where there are no access lists: only its owner gets into it, whatever the modes of the files in it.

# Makes a folder that only its owner may enter, if it is not there.
function New-TotlFolder {
    param([string] $Path)
    $owner = [System.IO.UnixFileMode] 'UserRead, UserWrite, UserExecute'
    [void] [System.IO.Directory]::CreateDirectory($Path, $owner)
    # A folder that was there before had a mode of its own.
    [System.IO.File]::SetUnixFileMode($Path, $owner)
}
