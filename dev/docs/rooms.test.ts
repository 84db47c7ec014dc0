// The rooms that docs/architecture.md lists: every import goes up its tables, no files import each other in a circle, no room is missing, and no
// element that the portal draws.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../lib/run.ts';

const FLOORS = ['objects', 'portal/src'] as const;
const SPECIFIER = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^'?]+)/g;

const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
const roomsOf = (floor: string): string[] =>
  [...page.matchAll(/^\| `([a-z]+(?:\/[a-z]+)+)` \|/gm)].flatMap(([, room]) =>
    room?.startsWith(`${floor}/`) ? [room] : [],
  );

const sources = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')));

/** What a file imports, by its path from the root; also where only types are taken. */
const importsOf = (file: string): string[] =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(SPECIFIER)].map(([, to]) =>
    path.posix.join(path.posix.dirname(file), to ?? ''),
  );

const files = ['worker', 'schema', 'engine', 'dev', 'portal', ...FLOORS].flatMap((folder) =>
  folder === 'portal' ? ['portal/vault', 'portal/recover', 'portal/build'].flatMap(sources) : sources(folder),
);
const imports = new Map(files.map((file) => [file, importsOf(file).filter((to) => files.includes(to))]));

describe.each(FLOORS)('%s', (floor) => {
  const rooms = roomsOf(floor);
  const placeOf = (file: string): number => {
    const place = rooms.findIndex((room) => file.startsWith(`${room}/`));
    return place === -1 && path.posix.dirname(file) === floor ? rooms.length : place;
  };

  it('has no room that the page does not list, and none that it lists in vain', () => {
    const there = readdirSync(path.join(root, floor), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${floor}/${name}`);
    expect(there.toSorted()).toEqual(rooms.toSorted());
  });

  it('imports from the rooms above in the page’s table alone', () => {
    const own = files.filter((file) => file.startsWith(`${floor}/`));
    expect(own.length).toBeGreaterThan(rooms.length);
    const down = own.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((to) => to.startsWith(`${floor}/`) && placeOf(to) > placeOf(file))
        .map((to) => `${file} -> ${to}`),
    );
    expect(down).toEqual([]);
  });
});

it('no files import each other in a circle', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    else if (!done.has(file)) {
      for (const to of imports.get(file) ?? []) walk(to, [...way, file]);
      done.add(file);
    }
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});

it('imports each element where a template names it, since one whose file is not fetched is a blank that nothing reports', () => {
  const own = files.filter((file) => file.startsWith('portal/src/'));
  const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');
  const definedBy = new Map(
    own.flatMap((file) => [...textOf(file).matchAll(/@customElement\('([^']+)'\)/g)].map(([, tag]) => [tag, file])),
  );
  const blank = own.flatMap((file) =>
    [...textOf(file).matchAll(/<([a-z]+(?:-[a-z]+)+)/g)]
      .map(([, tag]) => ({ tag, from: definedBy.get(tag) }))
      .filter(({ from }) => from === undefined || (from !== file && !imports.get(file)?.includes(from)))
      .map(({ tag }) => `${file} <${tag}>`),
  );
  expect(definedBy.size).toBeGreaterThan(60);
  expect(blank).toEqual([]);
});
