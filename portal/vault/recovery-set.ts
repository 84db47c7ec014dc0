// A recovery set: one secret in shares, of which any `threshold` give it back (Shamir's scheme). Each share travels in our own
// envelope (recovery-code.ts), since the scheme itself silently combines wrong shares to garbage.
import { hex } from '@scure/base';
import { combine, split } from 'shamir-secret-sharing';
import type { RecoverySet } from '../../schema/keyring.ts';
import type { VaultFault } from './contract.ts';
import { fault } from './fault.ts';
import { formatRecoveryCode, parseRecoveryCode, RECOVERY_SECRET_BYTES, type RecoveryShare } from './recovery-code.ts';

const SET_ID_BYTES = 4;

export type MadeRecoverySet = { secret: Uint8Array; set: RecoverySet; codes: string[] };

/** Makes a secret of 16 random bytes and `count` shares of it. With a threshold of 1 every share is the secret itself. */
export async function makeRecoverySet(threshold: number, count: number): Promise<MadeRecoverySet> {
  const secret = crypto.getRandomValues(new Uint8Array(RECOVERY_SECRET_BYTES));
  const id = hex.encode(crypto.getRandomValues(new Uint8Array(SET_ID_BYTES)));
  const shares: Pick<RecoveryShare, 'index' | 'secret'>[] =
    threshold === 1
      ? Array.from({ length: count }, (_, place) => ({ index: place + 1, secret }))
      : // The last byte of each is its x coordinate, 1 to 255 and never twice the same: the envelope's index.
        (await split(secret, count, threshold)).map((share) => ({
          index: share.at(-1) ?? 0,
          secret: share.slice(0, -1),
        }));
  const codes = shares.map((share) => formatRecoveryCode({ setId: id, threshold, ...share }));
  return { secret, set: { id, threshold, count }, codes };
}

const wrong = (message: string): VaultFault => fault('wrong_recovery_code', message);

/** Shares as typed, one a line, to the set's secret. Says which line is wrong, and how many are still missing. */
export async function secretFromShares(
  typed: string,
  set: RecoverySet | undefined,
): Promise<{ secret: Uint8Array } | VaultFault> {
  const lines = typed.split('\n').filter((line) => line.trim() !== '');
  const shares = new Map<number, Uint8Array>();
  for (const [place, line] of lines.entries()) {
    const which = lines.length > 1 ? `Code ${place + 1}` : 'This';
    const share = parseRecoveryCode(line);
    if (!share) return wrong(`${which} is not a whole recovery code. Check it group by group.`);
    if (share.setId !== set?.id)
      return wrong(`${which} belongs to another recovery set; compare the set number on the sheet.`);
    if (share.threshold !== set.threshold)
      return wrong(`${which} names another number of shares than the server does.`);
    shares.set(share.index, share.secret);
  }
  const needed = set?.threshold ?? 1;
  if (shares.size < needed) return wrong(`This set needs ${needed} different codes; ${shares.size} were given.`);
  const [first] = shares.values();
  if (!first) return wrong('Type a recovery code.');
  if (needed === 1) return { secret: first };
  const chosen = [...shares].slice(0, needed);
  return { secret: await combine(chosen.map(([index, bytes]) => new Uint8Array([...bytes, index]))) };
}
