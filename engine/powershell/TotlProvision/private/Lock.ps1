# One process at a time writes to a spool: two that take the same number for an event, or write the same temporary file, would spoil each other's work.

# Waits until no other process writes into a spool, and returns what to dispose of when the write is done. The system releases it when its
# holder ends, however that ends. Held for one write, never for a request.
function Enter-TotlSpool {
    param([string] $Folder)
    $path = Join-Path -Path $Folder -ChildPath 'in-use'
    for ($tries = 3000; ; $tries--) {
        try {
            return [System.IO.FileStream]::new($path, [System.IO.FileMode]::OpenOrCreate, [System.IO.FileAccess]::ReadWrite, [System.IO.FileShare]::None)
        }
        catch {
            # It is open elsewhere. Waiting helps against nothing else, such as a folder that may not be written.
            $isTaken = $_.Exception.InnerException -is [System.IO.IOException] -or $_.Exception -is [System.IO.IOException]
            if (-not $isTaken -or $tries -lt 1) { throw }
        }
        Start-Sleep -Milliseconds 10
    }
}
