# Small files that survive a kill at any moment: written under another name, flushed, moved into place. Their folder decides who may read them.

# Writes bytes into a stream and flushes them to the disk.
function Write-TotlStream {
    param([System.IO.FileStream] $Stream, [string] $Text)
    [byte[]] $bytes = ConvertTo-TotlUtf8 $Text
    $Stream.Write($bytes, 0, $bytes.Length)
    $Stream.Flush($true)
}

# Replaces a whole file, or leaves the old one.
function Write-TotlWhole {
    param([string] $Path, [string] $Text)
    $aside = $Path + '.tmp'
    $stream = [System.IO.FileStream]::new($aside, [System.IO.FileMode]::Create, [System.IO.FileAccess]::Write)
    try { Write-TotlStream $stream $Text } finally { $stream.Dispose() }
    if ([System.IO.File]::Exists($Path)) {
        # PowerShell turns null into an empty string for a text parameter; this null stays null.
        [System.IO.File]::Replace($aside, $Path, [System.Management.Automation.Language.NullString]::Value)
    }
    else { [System.IO.File]::Move($aside, $Path) }
}

# Appends a line, or several with a line feed between them, to a file. A line that a kill left without its end is ended first, so that it cannot damage this one.
function Add-TotlLine {
    param([string] $Path, [string] $Line)
    $stream = [System.IO.FileStream]::new($Path, [System.IO.FileMode]::OpenOrCreate, [System.IO.FileAccess]::ReadWrite)
    try {
        $before = ''
        if ($stream.Length -gt 0) {
            [void] $stream.Seek(-1, [System.IO.SeekOrigin]::End)
            if ($stream.ReadByte() -ne 10) { $before = "`n" }
        }
        Write-TotlStream $stream ($before + $Line + "`n")
    }
    finally { $stream.Dispose() }
}

# A file's bytes as they are now. Somebody else may write to it meanwhile, or replace it: a reader must never be why an event cannot be kept.
function Read-TotlBytes {
    param([string] $Path)
    $stream = [System.IO.FileStream]::new($Path, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, [System.IO.FileShare] 'ReadWrite, Delete')
    try {
        $bytes = [byte[]]::new([int] $stream.Length)
        $read = 0
        while ($read -lt $bytes.Length) {
            $count = $stream.Read($bytes, $read, $bytes.Length - $read)
            if ($count -eq 0) { break }
            $read += $count
        }
    }
    finally { $stream.Dispose() }
    return , $bytes
}

# A file's text, or null if there is no file.
function Read-TotlText {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return $null }
    ConvertFrom-TotlUtf8 (Read-TotlBytes $Path)
}

# The text of a file with one word, such as a number or an id; null if there is no file, or if its bytes are not text.
function Read-TotlWord {
    param([string] $Path)
    try { Read-TotlText $Path } catch { $null }
}

# A file's lines, each decoded separately: if a kill cut through a character, only that line is not text, and comes out empty.
function Read-TotlLines {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return }
    # Here each byte is one character, so that lines are found before they are read.
    $bytewise = [System.Text.Encoding]::GetEncoding('iso-8859-1')
    $text = $bytewise.GetString((Read-TotlBytes $Path))
    # A file system may leave zeros where a power cut lost what was written; a line after them is whole. Zeros alone leave no line, and yet
    # something is gone: an empty line says so.
    $whole = $text.Replace("`0", '')
    if ($whole.Length -lt $text.Length) { '' }
    foreach ($line in $whole.Split([char] 10)) {
        if ($line.Length -eq 0) { continue }
        try { ConvertFrom-TotlUtf8 ($bytewise.GetBytes($line)) } catch { '' }
    }
}

# Moves an unusable file out of the way, but keeps it. It may be gone already, since another process does the same.
function Move-TotlAside {
    param([string] $Path)
    $folder = Join-Path -Path ([System.IO.Path]::GetDirectoryName($Path)) -ChildPath 'set-aside'
    [void] [System.IO.Directory]::CreateDirectory($folder)
    if (-not [System.IO.File]::Exists($Path)) { return }
    try { Move-Item -LiteralPath $Path -Destination (Join-Path -Path $folder -ChildPath ([System.IO.Path]::GetFileName($Path))) -Force }
    # It is in use, for instance by a virus scanner; the next time looks at it again.
    catch { Write-Warning -Message ('A spool entry is in use: ' + [System.IO.Path]::GetFileName($Path)) }
}
