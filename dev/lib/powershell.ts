// PowerShell and what its tests need: installed by the .NET SDK into a folder of the checkout, at the versions named here, and found again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture, root } from './run.ts';

export const POWERSHELL_VERSION = '7.6.9';
/** Packages of NuGet, each with the one version that is taken; docs/dependencies.md says why each is there. */
export const PACKAGES = {
  Pester: '5.9.1',
  'Microsoft.NETFramework.ReferenceAssemblies.net472': '1.0.3',
  'PowerShellStandard.Library': '5.1.1',
  'System.Reflection.MetadataLoadContext': '10.0.15',
  'jose-jwt': '5.3.0',
};
/** PowerShell 7.6 is built for it. */
const SDK_MAJOR = 10;

const FOLDER = path.join(root, '.powershell');

/**
 * Silent tools: nothing is reported to their makers, nothing asks for an update, nothing is written outside the
 * checkout that can be written inside it.
 */
const QUIET = {
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  DOTNET_GENERATE_ASPNET_CERTIFICATE: 'false',
  DOTNET_ADD_GLOBAL_TOOLS_TO_PATH: 'false',
  POWERSHELL_TELEMETRY_OPTOUT: '1',
  POWERSHELL_UPDATECHECK: 'Off',
};

export type PowerShell = {
  /** The program, and the arguments that come before a script's path. */
  command: string;
  args: string[];
  /** Pester's manifest, for Import-Module. */
  pester: string;
  /** The folder of the packages. */
  packages: string;
  env: Record<string, string>;
};

/** Why PowerShell cannot be had here, as half a sentence; null if it can. */
export async function whyNoPowerShell(): Promise<string | null> {
  const { ok, stdout } = await capture('dotnet', ['--list-sdks'], { env: QUIET });
  if (!ok) return 'there is no dotnet on the PATH';
  const majors = [...stdout.matchAll(/^(\d+)\./gm)].map(([, major]) => Number(major));
  return majors.some((major) => major >= SDK_MAJOR) ? null : `dotnet has no SDK of version ${SDK_MAJOR}`;
}

/** The end-to-end tests that run PowerShell. */
export const RUNS_POWERSHELL = ['powershell.test.ts', 'powershell-killed.test.ts'];

/**
 * The words of `npm test` if PowerShell is not available. A machine that checks changes must have it: if `CI` is set,
 * that is a failure.
 */
export const withoutPowerShell = (why: string, ci: string | undefined): { line: string; failed: number } => ({
  line: `Not run: engine/powershell/tests and test/end-to-end/{${RUNS_POWERSHELL}}, because ${why}.`,
  failed: ci ? 1 : 0,
});

/** PowerShell, installed if it is not there. Throws with the output of the failed command. */
export async function powerShell(folder = FOLDER): Promise<PowerShell> {
  const contents = createHash('sha256').update(PROJECT).digest('hex').slice(0, 8);
  const home = path.join(folder, `powershell-${POWERSHELL_VERSION}-${contents}`);
  if (!existsSync(home)) await install(folder, home);
  const state = path.join(home, 'state');
  const packages = path.join(home, 'packages');
  return {
    command: path.join(home, 'tool', process.platform === 'win32' ? 'pwsh.exe' : 'pwsh'),
    args: ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'],
    pester: path.join(packages, 'pester', PACKAGES.Pester, 'tools/Pester.psd1'),
    packages,
    env: {
      ...QUIET,
      NO_COLOR: '1',
      TOTL_TEST_PACKAGES: packages,
      PSModuleAnalysisCachePath: path.join(state, 'module-analysis'),
      XDG_CACHE_HOME: path.join(state, 'cache'),
      XDG_CONFIG_HOME: path.join(state, 'config'),
      XDG_DATA_HOME: path.join(state, 'data'),
    },
  };
}

/** Into a folder aside, which gets its name when it is whole: one that was interrupted is never taken for an installation. */
async function install(folder: string, home: string): Promise<void> {
  console.log(`Installing PowerShell ${POWERSHELL_VERSION} and its tests’ packages (by dotnet, half a minute) …`);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
  const aside = path.join(folder, 'partial');
  const project = path.join(aside, 'modules.csproj');
  mkdirSync(aside);
  writeFileSync(project, PROJECT);
  const packages = path.join(aside, 'packages');
  await dotnet(aside, [
    'tool',
    'install',
    'PowerShell',
    '--version',
    POWERSHELL_VERSION,
    '--tool-path',
    path.join(aside, 'tool'),
  ]);
  await dotnet(aside, ['restore', project, '--packages', packages]);
  rmSync(path.join(aside, 'http-cache'), { recursive: true, force: true });
  renameSync(aside, home);
}

/** A project that is never built: restoring it is how the SDK fetches a package. */
const PROJECT = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net${SDK_MAJOR}.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
${Object.entries(PACKAGES)
  .map(([name, version]) => `    <PackageReference Include="${name}" Version="[${version}]" ExcludeAssets="all" />`)
  .join('\n')}
  </ItemGroup>
</Project>
`;

async function dotnet(aside: string, args: string[]): Promise<void> {
  const env = {
    ...QUIET,
    NUGET_PACKAGES: path.join(aside, 'packages'),
    NUGET_HTTP_CACHE_PATH: path.join(aside, 'http-cache'),
  };
  const { ok, stdout, stderr } = await capture('dotnet', args, { env });
  if (!ok) throw new Error(`dotnet ${args[0]} failed:\n${stdout}${stderr}`);
}
