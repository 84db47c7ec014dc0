// What a filter finds, in one line: how many, by whom, on how many PCs, and what of it is still to be rotated.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AuditCounts } from '../../../schema/audit.ts';
import { rotateCwIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { momentWords } from '../ui/words.ts';
import type { AskedFilter } from './filter.ts';

const NUMBER = new Intl.NumberFormat();
const NAMED_MAX = 4;
const counted = (count: number, one: string, many: string): string =>
  `${NUMBER.format(count)} ${count === 1 ? one : many}`;

/** Fires `filter-wanted` with the person that was chosen. */
@customElement('audit-counts')
export class AuditCountsLine extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 20px;
        align-items: center;
        min-height: 28px;
        font-size: 13px;
        line-height: 18px;
        color: var(--text-2);
      }
      b {
        font-weight: 600;
        color: var(--text);
        font-variant-numeric: tabular-nums;
      }
      button {
        gap: 6px;
        font-weight: 400;
      }
      .due {
        display: inline-flex;
        gap: 6px;
        align-items: center;
        margin-left: auto;
        color: var(--warn);
      }
    `,
  ];
  @property({ attribute: false }) counts: AuditCounts | null = null;
  @property({ attribute: false }) filter!: AskedFilter;

  override render() {
    const { counts } = this;
    if (!counts) return html`<span class="quiet">Counting …</span>`;
    const { entries, people, others, pcs, clients, toRotate, since } = counts;
    const isReveals = this.filter.action === 'secret.revealed';
    const what = isReveals ? counted(entries, 'reveal', 'reveals') : counted(entries, 'entry', 'entries');
    const whose = counted(people.length + others, 'person', 'people');
    return html`<span role="status">
        <b>${what}</b>${people.length > 0 ? ` by ${whose}` : nothing}${
          pcs > 0
            ? ` on ${counted(pcs, 'PC', 'PCs')}${clients > 0 ? ` of ${counted(clients, 'client', 'clients')}` : ''}`
            : nothing
        }${since === null ? nothing : ` since ${momentWords(since, Date.now())}, the latest that are counted`}
      </span>
      ${people.length > 1 ? people.slice(0, NAMED_MAX).map((one) => this.#person(one)) : nothing}
      ${
        toRotate > 0
          ? html`<span class="due" title="Revealed in these entries, with no newer version since; the fleet counts the PCs where one is due">${rotateCwIcon}${counted(toRotate, 'secret', 'secrets')} not rotated since</span>`
          : nothing
      }`;
  }

  #person({ id, name, entries }: AuditCounts['people'][number]) {
    const only = () => this.dispatchEvent(new CustomEvent('filter-wanted', { detail: { person: id } }));
    return html`<button class="ghost small" aria-label="Only ${name}: ${entries}" @click=${only}>
      ${theirs(name.split('@')[0] ?? name)}<b>${NUMBER.format(entries)}</b>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-counts': AuditCountsLine;
  }
}
