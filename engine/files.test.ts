// Files on a disk that is full: a failed write leaves the old file, and nobody is told that the new one is kept.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newFolder } from './fixtures.ts';

/** More than the writer may put into one file, which it sees as a full disk: it takes a part, and no more. */
const TOO_MUCH = 100_000;
const LIMIT_KIB = 64;

/** Runs one of the functions of files.ts on a file, in a process whose files may grow to the limit. Answers the code of its error; '' where it had none. */
async function onFullDisk(call: string, file: string): Promise<string> {
  const script = `
    import { appendLines, writeWhole } from ${JSON.stringify(path.join(import.meta.dirname, 'files.ts'))};
    const file = ${JSON.stringify(file)};
    try { ${call} } catch (error) { process.stdout.write(error.code); }`;
  const node = [process.execPath, '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)('sh', ['-c', `ulimit -f ${LIMIT_KIB * 2}; exec "$@"`, 'sh', ...node]);
  return stdout;
}

describe.runIf(process.platform !== 'win32')('on a full disk', () => {
  it('a file that is replaced stays as it was, because half of a run or a secret is none', async () => {
    const file = path.join(newFolder(), 'run.json');
    writeFileSync(file, 'whole');
    expect(await onFullDisk(`writeWhole(file, 'x'.repeat(${TOO_MUCH}));`, file)).toBe('EFBIG');
    expect(readFileSync(file, 'utf8')).toBe('whole');
    expect(await onFullDisk(`writeWhole(file, 'new');`, file)).toBe('');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('a line that does not fit is an error, and takes no other line with it', async () => {
    const file = path.join(newFolder(), 'run.ndjson');
    expect(await onFullDisk(`appendLines(file, ['first']);`, file)).toBe('');
    expect(await onFullDisk(`appendLines(file, ['x'.repeat(${TOO_MUCH})]);`, file)).toBe('EFBIG');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 1_000));
    expect(await onFullDisk(`appendLines(file, ['next']);`, file)).toBe('');
    const lines = readFileSync(file, 'utf8').split('\n');
    expect([lines[0], lines.at(-2)]).toEqual(['first', 'next']);
  });
});
