// The fleet list's filters and orders beside the strip of figures; each change is sent at once. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ClientList } from '../../../schema/machine.ts';
import { shared } from '../ui/shared-styles.ts';
import type { ListedBy } from './attention-first.ts';
import type { ClientWanted } from './client-picker.ts';
import { isFiltered, UNFILTERED } from './url.ts';
import './client-picker.ts';

/** Fired with what has changed of the filters. */
export type FleetFilterWanted = CustomEvent<Partial<ListedBy>>;

/**
 * Archived and set aside are shelves of their own to the API, and to people one more state that a machine can be in.
 */
const SHELVES = ['archived', 'aside'] as const;
const STATUSES = [
  ['', 'All'],
  ['running', 'Provisioning'],
  ['stalled', 'Stalled'],
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
  ['abandoned', 'Abandoned'],
  ['archived', 'Archived'],
  ['aside', 'Set aside'],
] as const;
const SORTS = [
  ['attention', 'Attention first'],
  ['started', 'Latest run'],
  ['hostname', 'Name'],
] as const satisfies readonly (readonly [ListedBy['sort'], string])[];

@customElement('fleet-filters')
export class FleetFilters extends LitElement {
  static override styles = [
    shared,
    css`
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        min-width: 0;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      .ghost {
        white-space: nowrap;
      }
      /* One line, whatever is filtered: the search beside it gives way, and a client's long name. */
      @media (min-width: 1100px) {
        :host {
          min-width: 0;
        }
        fieldset {
          flex-wrap: nowrap;
        }
        label {
          flex: none;
        }
      }
      label {
        position: relative;
        display: flex;
        align-items: center;
        margin: 0;
        font-weight: 500;
        color: var(--text-2);
        min-width: 0;
      }
      /* The name stands within the field, as in a chip. */
      label > span {
        position: absolute;
        left: 11px;
        pointer-events: none;
      }
      select {
        width: auto;
        max-width: 220px;
        min-height: var(--control);
        padding: 4px 28px 4px 54px;
        border-color: var(--line);
        font-size: 13px;
        font-weight: 550;
        text-overflow: ellipsis;
      }
      .sort select {
        padding-left: 42px;
      }
      @media (max-width: 719px) {
        select {
          max-width: 168px;
        }
      }
    `,
  ];
  @property({ attribute: false }) filter!: ListedBy;
  @property({ attribute: false }) clients: ClientList['clients'] = [];
  /** There are more clients than are listed. */
  @property({ type: Boolean }) more = false;
  @property() tenant = '';
  /** A search is on: it looks everywhere. */
  @property({ type: Boolean }) resting = false;

  #send(change: Partial<ListedBy>): void {
    this.dispatchEvent(new CustomEvent('filter-wanted', { detail: change }));
  }

  #status = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const shelf = SHELVES.find((name) => name === value);
    const status = shelf ? undefined : STATUSES.map(([name]) => name).find((name) => name !== '' && name === value);
    this.#send({ status: status as ListedBy['status'], shelf: shelf ?? 'fleet' });
  };

  #sort = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.#send({ sort: SORTS.map(([name]) => name).find((name) => name === value) ?? 'attention' });
  };

  override render() {
    const { filter, resting } = this;
    const status = filter.shelf === 'fleet' ? (filter.status ?? '') : filter.shelf;
    return html`<fieldset ?disabled=${resting} aria-label="Filters">
      <client-picker
        .clients=${this.clients}
        ?more=${this.more}
        tenant=${this.tenant}
        client=${filter.client ?? ''}
        ?disabled=${resting}
        @client-wanted=${({ detail }: ClientWanted) => this.#send({ client: detail })}
      ></client-picker>
      <label
        ><span>Status</span>
        <select @change=${this.#status}>
          ${STATUSES.map(([value, words]) => html`<option value=${value} ?selected=${status === value}>${words}</option>`)}
        </select></label
      >
      <label class="sort"
        ><span>Sort</span>
        <select @change=${this.#sort}>
          ${SORTS.map(([value, words]) => html`<option value=${value} ?selected=${filter.sort === value}>${words}</option>`)}
        </select></label
      >
      ${
        isFiltered(filter)
          ? html`<button
              class="ghost"
              aria-label="Clear filters"
              @click=${() => this.#send(UNFILTERED)}
            >
              Clear
            </button>`
          : nothing
      }
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-filters': FleetFilters;
  }
}
