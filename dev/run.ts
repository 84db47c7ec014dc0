// Runs a tool of the project as a child, its output shown as it comes.
import { spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..');

/** Runs `command` in the project with node_modules/.bin first on the PATH. Answers whether it ended with 0. */
export async function run(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string>; onOutput?: (text: string) => void } = {},
): Promise<boolean> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...options.env,
      PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    },
  });
  // Decoded as a stream: a character cut in two by a chunk's end would be lost to whoever reads the output.
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk);
    options.onOutput?.(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
