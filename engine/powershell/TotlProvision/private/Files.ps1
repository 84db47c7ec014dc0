# Small files that survive a kill at any moment: written aside, flushed, put in place. Who may read them is their folder's affair.

# Writes bytes into a stream and on to the disk.
function Write-TotlStream {
    param([System.IO.FileStream] $Stream, [string] $Text)
    [byte[]] $bytes = ConvertTo-TotlUtf8 $Text
    $Stream.Write($bytes, 0, $bytes.Length)
    $Stream.Flush($true)
}

# Replaces a file as a whole, or leaves the old one.
function Write-TotlWhole {
    param([string] $Path, [string] $Text)
    $aside = $Path + '.tmp'
    $stream = New-Object System.IO.FileStream -ArgumentList $aside, ([System.IO.FileMode]::Create), ([System.IO.FileAccess]::Write)
    try { Write-TotlStream $stream $Text } finally { $stream.Dispose() }
    if ([System.IO.File]::Exists($Path)) {
        # PowerShell makes an empty string of null for a text parameter; this is a null that stays one.
        [System.IO.File]::Replace($aside, $Path, [System.Management.Automation.Language.NullString]::Value)
    }
    else { [System.IO.File]::Move($aside, $Path) }
}

# Adds a line, or several with a line feed between them, to a file. What a kill left without its end is ended first, so that it never takes this line with it.
function Add-TotlLine {
    param([string] $Path, [string] $Line)
    $stream = New-Object System.IO.FileStream -ArgumentList $Path, ([System.IO.FileMode]::OpenOrCreate), ([System.IO.FileAccess]::ReadWrite)
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

# A file's text, or null where there is none.
function Read-TotlText {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return $null }
    ConvertFrom-TotlUtf8 ([System.IO.File]::ReadAllBytes($Path))
}

# The text of a file of one word, as a number or an id; null where there is none, or bytes that are no text.
function Read-TotlWord {
    param([string] $Path)
    try { Read-TotlText $Path } catch { $null }
}

# A file's lines, each decoded for itself: where a kill cut through a character, that line alone is no text, and comes out empty.
function Read-TotlLines {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return }
    # Here each byte is one character, so that lines are found before they are read.
    $bytewise = [System.Text.Encoding]::GetEncoding('iso-8859-1')
    $text = $bytewise.GetString([System.IO.File]::ReadAllBytes($Path))
    # A file system may leave zeros where a power cut lost what was written; a line behind them is whole. Zeros alone leave no line, and yet
    # something is gone: an empty one says so.
    $whole = $text.Replace("`0", '')
    if ($whole.Length -lt $text.Length) { '' }
    foreach ($line in $whole.Split([char] 10)) {
        if ($line.Length -eq 0) { continue }
        try { ConvertFrom-TotlUtf8 ($bytewise.GetBytes($line)) } catch { '' }
    }
}

# Moves a file that cannot be used out of the way, but keeps it. It may be gone already: another process does the same.
function Move-TotlAside {
    param([string] $Path)
    $folder = Join-Path -Path ([System.IO.Path]::GetDirectoryName($Path)) -ChildPath 'set-aside'
    [void] [System.IO.Directory]::CreateDirectory($folder)
    if (-not [System.IO.File]::Exists($Path)) { return }
    try { Move-Item -LiteralPath $Path -Destination (Join-Path -Path $folder -ChildPath ([System.IO.Path]::GetFileName($Path))) -Force }
    # In use, as by a virus scanner: it is looked at again the next time.
    catch { Write-Warning -Message ('A spool entry is in use: ' + [System.IO.Path]::GetFileName($Path)) }
}
