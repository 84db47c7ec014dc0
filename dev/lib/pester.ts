// Runs the PowerShell engine's Pester tests, against a server of the reference kit, and counts them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { powerShell } from './powershell.ts';
import { root, run } from './run.ts';

const Counts = z.strictObject({ passed: z.int(), failed: z.int() });

/** A run that hangs is ended after this: Pester has no bound of its own. */
const TIMEOUT_MS = 20 * 60_000;

/**
 * Runs every file of engine/powershell/tests; Pester's closing line and how many tests need another system are printed.
 * A test that was skipped, or not run for any reason other than its system, counts as failed. `shell` is a PowerShell
 * other than the installed one, such as Windows' own.
 */
export async function runPester(shell?: string): Promise<{ ok: boolean; passed: number; failed: number }> {
  const { command, args, pester, env } = await powerShell();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-pester-'));
  const [server, counts] = [path.join(folder, 'server.json'), path.join(folder, 'counts.json')];
  const reference = await startReference();
  try {
    writeFileSync(server, reference.settings, { mode: 0o600 });
    const script = ['engine/powershell/tests/Invoke-Tests.ps1', '-Pester', pester, '-Counts', counts];
    const ok = await run(shell ?? command, [...args, ...script], {
      env: { ...env, TOTL_TEST_SERVER: server },
      timeoutMs: TIMEOUT_MS,
    });
    return { ok, ...Counts.parse(JSON.parse(readFileSync(counts, 'utf8'))) };
  } finally {
    reference.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The server, as a process of its own. Throws if it ends before it has said where it listens. */
async function startReference(): Promise<{ settings: string; close: () => void }> {
  const script = path.join(root, 'test/foreign/pester-server.ts');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(() => {
    throw new Error('the server for the Pester tests does not start');
  });
  const [settings] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  ended.catch(() => {});
  return { settings: String(settings), close: () => void child.kill() };
}
