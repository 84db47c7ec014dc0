# RSA on .NET: every class that a system may have does OAEP with SHA-256.
function New-TotlRsa {
    [System.Security.Cryptography.RSA]::Create()
}
