// The PowerShell module as it is handed out: the same bytes each time, whole for whoever unpacks it, with help for every command.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { helpOf } from './powershell-help.ts';
import { buildPowershellKit, checksumLine } from './powershell-kit.ts';
import { zipOf } from './zip.ts';

/** The files of an archive, read by its directory as unpackers do. */
function unzipped(zip: Buffer): Map<string, string> {
  const end = zip.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  const files = new Map<string, string>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, length] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)];
    const body = zip.readUInt32LE(at + 42);
    const begin = body + 30 + zip.readUInt16LE(body + 26) + zip.readUInt16LE(body + 28);
    const bytes = zip.subarray(begin, begin + size);
    files.set(
      zip.toString('utf8', at + 46, at + 46 + length),
      (method === 0 ? bytes : inflateRawSync(bytes)).toString(),
    );
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}
const kit = buildPowershellKit();
const files = unzipped(kit.zip);

it('has the same bytes each time, so that its SHA-256 can be compared by whoever builds it too', () => {
  expect(buildPowershellKit().sha256).toBe(kit.sha256);
  expect(createHash('sha256').update(kit.zip).digest('hex')).toBe(kit.sha256);
  expect(checksumLine(kit, 'a.zip')).toBe(`${kit.sha256}  a.zip\n`);
  const [some, others] = [
    ['b', 'a/ü', 'a/b'],
    ['a/b', 'b', 'a/ü'],
  ].map((names) => new Map(names.map((name) => [name, Buffer.from(name)])));
  expect(zipOf(some ?? new Map())).toEqual(zipOf(others ?? new Map()));
  expect([...unzipped(zipOf(some ?? new Map()))].every(([name, text]) => name === text)).toBe(true);
});

it('is made by the command too, with its checksum beside it', () => {
  const root = path.join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['dev/build-powershell.ts'], { cwd: root });
  const made = path.join(root, `dist/powershell/TotlProvision-${kit.version}.zip`);
  expect(readFileSync(made)).toEqual(kit.zip);
  expect(readFileSync(`${made}.sha256`, 'utf8')).toBe(checksumLine(kit, path.basename(made)));
});

it('has every file of the module and its examples with the line ends of Windows, and no other', () => {
  const folder = path.join(import.meta.dirname, '../../engine/powershell');
  const wanted = ['TotlProvision', 'examples'].flatMap((part) =>
    readdirSync(path.join(folder, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('.ps'))
      .map((name) => `${part}/${name.split(path.sep).join('/')}`),
  );
  expect([...files.keys()].sort()).toEqual([...wanted, 'TotlProvision/en-US/TotlProvision-help.xml'].sort());
  for (const [name, text] of files) expect(text.replaceAll('\r\n', ''), name).not.toMatch(/[\r\n]|[^\t -~]/);
});

it('explains each public command, with a word on every parameter, in the file that Get-Help reads', () => {
  const help = files.get('TotlProvision/en-US/TotlProvision-help.xml') ?? '';
  const commands = [...files.keys()].flatMap((name) => /^TotlProvision\/public\/(.+)\.ps1$/.exec(name)?.[1] ?? []);
  expect(commands.length).toBeGreaterThan(15);
  for (const name of commands) {
    expect(help).toContain(`<command:name>${name}</command:name>`);
    expect(files.get(`TotlProvision/public/${name}.ps1`)).toContain('.EXTERNALHELP ../TotlProvision-help.xml');
  }
  const broken =
    "function A {\n    <#\n    .SYNOPSIS\n    x\n    #>\n    param(\n        [string] $B = ''\n    )\n    $ErrorActionPreference = 'Stop'\n}";
  expect(() => helpOf('A', broken)).toThrow('A says nothing about B');
});

it('has a manifest that says what PowerShell’s gallery and Intune ask for', () => {
  const manifest = files.get('TotlProvision/TotlProvision.psd1') ?? '';
  for (const member of [
    'ModuleVersion',
    'Author',
    'Description',
    'CompatiblePSEditions',
    'Tags',
    'ProjectUri',
    'ReleaseNotes',
  ])
    expect(manifest).toMatch(new RegExp(`\\b${member} +=`));
  expect(manifest).toContain(`'${kit.version}'`);
});
