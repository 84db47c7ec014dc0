// Small files that survive a kill at any moment: written aside, flushed, renamed. Readable by their owner only.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
};

const OTHERS_MAY_WRITE = 0o002;

/**
 * Makes a folder, or takes one that was there before if nobody else may put anything into it: anybody who can write a
 * pin chooses the root that an engine trusts. Not checked on Windows, where modes mean nothing.
 */
export function makeOwnFolder(folder: string): void {
  makeFolder(folder);
  if (process.platform === 'win32') return;
  const { mode, uid } = statSync(folder);
  if ((mode & OTHERS_MAY_WRITE) !== 0 || uid !== process.getuid?.())
    throw new Error(
      `The folder ${folder} is not the engine’s own: whoever runs it must own it, and others may not write into it.`,
    );
}

/**
 * Replaces a file as a whole, or leaves the old one. Not by `writeSync`: on a full disk it writes a part, and says so
 * only by a number, so that a truncated file would replace a whole one.
 */
export function writeWhole(file: string, text: string): void {
  const aside = `${file}.tmp`;
  const handle = openSync(aside, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(aside, file);
}

const NEWLINE = 0x0a;

/** Adds lines to a file. A kill may leave it truncated: readers drop an unfinished line, and it is ended here, so that it takes no other along. */
export function appendLines(file: string, lines: readonly string[]): void {
  const handle = openSync(file, 'a+', 0o600);
  try {
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(handle, last, 0, 1, size - 1);
    writeFileSync(handle, `${size > 0 && last[0] !== NEWLINE ? '\n' : ''}${lines.join('\n')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The JSON in a file, or null where there is no file. Throws if it is not JSON: the caller sets it aside. */
export const readJson = (file: string): unknown => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);

/** The place for files that are set aside. */
export const asideOf = (file: string): string => path.join(path.dirname(file), 'set-aside', path.basename(file));

/** Moves a file out of the way, so that one bad entry never stops the rest. It may be gone already: another process does the same. */
export function setAside(file: string): void {
  makeFolder(path.dirname(asideOf(file)));
  if (existsSync(file)) renameSync(file, asideOf(file));
}
