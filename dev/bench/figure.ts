// One line of the report: what was measured, beside what it is held against. Pure.

/** What a value has to be: at least, or at most. Null: it is printed, and nobody judges it. */
export type Wanted = { least: number } | { most: number } | null;

export type Figure = {
  what: string;
  /** With its unit. */
  measured: string;
  /** What it is compared with, and that one's figure; `–` where it is a count or a size of its own. */
  against: string;
  /** What is judged. Null: what it would measure is not there yet. */
  value: number | null;
  /** Written behind the value and behind the one that is wanted. */
  unit: string;
  wanted: Wanted;
};

export type Verdict = 'met' | 'missed' | 'printed' | 'not there yet';

export function verdictOf({ value, wanted }: Figure): Verdict {
  if (value === null) return 'not there yet';
  if (wanted === null) return 'printed';
  return ('least' in wanted ? value >= wanted.least : value <= wanted.most) ? 'met' : 'missed';
}

/** The value below which `share` (0 to 1) of the values are, by the nearest rank. Throws where there is none. */
export function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const found = ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)];
  if (found === undefined) throw new Error('a quantile needs a value');
  return found;
}

/** The middle value; of an even number the mean of the two in the middle. Throws where there is none. */
export function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const [low, high] = [ordered[(ordered.length - 1) >> 1], ordered[ordered.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('a median needs a value');
  return (low + high) / 2;
}

/** The ratio of the medians of two series of rounds. */
export const ratio = (ours: readonly number[], theirs: readonly number[]): number => median(ours) / median(theirs);

/** Three digits that mean something: enough to compare, no more than a round can tell. */
export function shown(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 4) });
}
