// The audit's filters in one line; each change is sent at once. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { AUDIT_GROUPS } from '../../../schema/facts/audit-groups.ts';
import type { ClientList } from '../../../schema/machine.ts';
import type { Member } from '../../../schema/person.ts';
import type { ClientWanted } from '../fleet/client-picker.ts';
import { listFilterIcon, searchIcon, xIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { shortId } from '../ui/words.ts';
import { type AskedFilter, isFiltered, NO_FILTER } from './filter.ts';
import type { PcWanted } from './pc-picker.ts';
import { ACTION_WORDS, GROUP_WORDS } from './words.ts';
import '../fleet/client-picker.ts';
import './pc-picker.ts';

/** Fired with what has changed of the filters. */
export type FilterWanted = CustomEvent<Partial<AskedFilter>>;

type Choice = readonly [value: string, words: string];
const byWords = (choices: Choice[]): Choice[] => choices.sort(([, a], [, b]) => a.localeCompare(b));
/** Those that belong to a question come under its name, the others after them. */
const GROUPED: [string, Choice[]][] = (() => {
  const groups = Object.entries(AUDIT_GROUPS);
  const grouped = new Set<string>(groups.flatMap(([, actions]) => actions));
  const choice = (action: string): Choice => [action, ACTION_WORDS[action as keyof typeof ACTION_WORDS]];
  return [
    [
      'PCs, secrets and the rest',
      byWords(
        Object.keys(ACTION_WORDS)
          .filter((action) => !grouped.has(action))
          .map(choice),
      ),
    ],
    ...groups.map(([group, actions]): [string, Choice[]] => [
      GROUP_WORDS[group as keyof typeof GROUP_WORDS],
      byWords(actions.map(choice)),
    ]),
  ];
})();
const SPANS: Choice[] = [
  ['', 'Any time'],
  ['1', 'Today'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['between', 'Between two days'],
];

@customElement('audit-filters')
export class AuditFilters extends LitElement {
  static override styles = [
    shared,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
        padding-bottom: 4px;
      }
      label,
      .text {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        margin: 0;
        min-height: max(28px, calc(var(--control) - 4px));
        padding: 0 4px 0 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        font-weight: 500;
        color: var(--text-2);
        background: var(--surface);
      }
      label.set {
        border-color: var(--line-strong);
      }
      :is(label, .text):focus-within {
        outline: var(--focus-width) solid var(--focus);
        outline-offset: -1px;
      }
      :is(label, .text) :is(select, input:not([type="checkbox"])) {
        width: auto;
        field-sizing: content;
        max-width: 190px;
        min-height: 24px;
        padding: 0 18px 0 2px;
        border: 0;
        background-color: transparent;
        background-position:
          right 8px center,
          right 4px center;
        font-size: 13px;
        line-height: 18px;
        font-weight: 550;
        color: var(--text);
        outline: none;
      }
      .text {
        flex: 1 1 110px;
        min-width: 110px;
        max-width: 190px;
        overflow: hidden;
        margin-left: auto;
        padding-right: 2px;
      }
      .text input:not([type="checkbox"]) {
        field-sizing: fixed;
        flex: 1;
        min-width: 0;
        padding-right: 2px;
        font-weight: 400;
      }
      /* As high as its neighbours. */
      @media (min-width: 720px) and (pointer: fine) {
        client-picker {
          --control: 28px;
        }
      }
      option,
      optgroup {
        background: var(--raised);
        color: var(--text);
      }
      .fold {
        display: none;
      }
      .parts {
        display: contents;
      }
      @media (max-width: 719px) {
        .fold {
          display: inline-flex;
        }
        .parts:not(.unfolded) {
          display: none;
        }
        .text {
          margin-left: 0;
          flex: 1 1 160px;
        }
        .text input:not([type="checkbox"]) {
          flex: 1;
          max-width: none;
        }
      }
    `,
  ];
  @property() tenant = '';
  @property({ attribute: false }) filter!: AskedFilter;
  @property({ attribute: false }) people: readonly Member[] = [];
  @property({ attribute: false }) clients: ClientList = { clients: [], next: null };
  /** What the PC of the filter is called, as far as it is known. */
  @property() pcName = '';
  /** On a narrow screen the filters are behind a button. */
  @state() private unfolded = false;

  #send(change: Partial<AskedFilter>): void {
    this.dispatchEvent(new CustomEvent('filter-wanted', { detail: change }));
  }

  #span(value: string): void {
    // Two days of one's own begin with today, which is something to change.
    const today = new Date().toLocaleDateString('sv');
    if (value === 'between') this.#send({ days: '', from: today, to: today });
    else this.#send({ days: value, from: '', to: '' });
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
    const between = filter.from !== '' || filter.to !== '';
    return html`<form role="search" aria-label="Audit" @submit=${(event: Event) => event.preventDefault()}>
      <button
        type="button"
        class="fold"
        aria-expanded=${this.unfolded ? 'true' : 'false'}
        @click=${() => {
          this.unfolded = !this.unfolded;
        }}
      >
        ${listFilterIcon}Filters
      </button>
      <div class="parts ${this.unfolded ? 'unfolded' : ''}">
      ${this.#choice('When', between ? 'between' : filter.days, [...SPANS, ...odd(filter.days)], (value) => this.#span(value))}
      ${between ? html`${this.#day('From', 'from')}${this.#day('To', 'to')}` : nothing}
      ${this.#acts()}
      ${this.#choice('Who', filter.person, [['', 'Anybody'], ...people], (person) => this.#send({ person }))}
      <pc-picker
        tenant=${this.tenant}
        machine=${filter.machine}
        name=${this.pcName}
        @pc-wanted=${({ detail }: PcWanted) => this.#send({ machine: detail })}
      ></pc-picker>
      <client-picker
        tenant=${this.tenant}
        client=${filter.client}
        .clients=${this.clients.clients}
        ?more=${this.clients.next !== null}
        @client-wanted=${({ detail }: ClientWanted) => this.#send({ client: detail ?? '' })}
      ></client-picker>
      ${this.#choice(
        'Outcome',
        filter.outcome,
        [
          ['', 'Any'],
          ['done', 'Done'],
          ['refused', 'Refused'],
        ],
        (outcome) => this.#send({ outcome }),
      )}
      ${isFiltered(filter) ? html`<button type="button" class="ghost small only-icon" aria-label="Clear filters" title="Clear filters" @click=${() => this.#send(NO_FILTER)}>${xIcon}</button>` : nothing}
      </div>
      <div class="text"
        >${searchIcon}<input
          type="search"
          aria-label="Reason, ticket or any text"
          placeholder="Reason or ticket"
          maxlength="100"
          autocomplete="off"
          spellcheck="false"
          .value=${filter.text}
          @change=${(event: Event) => this.#send({ text: (event.target as HTMLInputElement).value.trim() })}
      /></div>
    </form>`;
  }

  /** One act, or all of a question. */
  #acts() {
    const { action, group } = this.filter;
    const value = action || (group && `group:${group}`);
    const choose = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.#send(chosen.startsWith('group:') ? { action: '', group: chosen.slice(6) } : { action: chosen, group: '' });
    };
    const option = ([one, words]: Choice) => html`<option value=${one} ?selected=${one === value}>${words}</option>`;
    return html`<label class=${value ? 'set' : ''}
      >Act
      <select @change=${choose}>
        ${option(['', 'Anything'])}
        ${Object.entries(GROUP_WORDS).map(([name, words]) => option([`group:${name}`, words]))}
        ${GROUPED.map(([words, choices]) => html`<optgroup label=${words}>${choices.map(option)}</optgroup>`)}
      </select></label
    >`;
  }

  #choice(words: string, value: string, choices: readonly Choice[], choose: (value: string) => void) {
    return html`<label class=${value ? 'set' : ''}
      >${words}
      <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${choices.map(([one, text]) => html`<option value=${one} ?selected=${value === one}>${text}</option>`)}
      </select></label
    >`;
  }

  #day(words: string, name: 'from' | 'to') {
    return html`<label class="set"
      >${words}
      <input
        type="date"
        .value=${this.filter[name]}
        @change=${(event: Event) => this.#send({ days: '', [name]: (event.target as HTMLInputElement).value })}
    /></label>`;
  }
}

/** A link may ask for any number of days. */
const odd = (days: string): Choice[] =>
  days === '' || SPANS.some(([value]) => value === days) ? [] : [[days, `Last ${days} days`]];

declare global {
  interface HTMLElementTagNameMap {
    'audit-filters': AuditFilters;
  }
}
