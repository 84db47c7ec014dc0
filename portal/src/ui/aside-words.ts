// Words for items that were set aside.
import type { Aside, TokenAside } from '../../../schema/aside.ts';

const many = (count: number, one: string, more: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

export const asideWords = ({ runs, versions }: { runs: number; versions: number }): string =>
  `${many(runs, 'run', 'runs')} and ${many(versions, 'version of a secret', 'versions of secrets')}`;

export const machinesWords = (machines: number): string =>
  machines === 0
    ? 'It was the first to name no machine.'
    : `It was the first to name ${many(machines, 'machine', 'machines')}.`;

/** The state of the act on a token. */
export const ASIDE_STATE_WORDS: Record<TokenAside['state'], [string, string]> = {
  setting_aside: ['Being set aside', 'set aside so far'],
  set_aside: ['Set aside', 'set aside'],
  bringing_back: ['Being brought back', 'still set aside'],
};

export const asideWith = ({ token, label }: Aside): string => `Set aside with ${label || token}`;
