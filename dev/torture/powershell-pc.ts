// A PC with the PowerShell engine, really run, on a bench without Windows. It is started again where it gives up, as a PC is that restarts.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { bytesUnder, findIn, textCanary } from '../../test/support/canary.ts';
import { powerShell } from '../lib/powershell.ts';
import { root } from '../lib/run.ts';
import type { Tenant } from './tenant.ts';

const STARTS = 6;

/** Provisions it. Answers the plaintexts that it applied, which it tells this bench alone. */
export async function provisioned(
  apiOrigin: string,
  { tokens: [issued], fingerprint }: Tenant,
  folder: string,
): Promise<{ faults: string[]; plaintexts: string[] }> {
  const shell = await powerShell();
  const [file, spool] = [path.join(folder, 'engine.json'), path.join(folder, 'spool')];
  const configuration = { apiOrigin, token: issued?.token, fingerprint, minEpoch: 1 };
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
  const script = [path.join(root, 'test/foreign/bench-pc.ps1'), '-ConfigurationPath', file, '-SpoolPath', spool];
  let says = '';
  for (let start = 0; start < STARTS; start++)
    try {
      const env = { ...process.env, ...shell.env };
      const { stdout } = await promisify(execFile)(shell.command, [...shell.args, ...script], { env });
      const { password, recovery } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, string>;
      const plaintexts = [password ?? '', recovery ?? ''];
      const canaries = plaintexts.map((text) => textCanary('plaintext', text));
      const found = findIn(bytesUnder(spool), canaries);
      return { faults: found.map(() => 'the spool of the PowerShell PC holds a plaintext'), plaintexts };
    } catch (error) {
      says = String((error as { stderr?: string }).stderr ?? error);
    }
  return { faults: [`the PowerShell PC was not provisioned in ${STARTS} starts: ${says}`], plaintexts: [] };
}
