// All that the module may name: what Windows PowerShell 5.1 with .NET Framework 4.7.2 has, and PowerShell 7 too. A run of the Pester
// tests shows that the names resolve in 7; that they do in 5.1 is knowledge written down, which only a run on Windows shows.

/** Cmdlets, each with the parameters that 5.1 knows. */
export const CMDLETS: Record<string, string[]> = {
  'Add-Type': ['-AssemblyName'],
  'ConvertFrom-Json': ['-InputObject'],
  'ForEach-Object': [],
  'Get-ChildItem': ['-LiteralPath', '-Filter', '-File'],
  'Get-ItemProperty': ['-LiteralPath', '-Name'],
  'Get-Random': ['-Minimum', '-Maximum'],
  'Join-Path': ['-Path', '-ChildPath'],
  'Move-Item': ['-LiteralPath', '-Destination', '-Force'],
  'New-Object': ['-ArgumentList'],
  'Remove-Item': ['-LiteralPath', '-Force'],
  'Set-StrictMode': ['-Version'],
  'Sort-Object': ['-Property'],
  'Start-Sleep': ['-Milliseconds'],
  'Where-Object': [],
  'Write-Warning': ['-Message'],
};

type Names = { cmdlets?: Record<string, string[]>; classes?: Record<string, string[]>; methods?: string[] };

/**
 * What one file alone may name besides: that of Windows, of .NET Framework or of .NET alone, each behind a small file that is chosen by
 * platform and edition; and what changes a PC, which only the example may.
 */
export const PLATFORM: Record<string, Names> = {
  'TotlProvision/private/platform/Rsa.Framework.ps1': { classes: { 'System.Security.Cryptography.RSACng': [] } },
  'TotlProvision/private/platform/Rsa.Core.ps1': { classes: { 'System.Security.Cryptography.RSA': ['Create'] } },
  'TotlProvision/private/platform/Folder.Windows.ps1': {
    cmdlets: { 'Set-Acl': ['-LiteralPath', '-AclObject'] },
    classes: {
      'System.Security.AccessControl.DirectorySecurity': [],
      'System.Security.AccessControl.FileSystemAccessRule': [],
      'System.Security.Principal.SecurityIdentifier': [],
    },
    methods: ['AddAccessRule', 'SetAccessRuleProtection', 'SetOwner'],
  },
  'TotlProvision/private/platform/Folder.Elsewhere.ps1': {
    classes: { 'System.IO.File': ['SetUnixFileMode'], 'System.IO.UnixFileMode': [] },
  },
  'TotlProvision/private/platform/Hardware.Windows.ps1': { cmdlets: { 'Get-CimInstance': ['-ClassName'] } },
  'TotlProvision/private/platform/Hardware.Elsewhere.ps1': {
    classes: { 'System.Runtime.InteropServices.RuntimeInformation': ['OSDescription'] },
  },
  'examples/Invoke-Provisioning.ps1': {
    cmdlets: { 'Get-Command': ['-Name', '-ErrorAction'], 'Import-Module': ['-Name'] },
  },
  'examples/platform/LocalUser.Windows.ps1': { cmdlets: { 'Set-LocalUser': ['-Name', '-Password'] } },
  'examples/platform/BitLocker.Windows.ps1': {
    cmdlets: {
      'Add-BitLockerKeyProtector': ['-MountPoint', '-RecoveryPasswordProtector'],
      'Enable-BitLocker': ['-MountPoint', '-EncryptionMethod', '-UsedSpaceOnly', '-TpmProtector', '-SkipHardwareTest'],
    },
  },
};

