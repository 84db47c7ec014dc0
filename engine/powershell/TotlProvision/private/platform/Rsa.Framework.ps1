# RSA on .NET Framework: only RSACng does OAEP with SHA-256 there, and RSA.Create() returns another class.
function New-TotlRsa {
    New-Object System.Security.Cryptography.RSACng
}
