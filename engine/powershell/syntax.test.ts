// The PowerShell module as far as its text can be judged without running it: its grammar, and that every name it uses
// exists on 5.1.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLATFORM } from './allowed.ts';
import { faultsOf, folder, functionsOf, nodesOf, parse, type SourceFile, sources } from './grammar.ts';
import { publicFaults, ruleFaults, wordsOf } from './rules.ts';

const shipped = sources.filter((file) => /^(TotlProvision|examples)\//.test(file.name));
const named = (name: string): SourceFile => {
  const found = sources.find((file) => file.name === name);
  if (!found) throw new Error(`${name} is not there`);
  return found;
};
const moduleFunctions = shipped
  .filter((file) => file.name.startsWith('TotlProvision/'))
  .flatMap((file) => [...functionsOf(file).keys()]);
const exampleFunctions = shipped
  .filter((file) => file.name.startsWith('examples/'))
  .flatMap((file) => [...functionsOf(file).keys()]);
const own = (file: SourceFile) =>
  new Set([...moduleFunctions, ...(file.name.startsWith('examples/') ? exampleFunctions : [])]);
const faultsIn = (text: string) => {
  const file = { name: 'x.ps1', text, root: parse(text) };
  return { grammar: faultsOf(file.root), rules: ruleFaults(file, own(file)) };
};
const strings = (file: SourceFile) =>
  nodesOf(file.root, 'verbatim_string_characters').map((node) => node.text.slice(1, -1));

describe('the PowerShell files', () => {
  it('are PowerShell to a grammar, every one, the tests and the example too', () => {
    expect(sources.length).toBeGreaterThan(25);
    expect(sources.map((file) => [file.name, faultsOf(file.root)]).filter(([, faults]) => faults?.length)).toEqual([]);
  });

  it('name nothing that Windows PowerShell 5.1 with .NET Framework 4.7.2 lacks, and nothing that opens a secret', () => {
    const faults = shipped.map((file) => [file.name, ruleFaults(file, own(file))]);
    expect(faults.filter(([, found]) => found?.length)).toEqual([]);
  });

  it('would be caught broken: a brace or a quote missing anywhere is a fault', () => {
    const text = named('TotlProvision/private/Jwe.ps1').text;
    const lastBrace = text.lastIndexOf('}');
    expect(faultsIn(text).grammar).toEqual([]);
    expect(faultsIn(text.slice(0, lastBrace) + text.slice(lastBrace + 1)).grammar).not.toEqual([]);
    expect(faultsIn(text.replace("'RSA-OAEP-256'", "'RSA-OAEP-256")).grammar).not.toEqual([]);
    expect(faultsIn('function Get-Foo { param( $A }').grammar).not.toEqual([]);
  });

  it.each([
    ['AES-GCM, which .NET Framework has not', '[System.Security.Cryptography.AesGcm]::new($key)'],
    ['the same without arguments', 'New-Object System.Security.Cryptography.AesGcm'],
    ['arguments of New-Object', 'New-Object System.IO.MemoryStream -ArgumentList $bytes'],
    ['its arguments by place', 'New-Object byte[] 8'],
    ['a type of later', '[System.Security.Cryptography.AesGcm]::IsSupported'],
    ['a static method of later', '[System.Security.Cryptography.RandomNumberGenerator]::Fill($bytes)'],
    ['a class of Windows outside its file', 'New-Object System.Security.Cryptography.RSACng'],
    ['a cmdlet of Windows outside its file', 'Get-CimInstance -ClassName Win32_BIOS'],
    ['a class of .NET alone outside its file', '[System.Security.Cryptography.RSA]::Create()'],
    ['a parameter of 7', 'ConvertFrom-Json -InputObject $text -AsHashtable'],
    ['another parameter of 7', 'Get-ChildItem -LiteralPath $path -AsByteStream'],
    ['a cmdlet that is not listed', 'Invoke-WebRequest $uri'],
    ['decryption', '$rsa.Decrypt($bytes, $padding)'],
    ['a decryptor', '$aes.CreateDecryptor()'],
    ['a private exponent', '$public.D = $bytes'],
    ['signing', '$ecdsa.SignData($bytes)'],
    ['a comparison that ignores characters', "if ($kid -ceq 'x') { 1 }"],
    ['text run as a command', 'Invoke-Expression $text'],
    ['a letter beyond ASCII, which 5.1 misreads', "$text = 'ü'"],
  ])('would be caught with %s', (_what, text) => {
    expect(faultsIn(text).rules).not.toEqual([]);
  });

  it.each([
    ['null coalescing', '$a = $b ?? $c'],
    ['null-conditional access', '$a = ($b)?.Length'],
    ['the ternary operator', '$a = $b ? 1 : 2'],
    ['a pipeline chain', 'Get-TotlNow && Get-TotlNow'],
  ])('would be caught with %s of PowerShell 7', (_what, text) => {
    const { grammar, rules } = faultsIn(text);
    expect([...grammar, ...rules]).not.toEqual([]);
  });
});

describe('the module', () => {
  const publicFiles = shipped.filter((file) => file.name.startsWith('TotlProvision/public/'));
  const publicNames = publicFiles.map((file) => path.basename(file.name, '.ps1'));

  it('exports exactly its public functions, one a file of its name', () => {
    const exported = strings(named('TotlProvision/TotlProvision.psd1')).filter((text) =>
      /^[A-Z][a-z]+-Totl/.test(text),
    );
    expect(exported).toEqual(publicNames);
    for (const file of publicFiles) expect([...functionsOf(file).keys()]).toEqual([path.basename(file.name, '.ps1')]);
  });

  it('loads every one of its files, and by name, so that a stray script beside them never runs', () => {
    const loaded = [...named('TotlProvision/TotlProvision.psm1').text.matchAll(/\. "\$PSScriptRoot\/(.+?)"/g)];
    const there = readdirSync(path.join(folder, 'TotlProvision'), { recursive: true, encoding: 'utf8' })
      .map((name) => name.split(path.sep).join('/'))
      .filter((name) => name.endsWith('.ps1'));
    expect(loaded.map(([, name]) => name).sort()).toEqual(there.sort());
  });

  it('has for each platform and edition the same functions with the same parameters, so that nothing else has to know where it runs', () => {
    const sides = shipped.filter((file) => file.name.includes('/platform/'));
    const signatures = (file: SourceFile) =>
      [...functionsOf(file)].map(
        ([name, node]) => `${name}(${nodesOf(node, 'script_parameter').map((one) => one.text)})`,
      );
    const byNoun = Map.groupBy(sides, (file) => file.name.split('.')[0] ?? '');
    expect([...byNoun.keys()].length).toBe(6);
    for (const [noun, files] of byNoun) {
      expect(files.length, noun).toBe(2);
      expect(signatures(files[0] as SourceFile), noun).toEqual(signatures(files[1] as SourceFile));
    }
  });

  it('explains each public function and parameter, and stops at an error whatever its caller prefers', () => {
    const faults = publicFiles.flatMap((file) => [...functionsOf(file).values()].flatMap(publicFaults));
    expect(faults).toEqual([]);
  });

  it('runs under strict mode', () => {
    expect(named('TotlProvision/TotlProvision.psm1').text).toContain('Set-StrictMode -Version Latest');
  });

  it('validates no secret by attribute, because PowerShell repeats what an attribute refuses', () => {
    const protect = functionsOf(named('TotlProvision/public/Protect-TotlSecret.ps1')).get('Protect-TotlSecret');
    const secret = protect && nodesOf(protect, 'script_parameter').find((one) => one.text.endsWith('$Secret'));
    expect(secret?.text).toBe('[Parameter(Mandatory = $true)] $Secret');
  });
});

describe('what changes a PC', () => {
  it.each([
    ['Protect-TotlLocalAdmin', 'Send-TotlAccount', ['Set-TotlAccountPassword', 'New-TotlAccount']],
    ['Protect-TotlBitLocker', 'Send-TotlProtector', ['Enable-TotlEncryption', 'Resume-TotlEncryption']],
  ])('%s has the receipt in hand before it does so', (name, escrow, acts) => {
    const { text } = named(`TotlProvision/public/${name}.ps1`);
    const sent = text.indexOf(`${escrow} `);
    expect(sent).toBeGreaterThan(0);
    for (const act of acts) expect(text.indexOf(`${act} `)).toBeGreaterThan(sent);
  });

  it('lets no warning of Windows through, because BitLocker puts a new recovery password into one', () => {
    const { root } = named('TotlProvision/private/platform/BitLocker.Windows.ps1');
    const acts = nodesOf(root, 'command').filter((node) => /^(Add|Enable|Remove|Resume)-BitLocker/.test(node.text));
    expect(acts.length).toBeGreaterThan(4);
    for (const act of acts) expect(act.text).toContain('-WarningAction SilentlyContinue');
  });

  it.each(['BitLocker', 'LocalUser', 'Restart'])(
    'tells each cmdlet of Windows in %s what an error means: one that is a function of a module sees only the preferences of the script that provisions',
    (noun) => {
      const file = named(`TotlProvision/private/platform/${noun}.Windows.ps1`);
      const theirs = Object.keys(PLATFORM[file.name]?.cmdlets ?? {});
      const acts = nodesOf(file.root, 'command').filter((node) => theirs.includes(node.namedChildren[0]?.text ?? ''));
      expect(acts.length).toBeGreaterThan(3);
      for (const act of acts) expect(act.text).toMatch(/-ErrorAction (Stop|Ignore)/);
    },
  );
});

describe('the example', () => {
  it('has one line a phase', () => {
    const phases = nodesOf(named('examples/Invoke-Provisioning.ps1').root, 'command').filter((node) =>
      node.text.startsWith('Invoke-TotlPhase'),
    );
    expect(phases.length).toBe(2);
    for (const phase of phases) expect(phase.text).not.toContain('\n');
  });
});

describe('the page for Windows', () => {
  it('shows only PowerShell that parses, with commands and parameters that the module has', () => {
    const page = readFileSync(path.join(folder, '../../docs/engine-windows.md'), 'utf8');
    const blocks = [...page.matchAll(/```powershell\n(.*?)```/gs)].map(([, text]) => parse(text ?? ''));
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks.flatMap(faultsOf)).toEqual([]);
    const used = blocks.flatMap((root) => nodesOf(root, 'command')).filter((node) => /^\S+-Totl/.test(node.text));
    expect(used.length).toBeGreaterThan(5);
    for (const node of used) {
      const name = node.namedChildren[0]?.text ?? '';
      const help = named(`TotlProvision/public/${name}.ps1`).text;
      for (const word of wordsOf(node).filter((one) => one.type === 'command_parameter'))
        expect(help, name).toContain(`.PARAMETER ${word.text.slice(1)}\n`);
    }
  });
});
