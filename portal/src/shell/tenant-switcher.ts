// From one tenant to another: a list of links that opens beneath its button; with a field to type in where the list is long.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
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
        display: inline-block;
        position: relative;
        min-width: 0;
      }
      .open {
        max-width: min(16rem, 100%);
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      nav {
        position: absolute;
        z-index: 4;
        top: calc(100% + 0.35rem);
        left: 0;
        width: min(20rem, calc(100vw - 1.6rem));
        max-height: min(26rem, 70vh);
        overflow-y: auto;
        padding: 0.5rem;
        box-shadow: var(--shadow);
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li a {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 0.6rem;
        padding: 0.45rem 0.6rem;
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
        box-shadow: inset 3px 0 var(--accent);
      }
      .all {
        border-top: 1px solid var(--line);
        margin-top: 0.4rem;
        padding-top: 0.4rem;
      }
      input {
        margin-bottom: 0.4rem;
      }
      p {
        margin: 0.4rem 0.6rem;
      }
    `,
  ];
  @property({ attribute: false }) memberships: readonly Membership[] = [];
  /** The one that is open; '' for none. */
  @property() tenant = '';
  @state() private open = false;
  @state() private typed = '';
  @query('.open') private button!: HTMLButtonElement;

  constructor() {
    super();
    this.addEventListener('keydown', this.#pressed);
    this.addEventListener('focusout', ({ relatedTarget }) => {
      // If the focus goes to another part of this element it stays open; otherwise it has been left.
      if (this.open && relatedTarget instanceof Node && relatedTarget !== this && !this.contains(relatedTarget))
        this.open = false;
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.#elsewhere);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.#elsewhere);
  }

  #elsewhere = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('open') && this.open) this.#items()[0]?.focus();
  }

  #toggle = (): void => {
    this.typed = '';
    this.open = !this.open;
  };

  /** The field, where there is one, and the links, in their order. */
  #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('nav input, nav a')];
  }

  #pressed = (event: KeyboardEvent): void => {
    if (!this.open) return;
    const items = this.#items();
    const at = items.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const typing = items[at] instanceof HTMLInputElement;
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      ...(typing ? {} : { Home: 0, End: items.length - 1 }),
    };
    if (event.key === 'Escape') {
      this.open = false;
      this.button.focus();
    } else if (event.key === 'Enter' && typing) items[at + 1]?.click();
    else if (to[event.key] !== undefined) items[to[event.key] ?? 0]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  override render() {
    const current = this.memberships.find((one) => one.tenant === this.tenant);
    return html`<button class="open" aria-expanded=${this.open ? 'true' : 'false'} aria-controls="tenants" @click=${this.#toggle}>
        <span class="visually-hidden">Tenant: </span><span class="name">${theirs(current?.name ?? 'Choose a tenant')}</span>
        <span aria-hidden="true">▾</span>
      </button>
      <nav id="tenants" class="card" aria-label="Tenants" ?hidden=${!this.open}>${this.open ? this.#list() : nothing}</nav>`;
  }

  #list() {
    const wanted = this.typed.trim().toLowerCase();
    const fitting = this.memberships.filter(({ name }) => name.toLowerCase().includes(wanted));
    const close = () => {
      this.open = false;
    };
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
      ${fitting.length === 0 ? html`<p class="quiet" role="status">No tenant of yours is called so.</p>` : nothing}
      <ul>
        ${fitting.map(
          ({ tenant, name, role, status }) => html`<li>
            <a href="/t/${tenant}" aria-current=${tenant === this.tenant ? 'true' : nothing} @click=${close}
              >${name} <span class="quiet">${status === 'suspended' ? 'Suspended' : ROLE_WORDS[role]}</span></a
            >
          </li>`,
        )}
        <li class="all"><a href="/search" @click=${close}>Search all tenants</a></li>
      </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tenant-switcher': TenantSwitcher;
  }
}
