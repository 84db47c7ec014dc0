// The audit's filters as a form; each change is sent at once. It shows what it is given.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Member } from '../../../schema/person.ts';
import { tidiedUuid } from '../../../schema/typed-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { shortId } from '../ui/words.ts';
import { type AskedFilter, isFiltered } from './filter.ts';
import { ACTION_WORDS } from './words.ts';

/** Fired with what has changed of the filters. */
export type FilterWanted = CustomEvent<Partial<AskedFilter>>;

type Choice = readonly [value: string, words: string];
const ACTIONS: Choice[] = Object.entries(ACTION_WORDS).sort(([, a], [, b]) => a.localeCompare(b));

/** An id may be pasted from anywhere. */
const asMeant = (name: string, text: string): string => (name === 'machine' ? tidiedUuid(text) : text.trim());

@customElement('audit-filters')
export class AuditFilters extends LitElement {
  static override styles = [
    shared,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: 0.75rem;
        align-items: end;
      }
      label {
        margin: 0;
        font-size: 0.9rem;
        min-width: 0;
      }
    `,
  ];
  @property({ attribute: false }) filter!: AskedFilter;
  @property({ attribute: false }) people: readonly Member[] = [];

  #send(change: Partial<AskedFilter>): void {
    this.dispatchEvent(new CustomEvent('filter-wanted', { detail: change }));
  }

  override render() {
    const { filter } = this;
    const people: Choice[] = this.people.map(({ id, email, removedAt }) => [
      id,
      `${email}${removedAt === null ? '' : ' (removed)'}`,
    ]);
    // A link may name somebody who is no member here: an operator, or the object itself.
    if (filter.person && !people.some(([id]) => id === filter.person))
      people.push([filter.person, shortId(filter.person)]);
    return html`<form role="search" aria-label="Audit" @submit=${(event: Event) => event.preventDefault()}>
      ${this.#choice('Person', 'person', people)} ${this.#choice('Action', 'action', ACTIONS)}
      ${this.#choice('Outcome', 'outcome', [
        ['done', 'Done'],
        ['refused', 'Refused'],
      ])}
      ${this.#field('Machine ID', 'machine', 'text')} ${this.#field('From', 'from', 'date')} ${this.#field('To', 'to', 'date')}
      ${this.#field('Text', 'text', 'search')}
      <div>
        <button
          type="button"
          ?disabled=${!isFiltered(filter)}
          @click=${() => this.#send({ person: '', machine: '', action: '', outcome: '', from: '', to: '', text: '' })}
        >
          Clear filters
        </button>
      </div>
    </form>`;
  }

  #choice(words: string, name: keyof AskedFilter, choices: readonly Choice[]) {
    return html`<label
      >${words}
      <select @change=${(event: Event) => this.#send({ [name]: (event.target as HTMLSelectElement).value })}>
        <option value="" ?selected=${this.filter[name] === ''}>All</option>
        ${choices.map(([value, text]) => html`<option value=${value} ?selected=${this.filter[name] === value}>${text}</option>`)}
      </select></label
    >`;
  }

  #field(words: string, name: keyof AskedFilter, type: 'text' | 'search' | 'date') {
    return html`<label
      >${words}
      <input
        type=${type}
        maxlength="100"
        autocomplete="off"
        spellcheck="false"
        .value=${this.filter[name]}
        @change=${(event: Event) => this.#send({ [name]: asMeant(name, (event.target as HTMLInputElement).value) })}
    /></label>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-filters': AuditFilters;
  }
}
