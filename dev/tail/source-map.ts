// Where in our files a stack's frames are. The Worker is uploaded minified, so a frame's own place says nothing; the source map that
// its build left says it, if it is that build's: which one to take is for whoever reads to say.
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';

/** A place in the bundle, as a stack names it: a line and a column, both from 1, after whatever path it was run from. */
const PLACE = /[^\s()]*\bindex\.js:(\d+):(\d+)/g;

/**
 * Reads a source map. What it gives back puts `file:line:column` for each place of a stack, the file from `folder` on.
 * Throws where the file is no source map.
 */
export function placesBy(file: string, folder: string): (stack: string) => string {
  // The root names the machine that built it; sources are relative to where the map lies.
  const payload = { ...(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload), sourceRoot: '' };
  const map = new SourceMap(payload);
  const name = (source: string) =>
    path.relative(folder, path.resolve(path.dirname(file), source)).replaceAll(path.sep, '/');
  return (stack) =>
    stack.replaceAll(PLACE, (place, line, column) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      return 'originalSource' in entry
        ? `${name(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
        : place;
    });
}
