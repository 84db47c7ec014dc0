// From one tenant to another: a list of links that opens beneath its button; with a field to type in where the list is long.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import { DropDown } from '../core/drop-down.ts';
import { checkIcon, chevronsUpDownIcon, searchIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { ROLE_WORDS } from '../ui/words.ts';

/** More than these, and typing is quicker than looking. */
const FILTER_FROM = 8;

@customElement('tenant-switcher')
export class TenantSwitcher extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: relative;
        min-width: 0;
      }
      .open {
        display: flex;
        justify-content: flex-start;
        gap: 10px;
        width: 100%;
        min-height: 40px;
        padding: 0 8px;
        border: 0;
        border-radius: var(--radius-note);
        background: none;
        font: 600 14px / 20px var(--sans);
      }
      .open:hover {
        background: var(--sunken);
      }
      img {
        width: 24px;
        height: 24px;
        flex: none;
      }
      .name {
        flex: 1;
        text-align: left;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      nav {
        position: absolute;
        z-index: 5;
        top: calc(100% + 4px);
        left: 0;
        width: min(280px, calc(100vw - 24px));
        max-height: min(26rem, 70vh);
        overflow-y: auto;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li a {
        display: grid;
        grid-template-columns: 16px minmax(0, 1fr) auto;
        align-items: center;
        gap: 9px;
        min-height: max(32px, var(--control));
        padding: 5px 9px;
        border-radius: var(--radius-small);
        color: var(--text);
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      li a:hover,
      li a:focus-visible {
        background: var(--sunken);
      }
      li a[aria-current] {
        font-weight: 600;
      }
      li a[aria-current] .i {
        color: var(--accent);
      }
      .all {
        border-top: 1px solid var(--line);
        margin-top: 5px;
        padding-top: 5px;
      }
      input:not([type="checkbox"]) {
        margin-bottom: 5px;
        font-size: 13px;
      }
      p {
        margin: 8px;
      }
      @media (min-width: 720px) and (max-width: 1099px) {
        .name,
        .open > .i {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) memberships: readonly Membership[] = [];
  /** The one that is open; '' for none. */
  @property() tenant = '';
  @state() private typed = '';
  @query('.open') private button!: HTMLButtonElement;
  /** The field, where there is one, and the links, in their order. */
  #list = new DropDown(this, {
    button: () => this.button,
    items: () => [...this.renderRoot.querySelectorAll<HTMLElement>('nav input, nav a')],
  });

  #toggle = (): void => {
    this.typed = '';
    void this.#list.toggle();
  };

  override render() {
    const { open } = this.#list;
    const current = this.memberships.find((one) => one.tenant === this.tenant);
    return html`<button class="open" aria-expanded=${open ? 'true' : 'false'} aria-controls="tenants" @click=${this.#toggle}>
        <img src="/logo.svg" alt="" /><span class="visually-hidden">Tenant: </span
        ><span class="name">${theirs(current?.name ?? 'Choose a tenant')}</span>${chevronsUpDownIcon}
      </button>
      <nav id="tenants" class="menu" aria-label="Tenants" ?hidden=${!open}>${open ? this.#content() : nothing}</nav>`;
  }

  #content() {
    const wanted = this.typed.trim().toLowerCase();
    const fitting = this.memberships.filter(({ name }) => name.toLowerCase().includes(wanted));
    const { close } = this.#list;
    return html`${
      this.memberships.length >= FILTER_FROM
        ? html`<input
            type="search"
            aria-label="Tenants whose name holds"
            placeholder="Type a name"
            autocomplete="off"
            spellcheck="false"
            .value=${this.typed}
            @input=${(event: Event) => {
              this.typed = (event.target as HTMLInputElement).value;
            }}
          />`
        : nothing
    }
      ${fitting.length === 0 ? html`<p class="quiet" role="status">No tenant of yours matches.</p>` : nothing}
      <ul>
        ${fitting.map(
          ({ tenant, name, role, status }) => html`<li>
            <a href="/t/${tenant}" aria-current=${tenant === this.tenant ? 'true' : nothing} @click=${close}
              >${tenant === this.tenant ? checkIcon : html`<span></span>`}<span>${name} </span
              ><span class="quiet">${status === 'suspended' ? 'Suspended' : ROLE_WORDS[role]}</span></a
            >
          </li>`,
        )}
        <li class="all"><a href="/search" @click=${close}>${searchIcon}<span>Search all tenants</span></a></li>
      </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tenant-switcher': TenantSwitcher;
  }
}
