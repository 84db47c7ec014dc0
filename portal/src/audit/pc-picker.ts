// One PC of many, found by its name: a button that names it, and a field that searches as one types.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SearchResult } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import * as api from '../api/fleet.ts';
import { DropDown } from '../core/drop-down.ts';
import { SEARCH_FROM } from '../fleet/url.ts';
import { chevronDownIcon } from '../ui/icons.ts';
import { marked } from '../ui/marked.ts';
import { shared } from '../ui/shared-styles.ts';
import { pcWords, shortId } from '../ui/words.ts';
import { picker } from './picker-styles.ts';

const PAUSE_MS = 200;

/** Fired with the PC's id, blank for any. */
export type PcWanted = CustomEvent<string>;

@customElement('pc-picker')
export class PcPicker extends LitElement {
  static override styles = [
    shared,
    picker,
    css`
      .list button {
        grid-template-columns: minmax(0, 1fr);
        gap: 0;
      }
    `,
  ];
  @property() tenant = '';
  @property() machine = '';
  /** What it is called, as far as the page knows. */
  @property() name = '';
  @state() private typed = '';
  @state() private found: SearchResult | null = null;
  @state() private failed = false;
  @query('.open') private button!: HTMLButtonElement;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #list = new DropDown(this, {
    button: () => this.button,
    items: () => [...this.renderRoot.querySelectorAll<HTMLElement>('.menu input, .menu button')],
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  #toggle = (): void => {
    Object.assign(this, { typed: '', found: null, failed: false });
    void this.#list.toggle();
  };

  #type = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    clearTimeout(this.#pause);
    if (this.typed.trim().length < SEARCH_FROM) this.found = null;
    else this.#pause = setTimeout(() => void this.#ask(), PAUSE_MS);
  };

  async #ask(): Promise<void> {
    const typed = this.typed.trim();
    const found = await api.search(this.tenant, typed).catch(() => null);
    if (typed !== this.typed.trim()) return;
    this.failed = found === null;
    this.found = found;
  }

  #choose(machine: string): void {
    this.#list.close();
    this.button.focus();
    this.dispatchEvent(new CustomEvent('pc-wanted', { detail: machine }));
  }

  override render() {
    const { open } = this.#list;
    const words = this.machine === '' ? 'Any' : isolated(this.name || shortId(this.machine));
    return html`<button class="open" aria-expanded=${open ? 'true' : 'false'} aria-controls="pcs" @click=${this.#toggle}>
        PC <b>${words}</b>${chevronDownIcon}
      </button>
      <div class="menu" id="pcs" role="group" aria-label="PCs" ?hidden=${!open}>${open ? this.#content() : nothing}</div>`;
  }

  #content() {
    const matches = this.found?.matches ?? [];
    return html`<input
        type="search"
        aria-label="Find a PC"
        placeholder="Name, serial or client"
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed}
        @input=${this.#type}
      />
      <div class="list">
        ${this.machine === '' || this.typed !== '' ? nothing : html`<button @click=${() => this.#choose('')}>Any PC</button>`}
        ${matches.map(
          ({ machine }) => html`<button @click=${() => this.#choose(machine.id)}>
            <b>${marked(machine.hostname ?? shortId(machine.id), this.typed.trim())}</b><span class="quiet">${pcWords(machine)}</span>
          </button>`,
        )}
      </div>
      <div role="status">${this.#said(matches.length)}</div>`;
  }

  #said(matches: number) {
    if (this.failed) return html`<p class="quiet">The search cannot be reached just now.</p>`;
    if (this.typed.trim().length < SEARCH_FROM) return nothing;
    if (this.found === null) return html`<p class="quiet">Looking …</p>`;
    return matches === 0 ? html`<p class="quiet">No PC matches.</p>` : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pc-picker': PcPicker;
  }
}
