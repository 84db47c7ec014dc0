// The fleet's search field: what is typed is sent once typing pauses, and the result stands below it.
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { isolated } from '../../../schema/shown-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { SEARCH_FROM, SEARCH_MAX } from './url.ts';
import { machineCount } from './words.ts';

/** Fired with what to search for, blank for nothing. */
export type SearchWanted = CustomEvent<string>;

/** Shorter than a pause for thought, longer than from one key to the next. */
const PAUSE_MS = 200;

@customElement('fleet-search')
export class FleetSearch extends LitElement {
  static override styles = [
    shared,
    css`
      label {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1rem;
      }
      kbd {
        font: inherit;
        font-size: 0.85rem;
        font-weight: 400;
        color: var(--text-quiet);
      }
      input:not([type="checkbox"]) {
        min-height: 2.6rem;
        font-size: 1.05rem;
      }
      p {
        margin: 0.3rem 0 0.5rem;
        min-height: 1.5em;
        font-size: 0.9rem;
      }
      @media (max-width: 46rem) {
        kbd {
          display: none;
        }
      }
    `,
  ];
  /** What the URL says is searched for. */
  @property() q = '';
  /** How many were found for `q`; null while that is not known. */
  @property({ attribute: false }) found: number | null = null;
  @property({ type: Boolean }) more = false;
  /** How many more; null where they are more than are counted. */
  @property({ attribute: false }) further: number | null = null;
  /** Why is said elsewhere. */
  @property({ type: Boolean }) failed = false;
  @state() private text = '';
  @query('input') private input!: HTMLInputElement;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #sent = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  clear(): void {
    this.text = '';
    this.#send();
  }

  /** What comes by the URL is taken over, unless it is but the echo of what was typed. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('q') || this.q === this.#sent) return;
    clearTimeout(this.#pause);
    this.text = this.q;
    this.#sent = this.q;
  }

  #typed = (event: Event): void => {
    this.text = (event.target as HTMLInputElement).value;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#send(), PAUSE_MS);
  };

  #send(): void {
    clearTimeout(this.#pause);
    const wanted = this.text.trim();
    if (wanted === this.#sent) return;
    this.#sent = wanted;
    this.dispatchEvent(new CustomEvent('search-wanted', { detail: wanted }));
  }

  #pressed = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (this.text === '') this.input.blur();
      else this.clear();
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      const waits = this.text.trim() !== this.#sent;
      this.#send();
      if (!waits) this.dispatchEvent(new CustomEvent('search-entered', { detail: event.key }));
    }
  };

  #says(): string {
    const length = this.text.trim().length;
    if (length === 0) return 'A part is enough. A locked PC shows the first 8 characters of its recovery key’s id.';
    if (length < SEARCH_FROM) return `Type ${SEARCH_FROM} or more characters.`;
    if (this.text.trim() !== this.q || this.found === null) return this.failed ? 'The search failed.' : 'Searching …';
    if (this.found === 0) return `No machine matches “${isolated(this.q)}”.`;
    return this.more
      ? `The first ${machineCount(this.found)} of ${this.further === null ? 'many' : this.found + this.further}: type on to narrow it down.`
      : `${machineCount(this.found)} found, archived ones included.`;
  }

  override render() {
    return html`<label for="field"
        ><span>Search by name, serial, client or recovery-key ID</span> <kbd>Press / to search</kbd></label
      >
      <input
        id="field"
        type="search"
        maxlength=${SEARCH_MAX}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="search"
        aria-describedby="says"
        .value=${this.text}
        @input=${this.#typed}
        @keydown=${this.#pressed}
      />
      <p id="says" class="quiet" role="status">${this.#says()}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-search': FleetSearch;
  }
}
