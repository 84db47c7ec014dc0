// Whether a text that goes on record has in it what somebody typed to unlock. A slip of the focus puts a passphrase, or what is left of it, where
// everybody who reads the audit sees it for good; nothing of it is compared anywhere but here.

/** Shorter pieces are in many a reason by chance. */
const PIECE_MIN = 8;
/** So little is no passphrase. */
const WHOLE_MIN = 4;

/** As it is compared: without case, spaces and dashes, which a slip loses first. */
const bare = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');

/** `typed`: passphrases or codes. True where one of them is in the text, whole or by half. */
export function givesAway(text: string, typed: readonly string[]): boolean {
  const where = bare(text);
  return typed.map(bare).some((one) => {
    if (one.length < WHOLE_MIN) return false;
    const piece = Math.min(one.length, Math.max(PIECE_MIN, Math.ceil(one.length / 2)));
    return Array.from({ length: one.length - piece + 1 }, (_, at) => one.slice(at, at + piece)).some((some) =>
      where.includes(some),
    );
  });
}
