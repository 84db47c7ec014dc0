# The spool's folder on Windows: everything in it inherits its access list.

# Makes a folder that only SYSTEM and Administrators may enter, if it is not there. It uses their SIDs, which are the same in every language.
function New-TotlFolder {
    param([string] $Path)
    [void] [System.IO.Directory]::CreateDirectory($Path)
    $administrators = [System.Security.Principal.SecurityIdentifier]::new('S-1-5-32-544')
    $system = [System.Security.Principal.SecurityIdentifier]::new('S-1-5-18')
    $acl = New-Object System.Security.AccessControl.DirectorySecurity
    $acl.SetOwner($administrators)
    $acl.SetAccessRuleProtection($true, $false)
    foreach ($sid in @($administrators, $system)) {
        $acl.AddAccessRule([System.Security.AccessControl.FileSystemAccessRule]::new($sid, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow'))
    }
    Set-Acl -LiteralPath $Path -AclObject $acl
}
