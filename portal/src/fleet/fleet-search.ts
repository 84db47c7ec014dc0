// The fleet's search field: what is typed is sent once typing pauses, and the result stands below it.
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { isolated } from '../../../schema/shown-text.ts';
import { listFilterIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { BEGINNING_ONLY, SEARCH_FROM, SEARCH_MAX } from './url.ts';
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
      :host {
        display: contents;
      }
      .field {
        position: relative;
        display: flex;
        align-items: center;
        flex: 0 2 268px;
        min-width: 0;
      }
      .field > .i {
        position: absolute;
        left: 10px;
        color: var(--text-3);
      }
      kbd {
        position: absolute;
        right: 8px;
      }
      input:not([type="checkbox"], [type="radio"]) {
        min-height: var(--control);
        padding: 4px 10px 4px 32px;
        font-size: 13px;
        text-overflow: ellipsis;
      }
      .field:has(input:is(:focus, :not(:placeholder-shown))) kbd {
        display: none;
      }
      p {
        order: 9;
        margin: 0 0 0 auto;
        font-size: 13px;
      }
      p:empty {
        display: none;
      }
      @media (max-width: 719px) {
        .field {
          flex: 1 1 200px;
        }
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
    if (length === 0) return '';
    if (length < SEARCH_FROM) return `Type ${SEARCH_FROM} or more characters.`;
    if (this.text.trim() !== this.q || this.found === null) return this.failed ? 'The search failed.' : 'Searching …';
    if (this.found === 0)
      return length <= BEGINNING_ONLY
        ? `Nothing begins with “${isolated(this.q)}”. Type on to look within names.`
        : `No PC matches “${isolated(this.q)}”.`;
    return this.more
      ? `The first ${machineCount(this.found)} of ${this.further === null ? 'many' : this.found + this.further}: type on to narrow it down.`
      : `${machineCount(this.found)} found, archived ones included.`;
  }

  override render() {
    return html`<div class="field">
        ${listFilterIcon}<input
          id="field"
          type="search"
          aria-label="Filter by name, serial, client or recovery-key ID"
          placeholder="Filter by name, serial or key ID"
          title="A part is enough. A locked PC shows the first 8 characters of its recovery key’s ID"
          maxlength=${SEARCH_MAX}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          enterkeyhint="search"
          aria-describedby="says"
          .value=${this.text}
          @input=${this.#typed}
          @keydown=${this.#pressed}
        /><kbd aria-hidden="true">/</kbd>
      </div>
      <p id="says" class="quiet" role="status">${this.#says()}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-search': FleetSearch;
  }
}
