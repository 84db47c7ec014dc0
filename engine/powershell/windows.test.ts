// The hand-kept list of cmdlets against what Windows PowerShell 5.1 has: windows-powershell-5.1.json is a record of one. The classes of the list are
// held against the reference assemblies of .NET Framework 4.7.2 by tests/Framework.Tests.ps1.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CMDLETS, PLATFORM } from './allowed.ts';

type Recorded = { source: string; licence: string; common: string; modules: Record<string, Record<string, string>> };
const recorded: Recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'windows-powershell-5.1.json'), 'utf8'),
);
const cmdlets = new Map(Object.values(recorded.modules).flatMap((module) => Object.entries(module)));

it('has every cmdlet and parameter that the module and the example may use, by a record of a Windows PowerShell 5.1', () => {
  const listed = [CMDLETS, ...Object.values(PLATFORM).map((names) => names.cmdlets ?? {})].flatMap(Object.entries);
  expect(listed.length).toBeGreaterThan(20);
  const absent = listed.flatMap(([name, parameters]: [string, string[]]) => {
    const known = cmdlets.get(name);
    if (known === undefined) return [name];
    const names = [...known.split(' '), ...recorded.common.split(' ')];
    return parameters
      .filter((parameter) => !names.includes(parameter.slice(1)))
      .map((parameter) => `${name} ${parameter}`);
  });
  expect(absent).toEqual([]);
});

it('says where the record is from, and under which licence', () => {
  expect(recorded.source).toMatch(/^Windows PowerShell 5\.1\.\d+\.\d+ as recorded in /);
  expect(recorded.licence).toMatch(/^MIT/);
});
