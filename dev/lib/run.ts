// Runs a tool of the project as a child, its output shown as it comes or kept for the caller.
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '../..');

const environmentWith = (more: Record<string, string> = {}) => ({
  ...process.env,
  ...more,
  WRANGLER_SEND_METRICS: 'false',
  PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
});

/** wrangler and npm are scripts: started by this Node, they need no shell, even if their launchers are .cmd files. */
export function launched(command: string, args: readonly string[]): [string, string[]] {
  const script =
    command === 'wrangler'
      ? path.join(root, 'node_modules/wrangler/bin/wrangler.js')
      : command === 'npm'
        ? process.env.npm_execpath
        : undefined;
  return script === undefined ? [command, [...args]] : [process.execPath, [script, ...args]];
}

/** Who hears what a command prints, as it comes. */
type Heard = { onOutput: (text: string) => void; onError: (text: string) => void };

/**
 * Runs `command` in the project with node_modules/.bin first on the PATH. Answers whether it ended with 0. After
 * `timeoutMs` it is killed.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: Partial<Heard> & { env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<boolean> {
  const child = spawn(...launched(command, args), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentWith(options.env),
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  });
  // Decoded as a stream: a character cut in two by a chunk's end would be lost to the reader of the output.
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk);
    options.onOutput?.(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    process.stderr.write(chunk);
    options.onError?.(chunk);
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

export type Captured = { ok: boolean; stdout: string; stderr: string };

/** Runs `command` likewise, without colours and without showing anything. Answers its output, whether or not it ended well. */
export function capture(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string> } = {},
): Promise<Captured> {
  const env = { ...environmentWith(options.env), NO_COLOR: '1', FORCE_COLOR: '0' };
  return new Promise((resolve) => {
    execFile(...launched(command, args), { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, stdout, stderr }),
    );
  });
}
