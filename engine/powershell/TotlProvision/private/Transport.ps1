# One request to the machine routes, repeated when that helps. TLS 1.2; the token is in the header only and in no message.
$script:RequestTimeoutMs = 30000
$script:AnswerMaxBytes = 1048576

# The proxy of a session: the one that it was given, or the system's; with the given credential, or the account's own.
function Get-TotlProxy {
    param($Session)
    if ($null -ne $Session.Proxy) { $proxy = [System.Net.WebProxy]::new([Uri] $Session.Proxy) }
    else { $proxy = [System.Net.WebRequest]::GetSystemWebProxy() }
    if ($null -ne $Session.ProxyCredential) { $proxy.Credentials = $Session.ProxyCredential.GetNetworkCredential() }
    else { $proxy.Credentials = [System.Net.CredentialCache]::DefaultCredentials }
    $proxy
}

# The token as text, for one header.
function Get-TotlToken {
    param($Session)
    [System.Net.NetworkCredential]::new('', $Session.Token).Password
}

# One try: status (0 if there was no answer), JSON, the code of our server's refusal, and Retry-After. A redirect is not followed: the token
# goes to the configured address only.
function Invoke-TotlOnce {
    param($Session, [string] $Method, [string] $Path, $Body, [string] $ContentType)
    $none = [pscustomobject] @{ Status = 0; Json = $null; HasJson = $false; Code = $null; RetryAfterMs = [double] 0 }
    $handler = New-Object System.Net.Http.HttpClientHandler
    $handler.AllowAutoRedirect = $false
    $handler.UseCookies = $false
    $handler.SslProtocols = [System.Security.Authentication.SslProtocols]::Tls12
    $handler.Proxy = Get-TotlProxy $Session
    $handler.UseProxy = $true
    $client = [System.Net.Http.HttpClient]::new($handler)
    try {
        $client.Timeout = [TimeSpan]::FromMilliseconds($script:RequestTimeoutMs)
        $client.MaxResponseContentBufferSize = $script:AnswerMaxBytes
        $verb = [System.Net.Http.HttpMethod]::new($Method)
        $request = [System.Net.Http.HttpRequestMessage]::new($verb, [string] ($Session.ApiOrigin + $Path))
        $request.Headers.ExpectContinue = $false
        $request.Headers.Authorization = [System.Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', (Get-TotlToken $Session))
        if ($null -ne $Body) {
            [byte[]] $bytes = ConvertTo-TotlUtf8 $Body
            $request.Content = [System.Net.Http.ByteArrayContent]::new($bytes)
            $request.Content.Headers.ContentType = [System.Net.Http.Headers.MediaTypeHeaderValue]::new($ContentType)
        }
        $response = $client.SendAsync($request).GetAwaiter().GetResult()
        $status = [int] $response.StatusCode
        $text = $response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
        $json = $null
        $hasJson = $true
        # A page in HTML, or nothing at all.
        try { $json = ConvertFrom-Json -InputObject $text } catch { $hasJson = $false }
        if ([string]::IsNullOrEmpty($text)) { $hasJson = $false }
        $seconds = [double] 0
        $retryAfter = $response.Headers.RetryAfter
        if ($null -ne $retryAfter -and $null -ne $retryAfter.Delta) { $seconds = $retryAfter.Delta.TotalSeconds }
        $code = Get-TotlRefusalCode $json
        [pscustomobject] @{ Status = $status; Json = $json; HasJson = $hasJson; Code = $code; RetryAfterMs = Get-TotlRetryAfter $seconds }
    }
    # No route or no TLS: it makes no difference to the caller, and the message may not be shown, since it could quote a request.
    catch { $none }
    finally {
        $client.Dispose()
        $handler.Dispose()
    }
}

# A body with one more member in its JSON object, or in the object of its first line: when it goes out, by this clock. So the server learns
# how far off the clock is. A body that is one object is one line of the spool.
function Add-TotlSentAt {
    param([string] $Body)
    $lines = @($Body.Split([char] 10))
    $open = $lines[0].TrimEnd()
    $lines[0] = '{0},"sentAt":{1}}}' -f $open.Substring(0, $open.Length - 1), (Get-TotlNow)
    $lines -join "`n"
}

# Asks up to six times, or as often as the caller says. A final answer is returned whatever its status; a refused token and a suspended tenant end
# the work. Stamped: each try says when it goes out.
function Invoke-TotlAsk {
    param($Session, [string] $Method, [string] $Path, $Body, [string] $ContentType, [int] $Attempts = $script:Attempts, [switch] $Stamped)
    for ($attempt = 0; ; $attempt++) {
        $sent = $Body
        if ($Stamped) { $sent = Add-TotlSentAt $Body }
        $reply = Invoke-TotlOnce $Session $Method $Path $sent $ContentType
        if (Test-TotlFinal $reply.Status $reply.HasJson $reply.Code) { return Resolve-TotlReply $reply }
        if ($attempt + 1 -ge $Attempts) { return Resolve-TotlSilence $reply }
        $delay = Get-TotlDelay $attempt $reply.RetryAfterMs (Get-Random -Minimum 0.0 -Maximum 1.0)
        Start-Sleep -Milliseconds ([int] $delay)
    }
}

# A final answer as a result; its code is the refusal's, or null for a success.
function Resolve-TotlReply {
    param($Reply)
    $code = $Reply.Code
    if ($Reply.Status -lt 300) { $code = $null }
    if (Test-TotlOneOf $code $script:TokenRefusals) {
        return New-TotlRefusal 'token_refused' ('The machine token is refused ({0}); have a new one issued.' -f $code)
    }
    if (Test-TotlSame $code 'tenant_suspended') {
        return New-TotlRefusal 'tenant_suspended' 'The tenant is suspended; what is unsent stays on disk.'
    }
    [pscustomobject] @{ Ok = $true; Status = $Reply.Status; Code = $code; Json = $Reply.Json }
}

# The refusal if no try had a final answer.
function Resolve-TotlSilence {
    param($Reply)
    if ($Reply.Status -eq 0) { return New-TotlRefusal 'offline' 'The server cannot be reached now; what is unsent stays on disk.' }
    if ($null -eq $Reply.Code) { return New-TotlStrange $Reply.Status }
    $only = ''
    if (Test-TotlOneOf $Reply.Code $script:WaitsAloneRefusals) { $only = 'waits' }
    New-TotlRefusal 'offline' ('The server takes nothing now ({0}); what is unsent stays on disk.' -f $Reply.Code) $only
}
