# What Windows PowerShell 5.1 finds in a fresh process: the classes of .NET Framework 4.7.2 and of its own library, read as metadata from
# their reference assemblies. Nothing of them is run.

# Opens the reference assemblies that lie among the packages. Only those that 5.1 has loaded, and the one that the module loads, are searched.
function Open-Framework {
    param([string] $Packages)
    $reader = @(Get-ChildItem -LiteralPath (Join-Path $Packages 'system.reflection.metadataloadcontext') -Recurse -File -Filter '*.dll' |
            Where-Object { $_.Directory.Name -eq 'net10.0' })[0]
    Add-Type -LiteralPath $reader.FullName
    $reference = @(Get-ChildItem -LiteralPath (Join-Path $Packages 'microsoft.netframework.referenceassemblies.net472') -Recurse -Force -File -Filter '*.dll' |
            Where-Object { $_.Directory.Name -in 'v4.7.2', 'Facades' } | ForEach-Object { $_.FullName })
    $library = @(Get-ChildItem -LiteralPath (Join-Path $Packages 'powershellstandard.library') -Recurse -File -Filter 'System.Management.Automation.dll' |
            Where-Object { $_.Directory.Name -eq 'net452' })[0].FullName
    $resolver = [System.Reflection.PathAssemblyResolver]::new([string[]] ($reference + $library))
    $context = [System.Reflection.MetadataLoadContext]::new($resolver, 'mscorlib')
    $names = 'mscorlib', 'System', 'System.Core', 'System.Numerics', 'System.Xml', 'System.Management.Automation', 'System.Net.Http'
    $script:framework = @($names | ForEach-Object { $context.LoadFromAssemblyName($_) })
    $script:frameworkTypes = @{}
    $script:frameworkMembers = @{}
}

# PowerShell's own names of classes that 5.1 has, as its help (about_Type_Accelerators) lists them.
$script:accelerators = @{
    array = 'System.Array'; bool = 'System.Boolean'; byte = 'System.Byte'; char = 'System.Char'; datetime = 'System.DateTime'
    decimal = 'System.Decimal'; double = 'System.Double'; float = 'System.Single'; guid = 'System.Guid'; hashtable = 'System.Collections.Hashtable'
    int = 'System.Int32'; int16 = 'System.Int16'; int32 = 'System.Int32'; int64 = 'System.Int64'; long = 'System.Int64'
    object = 'System.Object'; ordered = 'System.Collections.Specialized.OrderedDictionary'; pscredential = 'System.Management.Automation.PSCredential'
    pscustomobject = 'System.Management.Automation.PSObject'; psobject = 'System.Management.Automation.PSObject'
    ref = 'System.Management.Automation.PSReference'; regex = 'System.Text.RegularExpressions.Regex'; sbyte = 'System.SByte'
    scriptblock = 'System.Management.Automation.ScriptBlock'; securestring = 'System.Security.SecureString'; single = 'System.Single'
    string = 'System.String'; switch = 'System.Management.Automation.SwitchParameter'; timespan = 'System.TimeSpan'; type = 'System.Type'
    uint16 = 'System.UInt16'; uint32 = 'System.UInt32'; uint64 = 'System.UInt64'; uri = 'System.Uri'; version = 'System.Version'
    void = 'System.Void'; xml = 'System.Xml.XmlDocument'
}

# The class of a name as a script writes it, or null if 5.1 has none.
function Get-FrameworkType {
    param([string] $Name)
    if ($script:frameworkTypes.ContainsKey($Name)) { return $script:frameworkTypes[$Name] }
    $found = $null
    if ($Name.EndsWith('[]')) {
        $item = Get-FrameworkType $Name.Substring(0, $Name.Length - 2)
        if ($null -ne $item) { $found = $item.MakeArrayType() }
    }
    else {
        $full = if ($script:accelerators.ContainsKey($Name)) { $script:accelerators[$Name] } else { $Name }
        foreach ($candidate in $full, ('System.' + $full), ('System.Management.Automation.' + $full), ('System.Management.Automation.' + $full + 'Attribute')) {
            foreach ($assembly in $script:framework) {
                $found = $assembly.GetType($candidate, $false)
                if ($null -ne $found) { break }
            }
            if ($null -ne $found) { break }
        }
    }
    $script:frameworkTypes[$Name] = $found
    $found
}

