// A PC's status at the end of its line: an icon and a word, never a colour alone.
import { html } from 'lit';
import type { MachineSummary } from '../../../schema/machine.ts';
import { statusIcon } from './status-icon.ts';
import { statusWords } from './words.ts';

export function statusAside(machine: MachineSummary) {
  const [words, tone] = statusWords(machine);
  return html`<span class="status ${tone}">${statusIcon(machine)}${machine.shelf === 'archived' ? 'Archived' : words}</span>`;
}
