// The floors and rooms as docs/architecture.md lists them, and the tree's real imports.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/run.ts';

/** The allowed imports: the floors by name, and for this one each room after those that it may import from. */
export type Floor = { name: string; imports: readonly string[]; rooms: readonly string[] };

const SPECIFIER = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^'?]+)/g;
/** Tests import from anywhere, but that floor consists of those in `test/`. */
const COUNTED = /^(?!.*\.test\.ts$)|^test\/(?!support\/)/;

const page = (): string => readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The floors of the page's first table, each with the rooms of its own table: `objects/core`, or `worker/*.ts` for the files beside the rooms. */
export function floorsOfPage(text = page()): Floor[] {
  const rows = text
    .split('\n')
    .flatMap((line) => (line.startsWith('| `') ? [line.split('|').map((cell) => cell.trim())] : []));
  const rooms = rows.flatMap(([, first = '']) => codes(first)).filter((code) => !code.endsWith('/'));
  return rows.flatMap(([, first = '', , imports = '']) => {
    const [name = ''] = codes(first);
    if (!name.endsWith('/')) return [];
    return [
      {
        name: name.slice(0, -1),
        imports: codes(imports).map((code) => code.replace(/\/$/, '')),
        rooms: rooms.filter((room) => path.posix.dirname(room) === name.slice(0, -1)),
      },
    ];
  });
}

/** The floor that a file stands on, the nearest one: `test/support` is a floor of its own. */
export const floorOf = (file: string, floors: readonly Floor[]): string | null =>
  floors
    .map(({ name }) => name)
    .filter((name) => file.startsWith(`${name}/`))
    .toSorted((a, b) => b.length - a.length)[0] ?? null;

/** Each file of the floors, with those it imports, including type-only imports. */
export function importsOfTree(floors: readonly Floor[]): Map<string, string[]> {
  const tops = new Set(floors.map(({ name }) => name.split('/')[0] ?? ''));
  const files = new Set(
    [...tops]
      .flatMap((top) =>
        readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' }).map((name) =>
          path.posix.join(top, name.replaceAll(path.sep, '/')),
        ),
      )
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .filter((file) => COUNTED.test(file) && floorOf(file, floors) !== null),
  );
  const importsOf = (file: string): string[] =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(SPECIFIER)]
      .map(([, to = '']) => path.posix.join(path.posix.dirname(file), to))
      .filter((to) => files.has(to));
  return new Map([...files].map((file) => [file, importsOf(file)]));
}