# A class with all that its members come from.
function Get-TypeFamily {
    param($Type)
    for ($one = $Type; $null -ne $one; $one = $one.BaseType) { $one }
    $Type.GetInterfaces()
    # An interface has what every object has.
    if ($Type.IsInterface) { Get-FrameworkType 'object' }
}

# The public members of a class by name: its methods, or its properties and fields.
function Get-FrameworkMember {
    param($Type, [string] $Name, [switch] $Static, [switch] $Method)
    $key = '{0}:{1}:{2}:{3}' -f $Type.FullName, $Name, $Static, $Method
    if ($null -eq $Type.FullName -or -not $script:frameworkMembers.ContainsKey($key)) { $script:frameworkMembers[$key] = @(Find-FrameworkMember $Type $Name $Static $Method) }
    $script:frameworkMembers[$key]
}

function Find-FrameworkMember {
    param($Type, [string] $Name, [bool] $Static, [bool] $Method)
    $flags = [System.Reflection.BindingFlags] 'Public, DeclaredOnly, IgnoreCase' -bor $(if ($Static) { 'Static' } else { 'Instance' })
    foreach ($one in @(Get-TypeFamily $Type)) {
        if ($Method) { $one.GetMember($Name, [System.Reflection.MemberTypes]::Method, $flags) }
        else { $one.GetMember($Name, [System.Reflection.MemberTypes] 'Property, Field', $flags) }
    }
}

$script:numbers = 'Byte', 'SByte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64', 'Single', 'Double', 'Decimal'

# Whether PowerShell hands a value of one class to a parameter of another. Null stands for a value of which nothing is known.
function Test-Fits {
    param($From, $To)
    if ($To.IsByRef) { $To = $To.GetElementType() }
    if ($null -eq $From -or $To.IsGenericParameter -or $To.FullName -eq 'System.Object' -or $To.IsAssignableFrom($From)) { return $true }
    if ($From.FullName -eq 'System.Management.Automation.PSReference' -or $From.FullName -eq 'System.Object') { return $true }
    if ($From.Name -in $script:numbers) { return $To.Name -in $script:numbers -or $To.IsEnum -or $To.Name -eq 'Char' }
    if ($From.FullName -eq 'System.String') { return $To.IsEnum -or $To.FullName -in 'System.Char', 'System.Char[]', 'System.Uri', 'System.Type' }
    if ($From.Name -eq 'Char') { return $To.FullName -in 'System.String', 'System.Int32', 'System.Char[]' }
    if ($From.IsArray -and $To.IsArray) { return $From.GetElementType().FullName -eq 'System.Object' -or (Test-Fits $From.GetElementType() $To.GetElementType()) }
    if ($From.Name -eq 'NullString') { return -not $To.IsValueType }
    $false
}

# Of several overloads, those that take these arguments: by their number and, as far as it is known, by their class.
function Select-Overload {
    param($Overloads, $Arguments)
    $given = @($Arguments)
    foreach ($overload in $Overloads) {
        $parameters = $overload.GetParameters()
        $isOpen = $parameters.Count -gt 0 -and
            @($parameters[-1].GetCustomAttributesData() | Where-Object { $_.AttributeType.Name -eq 'ParamArrayAttribute' }).Count -gt 0
        $least = @($parameters | Where-Object { -not $_.IsOptional }).Count
        $exact = $given.Count -ge $least -and $given.Count -le $parameters.Count
        if ($exact) {
            for ($index = 0; $index -lt $given.Count; $index++) {
                if (-not (Test-Fits $given[$index] $parameters[$index].ParameterType)) { $exact = $false }
            }
        }
        if (-not $exact -and $isOpen -and $given.Count -ge $parameters.Count - 1) {
            $exact = $true
            for ($index = 0; $index -lt $given.Count; $index++) {
                $wanted = if ($index -lt $parameters.Count - 1) { $parameters[$index].ParameterType } else { $parameters[-1].ParameterType.GetElementType() }
                if (-not (Test-Fits $given[$index] $wanted)) { $exact = $false }
            }
        }
        if ($exact) { $overload }
    }
}
