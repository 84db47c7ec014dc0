// What is installed is what the lock file says, exactly, under licences that we have read, and none of it runs a script that nobody allowed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { capture, root } from '../lib/run.ts';
import { lockedPackages } from './packages.ts';

const json = (name: string) => JSON.parse(readFileSync(path.join(root, name), 'utf8'));
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'];
/** A version, or another package's under this name, in full. */
const EXACT = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
/** Read, and none binds what we publish. LGPL: libraries that only tests load, unmodified. */
const LICENCES =
  /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|MPL-2\.0|CC0-1\.0|Unlicense|Zlib|LGPL-3\.0-or-later)$/;
const IN_WHAT_SHIPS = /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0)$/;

const packages = lockedPackages();
/** Whether a licence expression is fine by a list: any of those that it offers, all of those that it joins. */
const isBy = (list: RegExp, licence: string): boolean => {
  const text = licence.replaceAll(/[()]/g, '');
  return text.includes(' OR ')
    ? text.split(' OR ').some((one) => isBy(list, one))
    : text.split(' AND ').every((one) => list.test(one));
};

describe('what is installed', () => {
  it('is named by an exact version, so that a new one comes by a change that somebody has read', () => {
    for (const kind of KINDS) {
      const named: Record<string, string> = json('package.json')[kind];
      expect(
        Object.entries(named).filter(([, version]) => !EXACT.test(version)),
        kind,
      ).toEqual([]);
      expect(json('package-lock.json').packages[''][kind], kind).toEqual(named);
    }
  });

  it('runs no script at install unless the list of package.json allows it', () => {
    const allowed: Record<string, boolean> = json('package.json').allowScripts;
    const running = packages.filter(({ runsAtInstall }) => runsAtInstall).map(({ name }) => name);
    expect(running.filter((name) => allowed[name] !== true)).toEqual([]);
    expect(Object.keys(allowed).filter((name) => !packages.some((one) => one.name === name))).toEqual([]);
  });

  it('has licences that we have read, and what ships has none that binds whoever changes it', () => {
    const unread = packages.filter(({ licence }) => !isBy(LICENCES, licence));
    expect(unread).toEqual([]);
    const binding = packages.filter(({ licence, isDevelopment }) => !isDevelopment && !isBy(IN_WHAT_SHIPS, licence));
    expect(binding).toEqual([]);
  });

  it('is listed by licence', async () => {
    const { ok, stdout } = await capture('node', ['dev/licences.ts']);
    expect(ok).toBe(true);
    for (const { name, version } of packages) expect(stdout).toContain(`${name} ${version}`);
  });

  it('is described in CycloneDX, every package with its hash, and twice the same', async () => {
    const [one, other] = [await capture('node', ['dev/sbom.ts']), await capture('node', ['dev/sbom.ts'])];
    expect(one).toEqual(other);
    const document = JSON.parse(one.stdout);
    expect(document).toMatchObject({
      bomFormat: 'CycloneDX',
      serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      metadata: { component: { name: 'totlprovision' } },
    });
    const listed = new Map(
      document.components.map((part: { purl: string; hashes?: unknown[] }) => [
        decodeURIComponent(part.purl).replace(/^pkg:npm\//, ''),
        part.hashes?.length,
      ]),
    );
    for (const { name, version } of packages) expect(listed.get(`${name}@${version}`), `${name} ${version}`).toBe(1);
  });
});
