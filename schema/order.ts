// Which of the versions of a secret a PC has now: the one rule for list, dialog, marks, leaver's report, bundle and recovery page. Pure,
// without zod. Nothing here depends on the order in which versions arrived: those that cannot be put in order stay
// beside the others.

/** How far a clock that nobody measured may be ahead of ours, or behind, before it is no longer believed. */
export const CLOCK_TOLERANCE_MS = 120_000;
/** `iat` is in whole seconds, and what is measured is off by as long as a request takes: what lies closer together is not put in order. */
export const RESOLUTION_MS = 1_000;

export type Clock = {
  /** What the PC's clock said, ms since the epoch. */
  saidAt: number;
  /**
   * By how much our clock was ahead of the PC's when it was sent; null where nobody measured, as with carried items.
   */
  skewMs: number | null;
  /** When we received it; it happened no later. */
  receivedAt: number;
  /** It cannot have happened before this, such as the making of the key it is sealed to. */
  notBefore: number;
};

/**
 * When it happened by our clock, ms since the epoch; null where the PC's clock named an impossible instant: then its
 * order is unknown.
 */
export function instantOf({ saidAt, skewMs, receivedAt, notBefore }: Clock): number | null {
  const at = saidAt + (skewMs ?? 0);
  const tolerance = skewMs === null ? CLOCK_TOLERANCE_MS : 0;
  return at > receivedAt + tolerance || at + RESOLUTION_MS <= notBefore - tolerance ? null : at;
}

/** The facts that place a version among the others of its secret, under whichever id of the PC they were sealed. */
export type Ordered = {
  /** Null where a person sealed it by hand. */
  run: string | null;
  /** The engine's own count within the run; null where it has none. */
  order: number | null;
  /** When it was sealed, by our clock; null: of unknown order. */
  sealedAt: number | null;
  /** Whether it may take another's place: an engine has its receipt, or an admin says that the PC has it. */
  counts: boolean;
  /**
   * While several PCs report under one id: the PC it belongs to, as far as that can be told. No version of another PC
   * takes its place.
   */
  pc?: string | undefined;
};

/** Both are of one run, and its engine counted both. */
const areCounted = (a: Ordered, b: Ordered): boolean =>
  a.run !== null && a.run === b.run && a.order !== null && b.order !== null;

/** The latest sealed first, those of unknown order last. */
const latestFirst = (a: Ordered, b: Ordered): number =>
  (b.sealedAt ?? Number.NEGATIVE_INFINITY) - (a.sealedAt ?? Number.NEGATIVE_INFINITY) || 0;

/**
 * Finds the version among these that takes the place of each; null where none does, so that it is to be offered. Within
 * a run the engine's count decides, between runs the instant of sealing. A run's last version with a known instant
 * speaks for the run: if its earlier ones were compared with other runs too, a clock that was set back in the middle
 * would make each take the place of the next. A version that is asked about need not be among these.
 */
export function successions<T extends Ordered>(versions: readonly T[]): (version: Ordered) => T | null {
  const pcs = [...new Set(versions.map(({ pc }) => pc))];
  const byPc = new Map(pcs.map((pc) => [pc, successionsOfOne(versions.filter((one) => one.pc === pc))]));
  return (version) => byPc.get(version.pc)?.(version) ?? null;
}

/** The last of a version's run among these, by the engine's count; null where none of them comes after it. */
function lastsOf<T extends Ordered>(versions: readonly T[]): (version: Ordered) => T | null {
  const lasts = new Map<string, T>();
  for (const one of versions) {
    const last = one.run === null ? undefined : lasts.get(one.run);
    if (one.run !== null && one.order !== null && one.order > (last?.order ?? 0)) lasts.set(one.run, one);
  }
  return (version) => {
    const last = version.run === null ? undefined : lasts.get(version.run);
    return last && areCounted(last, version) && (last.order ?? 0) > (version.order ?? 0) ? last : null;
  };
}

/** The same, among the versions of one PC. */
function successionsOfOne<T extends Ordered>(versions: readonly T[]): (version: Ordered) => T | null {
  const counting = versions.filter((one) => one.counts);
  const lastOf = lastsOf(counting);
  // A version whose instant nobody knows is compared with no other run: its run's last version with a known one stands
  // in for it.
  const known = counting.filter((one) => one.sealedAt !== null);
  const lastKnownOf = lastsOf(known);
  const dated = known.filter((one) => lastKnownOf(one) === null).toSorted(latestFirst);
  return (version) => {
    const last = lastOf(version);
    if (last || version.sealedAt === null) return last;
    const latest = dated.find((one) => !areCounted(one, version));
    return latest && (latest.sealedAt ?? 0) - version.sealedAt >= RESOLUTION_MS ? latest : null;
  };
}

/**
 * The versions that nothing replaces, the latest sealed first: the one that a PC has, or all that it may have. Never
 * empty where there are any.
 */
export function offeredOf<T extends Ordered>(versions: readonly T[]): T[] {
  const successorOf = successions(versions);
  return versions.filter((version) => successorOf(version) === null).toSorted(latestFirst);
}
