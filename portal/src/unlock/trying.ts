// A passphrase is tried against each unlocker that it may be of: nobody has to say first whose it is.
import type { Proof } from './unlock-fields.ts';

const isWrong = (result: unknown): boolean => (result as { code?: string } | null)?.code === 'wrong_passphrase';

/** Answers what the last attempt led to, with the proof that it was: only a wrong passphrase leads on to the next unlocker. */
export async function tryEach<Result>(
  { orOf = [], ...first }: Proof,
  attempt: (proof: Proof) => Promise<Result>,
  signal: AbortSignal,
): Promise<{ result: Result; proof: Proof }> {
  let tried = { result: await attempt(first), proof: first };
  for (const unlocker of orOf) {
    if (signal.aborted || !isWrong(tried.result)) break;
    const proof = { ...first, unlocker };
    tried = { result: await attempt(proof), proof };
  }
  return tried;
}