/** Classes, each with the static members that may be used; an empty list: as a type or for New-Object only. */
export const CLASSES: Record<string, string[]> = {
  Array: ['Clear', 'Copy', 'IndexOf', 'Reverse'],
  BitConverter: ['GetBytes', 'ToString'],
  Convert: ['FromBase64String', 'ToBase64String'],
  DateTime: [],
  DateTimeOffset: ['UtcNow'],
  Environment: ['GetFolderPath', 'MachineName'],
  Guid: ['NewGuid'],
  Math: ['Abs', 'Floor', 'Max', 'Min', 'Pow'],
  StringComparison: ['Ordinal'],
  TimeSpan: ['FromMilliseconds'],
  Uri: ['TryCreate'],
  UriKind: ['Absolute'],
  UriPartial: ['Authority'],
  array: [],
  bool: [],
  byte: [],
  char: ['IsSurrogate', 'IsSurrogatePair'],
  decimal: [],
  double: ['IsInfinity', 'IsNaN'],
  int: [],
  long: [],
  ordered: [],
  pscustomobject: [],
  ref: [],
  single: [],
  string: ['Equals', 'IsNullOrEmpty'],
  switch: [],
  void: [],
  'System.Collections.IDictionary': [],
  'System.Collections.IEnumerable': [],
  'System.Globalization.CultureInfo': ['InvariantCulture'],
  'System.IO.Directory': ['CreateDirectory', 'Exists'],
  'System.IO.File': ['Exists', 'Move', 'ReadAllBytes', 'Replace'],
  'System.IO.FileAccess': ['ReadWrite', 'Write'],
  'System.IO.FileMode': ['Create', 'OpenOrCreate'],
  'System.IO.FileShare': ['None'],
  'System.IO.FileStream': [],
  'System.IO.IOException': [],
  'System.IO.MemoryStream': [],
  'System.IO.Path': ['GetDirectoryName', 'GetFileName'],
  'System.IO.SeekOrigin': ['End'],
  'System.Int16': [],
  'System.InvalidOperationException': [],
  'System.Management.Automation.ErrorRecord': [],
  'System.Management.Automation.Language.NullString': ['Value'],
  'System.Management.Automation.PSCredential': [],
  'System.Management.Automation.PSCustomObject': [],
  'System.Net.CredentialCache': ['DefaultCredentials'],
  'System.Net.Dns': ['GetHostName'],
  'System.Net.Http.ByteArrayContent': [],
  'System.Net.Http.Headers.AuthenticationHeaderValue': [],
  'System.Net.Http.Headers.MediaTypeHeaderValue': [],
  'System.Net.Http.HttpClient': [],
  'System.Net.Http.HttpClientHandler': [],
  'System.Net.Http.HttpMethod': [],
  'System.Net.Http.HttpRequestMessage': [],
  'System.Net.NetworkCredential': [],
  'System.Net.WebProxy': [],
  'System.Net.WebRequest': ['GetSystemWebProxy'],
  'System.Runtime.InteropServices.Marshal': ['Copy', 'SecureStringToGlobalAllocUnicode', 'ZeroFreeGlobalAllocUnicode'],
  'System.SByte': [],
  'System.Security.Authentication.SslProtocols': ['Tls12'],
  'System.Security.Cryptography.Aes': ['Create'],
  'System.Security.Cryptography.CipherMode': ['CBC'],
  'System.Security.Cryptography.ECCurve': ['CreateFromFriendlyName'],
  'System.Security.Cryptography.ECDsa': ['Create'],
  'System.Security.Cryptography.ECParameters': [],
  'System.Security.Cryptography.ECPoint': [],
  'System.Security.Cryptography.HMACSHA512': [],
  'System.Security.Cryptography.HashAlgorithmName': ['SHA256'],
  'System.Security.Cryptography.PaddingMode': ['PKCS7'],
  'System.Security.Cryptography.RSAEncryptionPadding': ['OaepSHA256'],
  'System.Security.Cryptography.RSAParameters': [],
  'System.Security.Cryptography.RandomNumberGenerator': ['Create'],
  'System.Security.Cryptography.SHA256': ['Create'],
  'System.Security.SecureString': [],
  'System.Text.Encoding': ['ASCII', 'GetEncoding', 'UTF8'],
  'System.Text.NormalizationForm': ['FormKD'],
  'System.Text.StringBuilder': [],
  'System.Text.UTF8Encoding': [],
  'System.UInt16': [],
  'System.UInt32': [],
  'System.UInt64': [],
};

/** Methods of instances, whatever they are of. Nothing that decrypts, unwraps, signs or exports is among them. */
export const METHODS = [
  ...['Append', 'AppendChar', 'ComputeHash', 'Contains', 'CreateEncryptor', 'Dispose', 'Encrypt', 'Flush'],
  ...['GetAwaiter', 'GetByteCount', 'GetBytes', 'GetEnumerator', 'GetLeftPart', 'GetNetworkCredential', 'GetResult'],
  ...[
    'GetString',
    'GetUnresolvedProviderPathFromPSPath',
    'ImportParameters',
    'MakeReadOnly',
    'Normalize',
    'ReadAsStringAsync',
  ],
  ...['ReadByte', 'Remove', 'Replace', 'Seek', 'SendAsync', 'Split', 'Substring'],
  ...[
    'ToArray',
    'ToCharArray',
    'ToLowerInvariant',
    'ToString',
    'ToUniversalTime',
    'ToUnixTimeMilliseconds',
    'TransformFinalBlock',
  ],
  ...['Trim', 'TrimEnd', 'TrimStart', 'VerifyData', 'Write'],
];

/** Operators on text. `-ceq` and its kin compare as a language would and ignore some characters: equality is `Test-TotlSame`. */
export const OPERATORS = [
  ...['-eq', '-ne', '-lt', '-gt', '-ge', '-f', '-is', '-isnot', '-join', '-cmatch', '-cnotmatch', '-creplace', '-like'],
];
