// The spool as lines of a spool file (docs/protocol.md): the items the engine would have sent, for a person to carry to
// the portal.
import type { SpoolLine } from '../schema/spool.ts';
import { nextBatch, type Spool } from './spool.ts';

/**
 * Every sealed secret without a receipt, including those that were set aside, then every unsent event in reports of at
 * most 500. Ciphertext only, as in the spool.
 */
export function spoolLines(spool: Spool): string[] {
  const lines: SpoolLine[] = [...spool.secrets(), ...spool.asideSecrets()].map((secret) => ({ secret }));
  for (const run of spool.runs()) {
    let { nextSeq } = run;
    for (let events = nextBatch(run, nextSeq); events.length > 0; events = nextBatch(run, nextSeq)) {
      lines.push({ report: { ...run.envelope, events } });
      nextSeq = (events.at(-1)?.seq ?? nextSeq) + 1;
    }
  }
  return lines.map((line) => JSON.stringify(line));
}
