// One client of many: a button that names it, and a list that one types into. Beyond the first page of clients the server is asked for those
// that begin with what is typed.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ClientList } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import * as api from '../api/fleet.ts';
import { DropDown } from '../core/drop-down.ts';
import { checkIcon, chevronDownIcon } from '../ui/icons.ts';
import { marked } from '../ui/marked.ts';
import { shared } from '../ui/shared-styles.ts';

type Client = ClientList['clients'][number];
/** More than these are no list to look through. */
const SHOWN_MAX = 50;
const PAUSE_MS = 200;
const NUMBER = new Intl.NumberFormat();

/** Fired with the client's name, or undefined for all. */
export type ClientWanted = CustomEvent<string | undefined>;

@customElement('client-picker')
export class ClientPicker extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: block;
        min-width: 0;
      }
      .open {
        max-width: 240px;
        border-color: var(--line);
        font-weight: 500;
        color: var(--text-2);
      }
      .open b {
        font-weight: 550;
        color: var(--text);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .menu {
        position: absolute;
        z-index: 3;
        top: calc(100% + 4px);
        left: 0;
        width: min(300px, calc(100vw - 32px));
      }
      .list {
        max-height: 320px;
        overflow-y: auto;
      }
      input:not([type="checkbox"]) {
        font-size: 13px;
        margin-bottom: 5px;
      }
      .list button {
        display: grid;
        grid-template-columns: 16px minmax(0, 1fr) auto;
        justify-content: stretch;
        gap: 9px;
        width: 100%;
        min-height: 32px;
        padding: 4px 9px;
        border: 0;
        background: none;
        font: inherit;
        text-align: left;
        overflow-wrap: anywhere;
      }
      .list button:is(:hover, :focus-visible) {
        background: var(--sunken);
        outline-offset: -2px;
      }
      .list .i {
        color: var(--accent);
      }
      mark {
        background: none;
        color: inherit;
        font-weight: 700;
      }
      p {
        margin: 8px;
      }
    `,
  ];
  @property({ attribute: false }) clients: readonly Client[] = [];
  /** There are more than these. */
  @property({ type: Boolean }) more = false;
  @property() client = '';
  @property() tenant = '';
  @property({ type: Boolean }) disabled = false;
  @state() private typed = '';
  /** Those that the server found beyond the ones that are listed. */
  @state() private beyond: readonly Client[] = [];
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
    this.typed = '';
    this.beyond = [];
    void this.#list.toggle();
  };

  #type = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    clearTimeout(this.#pause);
    if (this.more && this.typed.trim() !== '') this.#pause = setTimeout(() => void this.#ask(), PAUSE_MS);
  };

  async #ask(): Promise<void> {
    const typed = this.typed.trim();
    // Names are listed in their order, so those that begin so come after it. A failure leaves what is listed.
    const answer = await api.clients(this.tenant, typed).catch(() => null);
    if (answer && typed === this.typed.trim()) this.beyond = answer.clients;
  }

  #choose(client: string | undefined): void {
    this.#list.close();
    this.button.focus();
    this.dispatchEvent(new CustomEvent('client-wanted', { detail: client }));
  }

  override render() {
    const { open } = this.#list;
    return html`<button class="open" aria-expanded=${open ? 'true' : 'false'} aria-controls="clients" ?disabled=${this.disabled} @click=${this.#toggle}>
        Client <b>${this.client === '' ? 'All' : isolated(this.client)}</b>${chevronDownIcon}
      </button>
      <div class="menu" id="clients" role="group" aria-label="Clients" ?hidden=${!open}>${open ? this.#content() : nothing}</div>`;
  }

  #content() {
    const wanted = this.typed.trim().toLowerCase();
    const known = new Map([...this.clients, ...this.beyond].map((one) => [one.name, one]));
    const fitting = [...known.values()].filter(({ name }) => name.toLowerCase().includes(wanted));
    return html`<input
        type="search"
        aria-label="Clients whose name holds"
        placeholder="Type a name"
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed}
        @input=${this.#type}
      />
      <div class="list">
        ${wanted === '' ? this.#line(undefined, 'All', null) : nothing}
        ${fitting.slice(0, SHOWN_MAX).map(({ name, machines }) => this.#line(name, name, machines))}
      </div>
      ${
        fitting.length > SHOWN_MAX || (this.more && wanted === '')
          ? html`<p class="quiet">Type to see the others.</p>`
          : fitting.length === 0
            ? html`<p class="quiet" role="status">No client matches.</p>`
            : nothing
      }`;
  }

  #line(client: string | undefined, words: string, machines: number | null) {
    const here = (client ?? '') === this.client;
    return html`<button aria-pressed=${here ? 'true' : 'false'} @click=${() => this.#choose(client)}>
      ${here ? checkIcon : html`<span></span>`}<span>${marked(words, this.typed.trim())}</span>
      <span class="quiet">${machines === null ? nothing : NUMBER.format(machines)}</span>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'client-picker': ClientPicker;
  }
}
