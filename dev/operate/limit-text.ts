// A tenant's limits as an operator reads and types them: one a line, numbers as the API has them.
import { LIMIT_NAMES, LIMITS, type LimitName } from '../../schema/limit-table.ts';
import type { OperatedLimits } from '../../schema/limits.ts';

const HEAD = ['limit', 'in force', 'default', 'most used', 'for'];

/** `for`: whom it is counted for, and within which time. A dash stands for an unknown value. */
const row = ({ limits, used }: OperatedLimits, name: LimitName): string[] => {
  const { default: usual, per, within } = LIMITS[name];
  const when = { '10 s': ', in 10 s', minute: ', a minute', day: ', a day', life: '', now: '' }[within];
  return [
    name,
    String(limits[name]),
    limits[name] === usual ? '' : String(usual),
    String(used[name] ?? '-'),
    per + when,
  ];
};

/** A table: a limit that differs from its default names it. */
export function limitTable(operated: OperatedLimits): string {
  const rows = [HEAD, ...LIMIT_NAMES.map((name) => row(operated, name))];
  const widths = HEAD.map((_, place) => Math.max(...rows.map((cells) => cells[place]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, place) => {
        const width = widths[place] ?? 0;
        return place > 0 && place < HEAD.length - 1 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** The typed new value of a limit: a number, or the word that brings the default back (null). Undefined: neither. */
export const typedLimit = (text: string): number | null | undefined => {
  if (text === 'default') return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
};

export const isLimitName = (text: string): text is LimitName => LIMIT_NAMES.some((name) => name === text);
