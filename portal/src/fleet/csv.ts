// The fleet as a CSV file for a spreadsheet: every machine of a list, page by page, or none.

import { CSV_START, csvLine } from '../../../schema/csv.ts';
import type { MachinePage, MachineSummary } from '../../../schema/machine.ts';
import { visible } from '../../../schema/shown-text.ts';
import { attentionWords, statusWords } from './words.ts';

const instant = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString();

/** Other people's words steer neither the line nor the table they are shown in. */
const shown = (text: string | null): string | null => (text === null ? null : visible(text));

type Column = (machine: MachineSummary, now: number) => string | number | null;
const COLUMNS: Record<string, Column> = {
  machine: ({ id }) => id,
  hostname: ({ hostname }) => shown(hostname),
  client: ({ client }) => shown(client),
  serial: ({ serial }) => shown(serial),
  manufacturer: ({ manufacturer }) => shown(manufacturer),
  model: ({ model }) => shown(model),
  system: ({ osVersion }) => shown(osVersion),
  status: (machine) => statusWords(machine)[0],
  phase: ({ run }) => run?.phase ?? null,
  phasesDone: ({ run }) => run?.phasesDone ?? null,
  phasesTotal: ({ run }) => run?.phasesTotal ?? null,
  runStartedAt: ({ run }) => instant(run?.startedAt),
  lastEventAt: ({ lastEventAt }) => instant(lastEventAt),
  enrolledAt: ({ enrolledAt }) => instant(enrolledAt),
  secrets: ({ secrets }) => secrets,
  attention: (machine, now) => attentionWords(machine, now).join('; '),
  archived: ({ shelf }) => (shelf === 'archived' ? 'yes' : 'no'),
};

/** The file's text; instants are UTC (ISO 8601). */
export const fleetCsv = (machines: readonly MachineSummary[], now: number): string =>
  CSV_START +
  csvLine(Object.keys(COLUMNS)) +
  machines.map((machine) => csvLine(Object.values(COLUMNS).map((read) => read(machine, now)))).join('');

/** Every machine of a list, each once; null where it was stopped. Throws what `page` throws. `after`: null for the first page. */
export async function everyMachine(
  page: (after: string | null) => Promise<MachinePage>,
  onCount: (count: number) => void,
  signal: AbortSignal,
): Promise<MachineSummary[] | null> {
  const machines = new Map<string, MachineSummary>();
  let after: string | null = null;
  do {
    const { machines: more, next }: MachinePage = await page(after);
    for (const machine of more) machines.set(machine.id, machine);
    onCount(machines.size);
    after = next;
  } while (after !== null && !signal.aborted);
  return signal.aborted ? null : [...machines.values()];
}
