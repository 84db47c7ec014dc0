// A check's finding: one line, and what to do if it is not well.

export type Finding = {
  /** The check's name; `docs/connecting-to-cloudflare.md` has one row for each. */
  name: string;
  level: 'ok' | 'warn' | 'FAIL';
  finding: string;
  /** What to do; absent if all is well. */
  fix?: string;
};

/** The three ways a check ends, for a check of this name. */
export const check = (name: string) => ({
  ok: (finding: string): Finding => ({ name, level: 'ok', finding }),
  warn: (finding: string, fix: string): Finding => ({ name, level: 'warn', finding, fix }),
  fail: (finding: string, fix: string): Finding => ({ name, level: 'FAIL', finding, fix }),
});

const NAME_WIDTH = 18;

/** A finding as its line. */
export const lineOf = ({ name, level, finding, fix }: Finding): string =>
  `${level.padEnd(5)} ${name.padEnd(NAME_WIDTH)} – ${finding}${fix === undefined ? '' : `  → ${fix}`}`;

/** How many of each, in a sentence. */
export function sumOf(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  return `${findings.length} checks: ${count('ok')} ok, ${count('warn')} warnings, ${count('FAIL')} failed`;
}
