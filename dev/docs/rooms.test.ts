// The floors and rooms that docs/architecture.md lists: every import goes the way its tables say, no files import each other in a circle, no
// room is missing, no element that the portal draws, and the picture shows the tables.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../lib/run.ts';
import { floorOf, floorsOfPage, importsOfTree } from './house.ts';
import { drawHouse, PICTURE } from './house-picture.ts';

const floors = floorsOfPage();
const imports = importsOfTree(floors);
const files = [...imports.keys()];

const withRooms = floors.filter(({ rooms }) => rooms.length > 0).map(({ name, rooms }) => [name, rooms] as const);
describe.each(withRooms)('%s', (floor, rooms) => {
  const own = files.filter((file) => floorOf(file, floors) === floor);
  const roomOf = (file: string): string => {
    const [first = '', ...rest] = file.slice(floor.length + 1).split('/');
    return rest.length > 0 ? `${floor}/${first}` : `${floor}/*.ts`;
  };
  /** The files beside the rooms import from all, unless the table has a line for them. */
  const placeOf = (file: string): number => {
    const place = rooms.indexOf(roomOf(file));
    return place === -1 ? rooms.length : place;
  };

  it('has no room that the page does not list, and none that it lists in vain', () => {
    const beside = `${floor}/*.ts`;
    const there = new Set(own.map(roomOf));
    if (!rooms.includes(beside)) there.delete(beside);
    expect([...there].toSorted()).toEqual(rooms.toSorted());
  });

  it('imports from the rooms above in the page’s table alone', () => {
    expect(own.length).toBeGreaterThan(rooms.length);
    const down = own.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((to) => floorOf(to, floors) === floor && placeOf(to) > placeOf(file))
        .map((to) => `${file} -> ${to}`),
    );
    expect(down).toEqual([]);
  });
});

it.each(floors.map(({ name, imports: named }) => [name, named] as const))(
  '%s imports from the floors that the page names, and names none in vain',
  (name, named) => {
    const found = new Set(
      files
        .filter((file) => floorOf(file, floors) === name)
        .flatMap((file) => imports.get(file) ?? [])
        .flatMap((to) => floorOf(to, floors) ?? []),
    );
    found.delete(name);
    expect([...found].toSorted()).toEqual(named.toSorted());
  },
);

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

it('the picture shows what the tables say (`node dev/docs/house-picture.ts` draws it anew)', () => {
  expect(readFileSync(path.join(root, PICTURE), 'utf8')).toBe(drawHouse(floors));
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
