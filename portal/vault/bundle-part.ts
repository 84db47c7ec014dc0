// The parts that may go into a bundle: a malformed one would be sealed as it came, and stop the person who opens the
// file on the day it is needed.
import * as z from 'zod';
import { AuditEntry } from '../../schema/audit.ts';
import { MachineSummary } from '../../schema/machine.ts';
import { Revealed } from '../../schema/secret.ts';
import type { BundlePart, VaultFault } from './contract.ts';
import { fault } from './fault.ts';

const WellFormed = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('machines'), machines: z.array(MachineSummary) }),
  z.object({ kind: z.literal('secrets'), secrets: z.array(Revealed) }),
  z.object({ kind: z.literal('audit'), entries: z.array(AuditEntry) }),
]) satisfies z.ZodType<BundlePart>;

/** Null where a part is well-formed; the fault names the place and never its content. */
export function malformedPart(part: BundlePart): VaultFault | null {
  const parsed = WellFormed.safeParse(part);
  if (parsed.success) return null;
  const place = parsed.error.issues[0]?.path.join('.') || 'its top';
  return fault(
    'malformed',
    `What the server sent for the bundle is not well-formed at ${place}, so no bundle is made: it might not open one day. Reload and try again; if it stays so, tell your operator.`,
  );
}
