// How PowerShell gets installed, with a dotnet that does what a test wants.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PACKAGES, POWERSHELL_VERSION, powerShell, whyNoPowerShell, withoutPowerShell } from './powershell.ts';

let bin: string;
let folder: string;
beforeEach(() => {
  bin = mkdtempSync(path.join(os.tmpdir(), 'totl-dotnet-'));
  folder = path.join(bin, 'installed');
  vi.stubEnv('PATH', `${bin}${path.delimiter}/usr/bin${path.delimiter}/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(bin, { recursive: true, force: true });
});

/** A dotnet that writes down what it is asked, makes the folder it is told to, and fails at `failing`. */
function dotnet(failing = 'nothing'): void {
  const script = [
    '#!/bin/sh',
    `echo "$*" >> '${bin}/asked'`,
    '[ "$1" = --list-sdks ] && { echo "8.0.100 [/sdk]"; echo "10.0.401 [/sdk]"; exit; }',
    'for last; do :; done',
    `[ "$1" = '${failing}' ] && { mkdir -p "$last/half"; echo 'no network'; exit 1; }`,
    'mkdir -p "$last"',
  ];
  writeFileSync(path.join(bin, 'dotnet'), `${script.join('\n')}\n`);
  chmodSync(path.join(bin, 'dotnet'), 0o755);
}
const asked = () => readFileSync(path.join(bin, 'asked'), 'utf8');

it('says why it cannot be had: no dotnet, or an SDK that is too old', async () => {
  dotnet();
  expect(await whyNoPowerShell()).toBe(null);
  vi.stubEnv('PATH', folder);
  expect(await whyNoPowerShell()).toBe('there is no dotnet on the PATH');
  vi.stubEnv('PATH', `${bin}${path.delimiter}/usr/bin${path.delimiter}/bin`);
  writeFileSync(path.join(bin, 'dotnet'), '#!/bin/sh\necho "8.0.100 [/sdk]"\n');
  expect(await whyNoPowerShell()).toBe('dotnet has no SDK of version 10');
});

it('that is missing leaves tests out with one line, and is a failure where CI is set, because a change would pass unchecked', () => {
  const { line, failed } = withoutPowerShell('there is no dotnet on the PATH', undefined);
  expect(line).toMatch(/^Not run: engine\/powershell\/tests and .+, because there is no dotnet on the PATH\.$/);
  expect(failed).toBe(0);
  expect(withoutPowerShell('x', 'true').failed).toBe(1);
});

it('is installed once, at the versions that are named', async () => {
  dotnet();
  const { command, pester } = await powerShell(folder);
  expect(asked()).toContain(`tool install PowerShell --version ${POWERSHELL_VERSION} `);
  expect(existsSync(path.dirname(command))).toBe(true);
  expect(pester).toContain(`packages/pester/${PACKAGES.Pester}/`);
  const before = asked();
  await powerShell(folder);
  expect(asked()).toBe(before);
});

it.each(['tool', 'restore'])(
  'that was not wholly installed, because %s failed, is none, and the next install is whole',
  async (failing) => {
    dotnet(failing);
    await expect(powerShell(folder)).rejects.toThrow('no network');
    dotnet();
    const { command } = await powerShell(folder);
    expect(existsSync(path.join(path.dirname(command), 'half'))).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
  },
);

it('of another version makes way, since it takes its space', async () => {
  dotnet();
  mkdirSync(path.join(folder, 'powershell-7.0.0-pester-5.0.0'), { recursive: true });
  await powerShell(folder);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(`^powershell-${POWERSHELL_VERSION}-[0-9a-f]{8}$`)]);
});
