// A row as a line of a table as wide as the terminal. Measurements are on the right; text that does not fit is cut, and
// the least important columns go first.
import { visible } from '../../schema/shown-text.ts';
import { isLoud, type Row, rowsOf } from './join.ts';

type Column = { name: string; width: number; right?: true; from: number; cell: (row: Row) => string };

const NONE = '·';
const number = (value: number | null | undefined): string => (value == null ? NONE : String(value));

const time = ({ line }: Row): string => new Date(line.at).toTimeString().slice(0, 8);
const tenant = ({ line }: Row): string => ('tenant' in line ? (line.tenant ?? NONE) : NONE);
/** As much of an id as tells it from others; `--tenant` takes as much. */
const ID_WIDTH = 8;

function what({ line }: Row): string {
  switch (line.event) {
    case 'request':
      return `${line.method} ${line.route}`;
    case 'object':
      return `object: ${line.call}`;
    case 'alarm':
      return `alarm: ${line.due.join(', ') || 'nothing due'}`;
    case 'socket':
      return `socket ${line.what}, ${line.sockets} open`;
    default:
      return line.event;
  }
}

const who = ({ line }: Row): string =>
  'principal' in line ? [line.principal, line.principalId?.slice(0, ID_WIDTH) ?? ''].join(' ').trim() : NONE;

function status({ line }: Row): string {
  if (line.event === 'request') return String(line.status);
  if (line.event === 'socket') return number(line.closeCode);
  return 'failed' in line && line.failed ? 'failed' : NONE;
}

const code = ({ line }: Row): string => ('code' in line ? (line.code ?? NONE) : NONE);
const duration = ({ line }: Row): string => number('durationMs' in line ? line.durationMs : null);

function objectMs({ line }: Row): string {
  if (line.event === 'request') return line.objectCalls > 0 ? String(line.objectMs) : NONE;
  return line.event === 'object' || line.event === 'alarm' ? String(line.durationMs) : NONE;
}

/** `from`: the narrowest terminal that shows the column. A width of 0 takes what is left. */
const COLUMNS: readonly Column[] = [
  { name: 'time', width: 8, from: 0, cell: time },
  { name: 'tenant', width: ID_WIDTH, from: 60, cell: tenant },
  { name: 'what', width: 0, from: 0, cell: what },
  { name: 'who', width: 17, from: 110, cell: who },
  { name: 'status', width: 6, right: true, from: 0, cell: status },
  { name: 'code', width: 20, from: 90, cell: code },
  { name: 'ms', width: 6, right: true, from: 0, cell: duration },
  { name: 'object', width: 6, right: true, from: 80, cell: objectMs },
  { name: 'cpu', width: 5, right: true, from: 130, cell: ({ cpuMs }) => number(cpuMs) },
  { name: 'read', width: 7, right: true, from: 100, cell: (row) => number(rowsOf(row)?.read) },
  { name: 'written', width: 7, right: true, from: 100, cell: (row) => number(rowsOf(row)?.written) },
];
const WIDE = 170;
const UUID_WIDTH = 36;

function columns(width: number): { column: Column; width: number }[] {
  const shown = COLUMNS.filter(({ from }) => width >= from).map((column) => ({
    column,
    width: column.name === 'tenant' && width >= WIDE ? UUID_WIDTH : column.width,
  }));
  const taken = shown.reduce((sum, one) => sum + one.width, shown.length - 1);
  return shown.map((one) => (one.width === 0 ? { ...one, width: Math.max(10, width - taken) } : one));
}

function cell(text: string, width: number, { name, right }: Column): string {
  const mark = name === 'tenant' ? '' : '…';
  const cut = text.length > width ? text.slice(0, width - mark.length) + mark : text;
  return right ? cut.padStart(width) : cut.padEnd(width);
}

export type Paint = (colour: 'bold' | 'dim' | 'red' | 'yellow' | 'loud', text: string) => string;
const SGR = { bold: '1', dim: '2', red: '31', yellow: '33', loud: '1;37;41' } as const;
export const plain: Paint = (_colour, text) => text;
export const coloured: Paint = (colour, text) => `\u001b[${SGR[colour]}m${text}\u001b[0m`;

export const header = (width: number, paint: Paint): string =>
  paint(
    'bold',
    columns(width)
      .map((one) => cell(one.column.name, one.width, one.column))
      .join(' ')
      .trimEnd(),
  );

/** A row, and beneath it what a fault says. */
export function tableRow(row: Row, width: number, paint: Paint): string {
  const text = visible(
    columns(width)
      .map((one) => cell(one.column.cell(row), one.width, one.column))
      .join(' ')
      .trimEnd(),
  );
  const { line } = row;
  if (isLoud(row)) {
    const said =
      line.event === 'fault'
        ? line.stack
        : line.event === 'platform'
          ? line.says
          : 'what' in line
            ? (line.what ?? '')
            : '';
    const about = [('requestId' in line && line.requestId) || '', ('alarmId' in line && line.alarmId) || ''].join('');
    // Other people's words must not steer the terminal.
    const lines = [about, ...visible(said, { lines: true }).split('\n')].filter((one) => one !== '');
    return [paint('loud', `!! ${text}`), ...lines.map((one) => paint('red', `   ${one}`))].join('\n');
  }
  if (('failed' in line && line.failed) || (line.event === 'request' && line.status >= 500)) return paint('red', text);
  if ('code' in line && line.code !== null) return paint('yellow', text);
  return line.event === 'request' ? text : paint('dim', text);
}
