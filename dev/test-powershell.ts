// `npm run test:powershell`: the PowerShell engine's Pester tests. With `--shell powershell` in Windows' own PowerShell instead of 7.
import { parseArgs } from 'node:util';
import { runPester } from './lib/pester.ts';
import { whyNoPowerShell } from './lib/powershell.ts';

const { values } = parseArgs({ options: { shell: { type: 'string' } } });
const missing = await whyNoPowerShell();
if (missing) {
  console.error(`The PowerShell tests cannot run: ${missing}. README.md says what they need.`);
  process.exit(1);
}
const { ok, passed, failed } = await runPester(values.shell);
process.exitCode = ok && passed > 0 && failed === 0 ? 0 : 1;
