// The packages that the lock file installs, on any platform: name, version, licence, whether they run a script at install.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/run.ts';

/** `name` where it is another than the folder's. */
type Locked = { name?: string; version: string; license?: string; dev?: boolean; hasInstallScript?: boolean };

export type Package = {
  name: string;
  version: string;
  licence: string;
  /** Only builds and tests have it. */
  isDevelopment: boolean;
  runsAtInstall: boolean;
};

/** Every one, by name and version. */
export function lockedPackages(folder = root): Package[] {
  const { packages } = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, locked]) => ({
      name: locked.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: locked.version,
      licence: locked.license ?? 'none named',
      isDevelopment: locked.dev === true,
      runsAtInstall: locked.hasInstallScript === true,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/** The packages by licence, those with the most first. */
export function byLicence(packages: readonly Package[]): [licence: string, packages: Package[]][] {
  const groups = Map.groupBy(packages, ({ licence }) => licence);
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length);
}
