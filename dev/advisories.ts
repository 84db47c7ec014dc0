// `npm run advisories`: known advisories against our dependencies. Ends with 1 if one is high or critical. A registry
// that does not answer that question is reported, but is not a failure: that would hold up every change for something
// outside our control.
import { capture } from './lib/run.ts';

const BAD = ['high', 'critical'] as const;

/** The result of `npm audit --json`. Pure. */
export function judge(stdout: string): { ok: boolean; says: string } {
  let found: { metadata?: { vulnerabilities?: Partial<Record<string, number>> } } = {};
  try {
    found = JSON.parse(stdout);
  } catch {
    // Output that is not JSON is no answer.
  }
  const counts = found.metadata?.vulnerabilities;
  if (!counts)
    return {
      ok: true,
      says: 'The registry does not answer what is known against our dependencies: nothing was checked here.',
    };
  const bad = BAD.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  return bad === 0
    ? { ok: true, says: `No dependency has a known fault that is high or critical (${counts.total ?? 0} below that).` }
    : { ok: false, says: `${bad} dependencies have a known fault that is high or critical: see \`npm audit\`.` };
}

if (import.meta.main) {
  const { ok, says } = judge((await capture('npm', ['audit', '--json'])).stdout);
  console.log(says);
  process.exitCode = ok ? 0 : 1;
}
