# The spool's folder on Windows: its access list is inherited by all that is in it.

# Makes a folder, if it is not there, that only SYSTEM and Administrators may enter; by their SIDs, which are the same in every language.
function New-TotlFolder {
    param([string] $Path)
    [void] [System.IO.Directory]::CreateDirectory($Path)
    $administrators = New-Object System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544'
    $system = New-Object System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-18'
    $acl = New-Object System.Security.AccessControl.DirectorySecurity
    $acl.SetOwner($administrators)
    $acl.SetAccessRuleProtection($true, $false)
    foreach ($sid in @($administrators, $system)) {
        $arguments = @($sid, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow')
        $acl.AddAccessRule((New-Object System.Security.AccessControl.FileSystemAccessRule -ArgumentList $arguments))
    }
    Set-Acl -LiteralPath $Path -AclObject $acl
}
