// Where a tail's lines come from: standard input, a file, the stand's log as it grows, or `wrangler tail`.
import { spawn } from 'node:child_process';
import { createReadStream, fstatSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import readline from 'node:readline';
import { launched, root } from '../lib/run.ts';
import { type EnvironmentName, wranglerEnvOf } from '../operate/environment.ts';

/** How often a growing log is looked at. */
const LOOK_MS = 200;
const CHUNK_BYTES = 64 * 1024;
/** How much of a growing log's present content is shown first. */
const BEFORE_BYTES = 64 * 1024;

/**
 * Lines, and how to end them early. `failed` settles once the lines are over: a sentence if they should not have ended.
 */
export type Source = { lines: AsyncIterable<string>; stop: () => void; failed: Promise<string | null> };

/** Whether something was piped or redirected in, which a script's idle standard input is not. */
export function isPipedIn(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
  } catch {
    return false;
  }
}

export function fromStdin(): Source {
  const lines = readline.createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  return { lines, stop: () => lines.close(), failed: Promise.resolve(null) };
}

export function fromFile(file: string): Source {
  const lines = readline.createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  return { lines, stop: () => lines.close(), failed: Promise.resolve(null) };
}

/** A log that grows: its last lines, then new ones, even after it was begun anew. */
export function following(file: string): Source {
  const stopping = new AbortController();
  return { lines: grow(file, stopping.signal), stop: () => stopping.abort(), failed: Promise.resolve(null) };
}

async function* grow(file: string, stopping: AbortSignal): AsyncGenerator<string> {
  let handle = await open(file);
  const bytes = Buffer.alloc(CHUNK_BYTES);
  let decoder = new TextDecoder();
  let begun = '';
  let place = Math.max(0, (await handle.stat()).size - BEFORE_BYTES);
  try {
    while (!stopping.aborted) {
      const { bytesRead } = await handle.read(bytes, 0, CHUNK_BYTES, place);
      if (bytesRead > 0) {
        place += bytesRead;
        const lines = (begun + decoder.decode(bytes.subarray(0, bytesRead), { stream: true })).split('\n');
        begun = lines.pop() ?? '';
        yield* lines;
        continue;
      }
      const now = statSync(file, { throwIfNoEntry: false });
      if (now && now.ino !== (await handle.stat()).ino) {
        await handle.close();
        handle = await open(file);
        [decoder, begun, place] = [new TextDecoder(), '', 0];
        continue;
      }
      await pause(LOOK_MS, stopping);
    }
  } finally {
    await handle.close();
  }
}

const pause = (ms: number, stopping: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    stopping.addEventListener('abort', end, { once: true });
  });

/** The arguments for wrangler. */
export const tailArguments = (name: EnvironmentName): string[] => [
  'tail',
  '--format',
  'json',
  `--env=${wranglerEnvOf(name)}`,
];

/** `wrangler tail` of a deployed Worker. wrangler's own messages go to standard error. */
export function fromWrangler(name: EnvironmentName): Source {
  const child = spawn(...launched('wrangler', tailArguments(name)), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stopped = false;
  const failed = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`wrangler tail could not be started: ${error.message}`));
    child.once('close', (code) => resolve(stopped || code === 0 ? null : `wrangler tail ended with ${code}.`));
  });
  return {
    lines: readline.createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }),
    // wrangler takes its tail off the server on an interrupt.
    stop: () => {
      stopped = true;
      child.kill('SIGINT');
    },
    failed,
  };
}
