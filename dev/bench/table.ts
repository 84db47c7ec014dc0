// Tables in Markdown, and their places in a page that is otherwise written by hand. Pure.
import { type Figure, shown, verdictOf, type Wanted } from './figure.ts';

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const wantedText = (wanted: Wanted, unit: string): string => {
  if (wanted === null) return '–';
  return 'least' in wanted ? `≥ ${shown(wanted.least)}${unit}` : `≤ ${shown(wanted.most)}${unit}`;
};

/** One row a figure; what is missed stands out. */
export const figureTable = (figures: readonly Figure[]): string =>
  markdownTable(
    ['what', 'measured', 'against', 'value', 'wanted', ''],
    figures.map((figure) => {
      const verdict = verdictOf(figure);
      return [
        figure.what,
        figure.measured,
        figure.against,
        figure.value === null ? '–' : `${shown(figure.value)}${figure.unit}`,
        wantedText(figure.wanted, figure.unit),
        verdict === 'missed' ? '**missed**' : verdict,
      ];
    }),
  );

const begin = (name: string) => `<!-- bench: ${name} -->`;
const END = '<!-- bench: end -->';

/** The text between the marks of `name`. Throws where the page has no such place. */
export function placed(page: string, name: string): string {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(END, from);
  if (from === -1 || to === -1) throw new Error(`the page has no place for ${name}`);
  return page.slice(from + begin(name).length, to).trim();
}

/** The page with `text` between the marks of `name`; everything else stays as it is. */
export function withPlaced(page: string, name: string, text: string): string {
  placed(page, name);
  const from = page.indexOf(begin(name)) + begin(name).length;
  return `${page.slice(0, from)}\n\n${text}\n\n${page.slice(page.indexOf(END, from))}`;
}
