function Protect-TotlSecret {
    <#
    .SYNOPSIS
    Seals a secret to the tenant's escrow key, bound to this machine and run.
    .DESCRIPTION
    The result is a compact JWE: RSA-OAEP-256 with A256CBC-HS512, a fresh content key each time. Nothing is sent. The bytes of the secret are
    cleared; a string cannot be cleared from memory, so pass a SecureString if you can. No message repeats the secret.
    .PARAMETER Key
    From Get-TotlTenantKey.
    .PARAMETER MachineId
    The id from Get-TotlMachine.
    .PARAMETER RunId
    From Start-TotlRun.
    .PARAMETER Secret
    The secret: a SecureString, or a string.
    .PARAMETER Session
    From New-TotlSession. With it the secret is numbered when it is sealed; without it, when it is put into the spool to be sent.
    .PARAMETER Account
    For a local administrator's password: the account's name.
    .PARAMETER ProtectorId
    For a BitLocker recovery password: the key protector's id, braces allowed.
    .PARAMETER Volume
    For a BitLocker recovery password: the volume, such as C:.
    .PARAMETER Label
    For any other secret: what it is.
    .PARAMETER BiosPassword
    With a label: it is the firmware's password.
    .EXAMPLE
    $sealed = Protect-TotlSecret -Session $session -Key $key -MachineId $machine.id -RunId $run -Account 'LocalAdmin' -Secret $password
    .OUTPUTS
    A sealed secret, for Send-TotlSecret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Key,
        [Parameter(Mandatory = $true)] [string] $MachineId,
        [Parameter(Mandatory = $true)] [string] $RunId,
        [Parameter(Mandatory = $true)] $Secret,
        $Session = $null,
        [Parameter(Mandatory = $true, ParameterSetName = 'LocalAdmin')] [ValidateLength(1, 256)] [string] $Account,
        [Parameter(Mandatory = $true, ParameterSetName = 'BitLocker')] [string] $ProtectorId,
        [Parameter(Mandatory = $true, ParameterSetName = 'BitLocker')] [ValidateLength(1, 64)] [string] $Volume,
        [Parameter(Mandatory = $true, ParameterSetName = 'Other')] [ValidateLength(1, 64)] [string] $Label,
        [Parameter(ParameterSetName = 'Other')] [switch] $BiosPassword
    )
    $ErrorActionPreference = 'Stop'
    foreach ($id in @($MachineId, $RunId)) {
        if (-not (Test-TotlText $id $script:UuidPattern)) { throw 'MachineId and RunId must be lower-case UUIDs.' }
    }
    if ($PSCmdlet.ParameterSetName -eq 'LocalAdmin') {
        $kind = 'local_admin_password'
        $ref = [ordered] @{ account = $Account }
    }
    elseif ($PSCmdlet.ParameterSetName -eq 'BitLocker') {
        $kind = 'bitlocker_recovery_key'
        $protector = $ProtectorId.Trim('{', '}').ToLowerInvariant()
        if (-not (Test-TotlText $protector $script:UuidPattern)) { throw 'ProtectorId must be a UUID.' }
        $ref = [ordered] @{ protectorId = $protector; volume = $Volume }
    }
    else {
        $kind = if ($BiosPassword) { 'bios_password' } else { 'other' }
        $ref = [ordered] @{ label = $Label }
    }
    $eid = New-TotlUuid
    $issuedAt = [long] [Math]::Floor((Get-TotlNow) / 1000)
    $header = Get-TotlSealedHeader $Key $MachineId $RunId $kind $eid $issuedAt $ref
    try { [byte[]] $plaintext = ConvertTo-TotlSecretBytes $Secret }
    # An encoder's own message says which character it could not take.
    catch { throw 'Secret must be a SecureString or a string of well-formed Unicode.' }
    if ($plaintext.Length -eq 0) { throw 'Secret must not be empty.' }
    try { $sealed = New-TotlJwe $Key $header @{ Plaintext = $plaintext } } finally { [Array]::Clear($plaintext, 0, $plaintext.Length) }
    $body = [ordered] @{ machine = $MachineId; run = $RunId; kind = $kind; eid = $eid; ref = $ref; format = 'jwe' }
    if ($null -ne $Session) { $body['order'] = Get-TotlNextOrder $Session.SpoolPath }
    $body['sealed'] = $sealed
    [pscustomobject] @{ Eid = $eid; Kid = $Key.Kid; Kind = $kind; Body = ConvertTo-TotlJson $body }
}
