// A stand that is killed cannot end its Worker runtimes: somebody who outlives it does, as soon as its end of a pipe is closed.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';

/** The Worker runtimes that this process has started, by the system's own list; none where it has no such list. */
export function runtimesOf(parent: number): number[] {
  if (process.platform === 'win32') return [];
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [pid, ppid, ...command] = line.trim().split(/\s+/);
    return Number(ppid) === parent && path.basename(command.join(' ')) === 'workerd' ? [Number(pid)] : [];
  });
}

/** Holds nothing up: a stand that ends by itself has ended them before. */
export function leash(): void {
  if (process.platform === 'win32') return;
  const known = [process.pid, ...runtimesOf(process.pid)];
  const keeper = spawn(process.execPath, [path.join(import.meta.dirname, 'leash-end.mjs'), ...known.map(String)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  (keeper.stdin as unknown as { unref: () => void }).unref();
}
