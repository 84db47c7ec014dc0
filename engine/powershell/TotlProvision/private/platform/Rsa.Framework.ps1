# RSA on .NET Framework: only RSACng has OAEP with SHA-256 there, and RSA.Create() gives another class.
function New-TotlRsa {
    New-Object System.Security.Cryptography.RSACng
}
