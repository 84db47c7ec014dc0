// The fleet list's filters and sorts; each change is sent at once. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ClientList } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import type { FleetFilter } from '../api/fleet.ts';
import { shared } from '../ui/shared-styles.ts';
import { isFiltered } from './url.ts';

/** Fired with what has changed of the filters. */
export type FleetFilterWanted = CustomEvent<Partial<FleetFilter>>;

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
        gap: 0.5rem 1rem;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        margin: 0;
        font-weight: 400;
        min-width: 0;
      }
      select {
        width: auto;
        min-width: 0;
        max-width: 14rem;
      }
      input[type="checkbox"] {
        width: 1.15rem;
        height: 1.15rem;
        accent-color: var(--accent);
      }
      @media (max-width: 46rem) {
        fieldset {
          display: grid;
          grid-template-columns: 1fr 1fr;
        }
        label {
          display: grid;
          gap: 0.1rem;
        }
        label.check {
          display: flex;
        }
        select {
          width: 100%;
        }
      }
    `,
  ];
  @property({ attribute: false }) filter!: FleetFilter;
  @property({ attribute: false }) clients: ClientList['clients'] = [];
  /** There are more clients than are listed. */
  @property({ type: Boolean }) more = false;
  /** A search is on: it looks everywhere. */
  @property({ type: Boolean }) resting = false;

  #send(change: Partial<FleetFilter>): void {
    this.dispatchEvent(new CustomEvent('filter-wanted', { detail: change }));
  }

  #status = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const shelf = SHELVES.find((name) => name === value);
    const status = shelf ? undefined : STATUSES.map(([name]) => name).find((name) => name !== '' && name === value);
    this.#send({ status: status as FleetFilter['status'], shelf: shelf ?? 'fleet' });
  };

  override render() {
    const { filter, resting } = this;
    const status = filter.shelf === 'fleet' ? (filter.status ?? '') : filter.shelf;
    const known = this.clients.some(({ name }) => name === filter.client);
    const clients = filter.client && !known ? [{ name: filter.client, machines: 0 }, ...this.clients] : this.clients;
    return html`<fieldset ?disabled=${resting} aria-label="Filters">
      <label
        >Status
        <select @change=${this.#status}>
          ${STATUSES.map(([value, words]) => html`<option value=${value} ?selected=${status === value}>${words}</option>`)}
        </select></label
      >
      <label
        >Client
        <select
          @change=${(event: Event) => this.#send({ client: (event.target as HTMLSelectElement).value || undefined })}
        >
          <option value="" ?selected=${!filter.client}>All</option>
          ${clients.map(
            ({ name, machines }) =>
              html`<option value=${name} ?selected=${filter.client === name}>${isolated(name)}${machines ? ` (${machines})` : ''}</option>`,
          )}
          ${this.more ? html`<option disabled>More than are listed: search by the client’s name</option>` : nothing}
        </select></label
      >
      <label
        >Sort by
        <select
          @change=${(event: Event) =>
            this.#send({ sort: (event.target as HTMLSelectElement).value === 'hostname' ? 'hostname' : 'started' })}
        >
          <option value="started" ?selected=${filter.sort === 'started'}>Latest run</option>
          <option value="hostname" ?selected=${filter.sort === 'hostname'}>Name</option>
        </select></label
      >
      <label class="check"
        ><input
          type="checkbox"
          .checked=${filter.attention === 'yes'}
          @change=${(event: Event) =>
            this.#send({ attention: (event.target as HTMLInputElement).checked ? 'yes' : undefined })}
        />Needs attention</label
      >
      <button
        ?disabled=${!isFiltered(filter)}
        @click=${() => this.#send({ status: undefined, client: undefined, attention: undefined, shelf: 'fleet' })}
      >
        Clear filters
      </button>
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-filters': FleetFilters;
  }
}
