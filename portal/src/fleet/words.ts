// The fleet's words: why a machine needs a look, what a search found, and what has changed meanwhile.
import type { FleetCounts, MachineSummary, Match } from '../../../schema/machine.ts';
import { visible } from '../../../schema/shown-text.ts';
import { phaseWords, roughDuration, STATUS_WORDS } from '../ui/words.ts';

const HOUR_MS = 3_600_000;

/** A row's status. Nobody knows whether a silent run is still running. */
export const statusWords = ({ run, silentSince }: MachineSummary): readonly [words: string, tone: string] =>
  run === null ? ['No run yet', ''] : silentSince === null ? STATUS_WORDS[run.status] : ['Stalled', 'warn'];

/** What is said of a failed run besides what its phase said. */
export const failedIn = ({ run }: MachineSummary): string =>
  run?.phase ? `Failed in ${phaseWords(run.phase)}` : 'The last run failed';

/** Short enough for a row; in the order in which they weigh. */
export function attentionWords(machine: MachineSummary, now: number): string[] {
  const { attention, run, silentSince, toRotate } = machine;
  const words: Record<MachineSummary['attention'][number], string> = {
    // Which phase it was stands beside it.
    run_failed: run?.error ? visible(run.error) : failedIn(machine),
    stalled: silentSince === null ? 'Silent' : `Silent ${roughDuration(Math.max(HOUR_MS, now - silentSince))}`,
    no_recovery_key: 'No recovery key',
    serial_changed: 'Serial changed',
    seq_conflict: 'An event came twice, and differed',
    to_be_rotated: toRotate > 1 ? `${toRotate} to rotate` : 'To rotate',
    shared_id: 'ID of many PCs',
    odd_hostname: 'No name of Windows',
    cloned: 'Several PCs, one ID',
    id_changed: 'ID changed within a run',
  };
  return Object.entries(words).flatMap(([reason, text]) =>
    attention.some((one) => one === reason) || (reason === 'to_be_rotated' && toRotate > 0) ? [text] : [],
  );
}

/** Red: broken, or nothing to open it with. Amber: will need somebody. */
export const attentionTone = ({ attention }: MachineSummary): 'bad' | 'warn' =>
  attention.some((one) => one === 'run_failed' || one === 'no_recovery_key') ? 'bad' : 'warn';

export const FIELD_WORDS: Record<Match['field'], string> = {
  hostname: 'Name',
  serial: 'Serial',
  client: 'Client',
  recovery_key: 'Recovery key',
};

const count = (number: number, one: string, many: string): string =>
  `${new Intl.NumberFormat().format(number)} ${number === 1 ? one : many}`;

/** What has happened between two counts, for those who do not see it: "2 succeeded, 1 failed". Blank where nothing is worth a word. */
export function newsBetween(before: FleetCounts, now: FleetCounts): string {
  const more = (of: (counts: FleetCounts) => number | undefined) => (of(now) ?? 0) - (of(before) ?? 0);
  const news: [number, string][] = [
    [more(({ machines }) => machines), 'new'],
    [more(({ runs }) => runs.succeeded), 'succeeded'],
    [more(({ runs }) => runs.failed), 'failed'],
    [more(({ stalled }) => stalled), 'stalled'],
    [more(({ attention }) => attention), 'more in need of attention'],
  ];
  const said = news.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return said.length > 0 ? `PCs: ${said.join(', ')}.` : '';
}

export const machineCount = (number: number): string => count(number, 'PC', 'PCs');
