// The portal's build is the same bytes wherever, by whomever and whenever it is made, so that anybody can hold a deployed one against its commit.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../lib/run.ts';
import { filesOf } from './deployed.ts';

const temporary = mkdtempSync(path.join(os.tmpdir(), 'totl-twice-'));
chmodSync(temporary, 0o755);
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

type Locked = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };
const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

/** The folders of what the build loads: the dependencies of the product, Vite, and theirs. */
function foldersOf(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const place = `node_modules/${name}`;
    const locked = packages[place];
    if (!locked || found.has(place)) continue;
    found.add(place);
    foldersOf(Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }), found);
  }
  return found;
}
const own = packages['']?.dependencies ?? {};
const PACKAGES = [...foldersOf([...Object.keys(own), 'vite'])];
const SOURCES = ['package.json', 'package-lock.json', 'tsconfig.json', 'portal', 'schema', 'engine/powershell'];
const isSource = (name: string) => !/(^|\/)(dist|node_modules)(\/|$)/.test(name);

type Owner = { uid: number; gid: number } | null;

/** Every file of ours and of what the build loads, with the same instant on each and an owner. */
function cloneTo(folder: string, at: Date, owner: Owner): void {
  const copy = (name: string) => {
    const to = path.join(folder, name);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(path.join(root, name), to);
    utimesSync(to, at, at);
  };
  const inside = (name: string): string[] =>
    readdirSync(path.join(root, name), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  for (const name of SOURCES) {
    const files = path.extname(name) === '' ? inside(name).filter((file) => isSource(file)) : [name];
    for (const file of files) copy(file);
  }
  for (const name of PACKAGES) if (isInstalled(name)) for (const file of inside(name)) copy(file);
  if (owner) for (const place of [folder, path.join(folder, 'portal')]) chownSync(place, owner.uid, owner.gid);
}

/** A build for another platform is not there. */
const isInstalled = (name: string): boolean => {
  try {
    return readdirSync(path.join(root, name)).length > 0;
  } catch {
    return false;
  }
};

/** Shifts a process's clock by three years. */
const LATER = `data:text/javascript,${encodeURIComponent(
  `const then=Date.now;const D=Date;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(then()+1e11)}static now(){return then()+1e11}}`,
)}`;

function build(folder: string, env: Record<string, string>, owner: Owner): Map<string, string> {
  const vite = path.join(folder, 'node_modules/vite/bin/vite.js');
  const built = spawnSync(
    process.execPath,
    [vite, 'build', '--config', 'portal/vite.config.ts', '--logLevel', 'warn'],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      encoding: 'utf8',
      ...(owner ?? {}),
    },
  );
  if (built.status !== 0) throw new Error(`it does not build: ${built.stdout}${built.stderr}`);
  const dist = path.join(folder, 'portal/dist');
  const hashOf = (name: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(dist, name)))
      .digest('hex');
  return new Map([...filesOf(dist), '_headers'].map((name) => [name, hashOf(name)]));
}

it('gives the same bytes in two clones in different folders, by different users, at different times and in different languages', () => {
  const [here, there] = [path.join(temporary, 'a'), path.join(temporary, 'in/a folder/of another/length')];
  // Only root can become somebody else; anybody else is one user twice, by two names.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
  cloneTo(here, new Date('2026-01-01T00:00:00Z'), null);
  cloneTo(there, new Date('2001-07-31T23:59:59Z'), nobody);
  const first = build(here, { USER: 'one', LANG: 'C', TZ: 'UTC' }, null);
  const second = build(
    there,
    {
      USER: 'other',
      LANG: 'de_AT.UTF-8',
      TZ: 'Pacific/Kiritimati',
      NODE_ENV: 'test',
      NODE_OPTIONS: `--import=${LATER}`,
    },
    nobody,
  );
  expect(first.size).toBeGreaterThan(20);
  expect(second).toEqual(first);
});
