# RSA on .NET: whatever class the system has, with OAEP and SHA-256 in each.
function New-TotlRsa {
    [System.Security.Cryptography.RSA]::Create()
}
