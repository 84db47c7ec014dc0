# When a request is tried again, and after how long: the decisions of engine/transport.ts, pure. The random number is passed in.
$script:Attempts = 6
$script:BaseDelayMs = 500
$script:MaxDelayMs = 60000

# Whether an answer is final: a success in JSON, whose form the caller judges, or a refusal by our server that does not pass. Not final are a
# network fault (status 0), a 5xx, a 429, and an answer from anybody else.
function Test-TotlFinal {
    param([int] $Status, [bool] $HasJson, $Code)
    if ($Status -ge 200 -and $Status -lt 300) { return $HasJson }
    $null -ne $Code -and $Status -lt 500 -and $Status -ne 429
}

# The wait that a Retry-After in seconds asks for, in milliseconds; a server cannot ask for more than a minute.
function Get-TotlRetryAfter {
    param([double] $Seconds)
    [Math]::Max([double] 0, [Math]::Min([double] $script:MaxDelayMs, $Seconds * 1000))
}

# How long to wait after an attempt, counted from 0: exponential with full jitter, on top of the Retry-After, since many are told the same one. The random number is 0 to 1.
function Get-TotlDelay {
    param([int] $Attempt, [double] $RetryAfterMs, [double] $Chance)
    $ceiling = [Math]::Min([double] $script:MaxDelayMs, $script:BaseDelayMs * [Math]::Pow(2, $Attempt))
    $RetryAfterMs + $Chance * $ceiling
}
