// Which roots lead to which, each by the verified word of the one before.
import { type Succession, verifySuccession } from '../../schema/signed.ts';

/**
 * The successions that lead to a root, newest first, each by the word of the one before; anything else that was sent is left out. Anybody can sign
 * that a root of anybody's follows one of their own: `among` says whose word counts, where it matters.
 */
export async function ancestry(
  tenant: string,
  root: string,
  successions: readonly string[],
  among: ReadonlySet<string> | null = null,
): Promise<Succession[]> {
  const found: Succession[] = [];
  let at = root;
  for (const compact of successions.toReversed()) {
    const signed = await verifySuccession(compact);
    if (!signed.ok || signed.payload.tenant !== tenant || signed.payload.to !== at) continue;
    if (among && !among.has(signed.payload.from)) continue;
    found.push(signed.payload);
    at = signed.payload.from;
  }
  return found;
}

/** Whether roots follow each other from `from` to `to`. */
export const follows = async (
  tenant: string,
  successions: readonly string[],
  from: string,
  to: string,
): Promise<boolean> => (await ancestry(tenant, to, successions)).some((one) => one.from === from);
