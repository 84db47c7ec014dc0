# Why the engine stops or waits, as values; a public function turns one into an error in one place. None carries a token, a plaintext or a ciphertext.

# A refusal: a stable code (engine/refusal.ts has the same) and one clear sentence. Only: it concerns the one item that was sent, and the rest
# may go on; that item is set aside (set_aside), or waits in its place (waits).
function New-TotlRefusal {
    param([string] $Code, [string] $Message, [string] $Only = '')
    [pscustomobject] @{ Ok = $false; Code = $Code; Message = $Message; Only = $Only }
}

# The error that a public function throws for a refusal. Its code is in Exception.Data['TotlCode'] and is the error's id.
function New-TotlError {
    param([string] $Code, [string] $Message)
    $exception = [System.InvalidOperationException]::new($Message)
    $exception.Data['TotlCode'] = $Code
    [System.Management.Automation.ErrorRecord]::new($exception, $Code, 'InvalidResult', $null)
}

# Returns a result that is not a refusal; throws otherwise.
function Assert-TotlOk {
    param($Result)
    if (-not $Result.Ok) { throw (New-TotlError $Result.Code $Result.Message) }
    $Result
}
