// A list without machines, and what to do about it: nobody has reported yet, no machine fits the filter, or a search found none.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { shared } from '../ui/shared-styles.ts';
import './first-run.ts';
import { isFiltered, isSearch, type Question, UNFILTERED } from './url.ts';

@customElement('fleet-empty')
export class FleetEmpty extends LitElement {
  static override styles = shared;

  @property({ attribute: false }) overview: Overview | null = null;
  @property({ attribute: false }) question!: Question;
  @property({ attribute: false }) membership!: Membership;

  #clearFilters = (): void => {
    this.dispatchEvent(new CustomEvent('filter-wanted', { detail: UNFILTERED }));
  };

  #clearSearch = (): void => {
    this.dispatchEvent(new CustomEvent('search-wanted', { detail: '' }));
  };

  override render() {
    // The list of what to do has cards of its own.
    return html`<div class=${this.#begins ? '' : 'card stack'}>${this.#content()}</div>`;
  }

  /** An admin's fleet that has never had a PC. */
  get #begins(): boolean {
    const { question, overview, membership } = this;
    return (
      membership.role === 'admin' && !isSearch(question) && !isFiltered(question) && (overview?.archived ?? 0) === 0
    );
  }

  #content() {
    const { question, overview } = this;
    if (isSearch(question))
      return html`<h2>No PC matches “${question.q}”</h2>
        <p>Names, serials, clients and recovery-key IDs were searched, also of archived PCs.</p>
        <p>
          A part is enough: of a blue recovery screen type the first 8 characters of the key id. It has only the digits 0 to 9 and the letters
          A to F. A name may have changed since: then its serial finds the PC.
        </p>
        <button @click=${this.#clearSearch}>Clear the search</button>`;
    if (question.shelf !== 'fleet' && !question.status && !question.client && !question.attention)
      return html`<p>${question.shelf === 'aside' ? 'No PC is set aside.' : 'No PC is archived.'}</p>
        <button @click=${this.#clearFilters}>Show the fleet</button>`;
    if (isFiltered(question))
      return html`<p>No PC fits ${question.client || question.attention || question.toRotate ? 'these filters' : 'this status'}.</p>
        <button @click=${this.#clearFilters}>Show all PCs</button>`;
    if (overview && overview.archived > 0)
      return html`<p>Every PC is archived. Choose the status Archived to see them.</p>`;
    if (this.#begins) return html`<first-run .membership=${this.membership} .overview=${overview}></first-run>`;
    return html`<h2>No PCs yet</h2>
      <p>A PC appears here with its engine’s first report.</p>
      ${this.#whatNext()}`;
  }

  #whatNext() {
    const { tenant, role } = this.membership;
    if (role === 'auditor') return nothing;
    return html`<p>
      Engines need a configuration file: an admin issues it. A PC that was never online can be brought by its
      <a href="/t/${tenant}/upload">offline report</a>.
    </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-empty': FleetEmpty;
  }
}
