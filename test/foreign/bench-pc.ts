// PCs on a bench for the tests of the PowerShell engine: they run its scripts in PowerShell against a stand.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { type PowerShell, powerShell } from '../../dev/lib/powershell.ts';
import { root } from '../../dev/lib/run.ts';

/** How a script ended: all that it printed, and whether it was killed. */
export type Ended = { killed: boolean; code: number; out: string; err: string };

/** Runs a script of test/foreign. It may be killed or fail: that is for the test to judge. */
export async function runScript(name: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const shell: PowerShell = await powerShell();
  const all = [...shell.args, path.join(root, 'test/foreign', name), ...args];
  return new Promise((resolve) => {
    execFile(shell.command, all, { env: { ...process.env, ...shell.env, ...env } }, (error, out, err) => {
      const code = error ? Number(error.code ?? 1) : 0;
      // What started PowerShell may end by itself, with the number that stands for the signal.
      resolve({ killed: error?.signal === 'SIGKILL' || code === 137, code, out, err });
    });
  });
}

/** The last line that a script printed, as JSON. */
export function lastLine<T>({ code, out, err }: Ended): T {
  if (code !== 0) throw new Error(`the script ended with ${code}: ${err}${out}`);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '');
}
