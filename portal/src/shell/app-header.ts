// The bar on top: the present page, the other pages, whether the vault is open, and who is signed in. On a narrow
// screen most of it is behind one button, so that the page is seen.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { nextTheme, theme } from '../core/theme.ts';
import { signOut } from '../session/person.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import '../unlock/vault-state.ts';
import './tenant-switcher.ts';

const THEME_WORDS = { system: 'Auto', light: 'Light', dark: 'Dark' } as const;

/** `here`: its page is open, or one that belongs to it. */
export type MenuEntry = { href: string; words: string; here: boolean };

@customElement('app-header')
export class AppHeader extends LitElement {
  static override styles = [
    shared,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 1rem;
        min-height: 3.3rem;
        padding: 0.45rem clamp(0.8rem, 3vw, 2rem);
        background: var(--raised);
        border-bottom: 1px solid var(--line);
      }
      .brand {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        font-weight: 650;
        color: inherit;
        text-decoration: none;
        min-height: 2rem;
        min-width: 0;
      }
      .brand img {
        width: 1.7rem;
        height: 1.7rem;
      }
      .brand .quiet {
        overflow-wrap: anywhere;
      }
      /* Two rows, whatever the role has: nothing moves when a pill comes and goes. */
      #menu {
        display: contents;
      }
      nav {
        --nav-space: 0.25rem;
        order: 1;
        flex: 1 0 100%;
        display: flex;
        flex-wrap: wrap;
        gap: 0.1rem 1.2rem;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.8rem;
      }
      nav a {
        display: inline-block;
        padding: var(--nav-space) 0 calc(var(--nav-space) + 2px);
        color: var(--text-quiet);
        text-decoration: none;
      }
      nav a:hover {
        color: var(--text);
      }
      nav a[aria-current] {
        color: var(--text);
        font-weight: 600;
        padding-bottom: var(--nav-space);
        border-bottom: 2px solid var(--accent);
      }
      button {
        min-height: 2rem;
      }
      .who a {
        display: inline-block;
        padding: 0.25rem 0;
      }
      .who {
        font-size: 0.9rem;
        overflow-wrap: anywhere;
      }
      .space {
        flex: 1;
      }
      .menu-button {
        display: none;
      }
      @media (max-width: 64rem) {
        .menu-button {
          display: inline-flex;
        }
        #menu {
          order: 2;
          flex: 1 1 100%;
          display: none;
          padding: 0.5rem 0;
        }
        #menu.open {
          display: grid;
          gap: 0.8rem;
        }
        nav {
          --nav-space: 0.4rem;
          gap: 0.2rem 1.3rem;
        }
      }
      @media (max-width: 40rem) {
        header {
          gap: 0.4rem 0.5rem;
        }
        .brand .product,
        .menu-button .words {
          display: none;
        }
        tenant-switcher {
          flex: 1 1 4rem;
        }
        tenant-switcher + .space {
          display: none;
        }
      }
      @media (min-width: 40.01rem) {
        .menu-button .sign {
          display: none;
        }
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) me!: Me;
  /** Of the tenant that is open. */
  @property({ attribute: false }) membership: Membership | undefined;
  /** The page that is open. */
  @property() page = '';
  @property({ attribute: false }) menu: readonly MenuEntry[] = [];
  @state() private open = false;
  @state() private themeName = theme();
  @query('.menu-button') private button!: HTMLButtonElement;

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('page') || changed.has('membership')) this.open = false;
  }

  #pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return;
    this.open = false;
    this.button.focus();
  };

  override render() {
    const { me, membership } = this;
    const several = me.memberships.length > 1;
    return html`<header @keydown=${this.#pressed}>
      <a class="brand" href=${membership ? `/t/${membership.tenant}` : '/'}
        ><img src="/logo.svg" alt=${membership && !several ? '' : 'TotlProvision'} /><span class="product" aria-hidden=${membership && !several ? nothing : 'true'}>TotlProvision</span>${
          membership && !several ? html` <span class="quiet">${theirs(membership.name)}</span>` : nothing
        }</a
      >
      ${several ? html`<tenant-switcher .memberships=${me.memberships} tenant=${membership?.tenant ?? ''}></tenant-switcher>` : nothing}
      <span class="space"></span>
      ${membership?.status === 'active' ? this.#keyState(membership) : nothing}
      <button
        class="menu-button"
        aria-expanded=${this.open ? 'true' : 'false'}
        aria-controls="menu"
        aria-label="Menu"
        @click=${() => {
          this.open = !this.open;
        }}
      >
        <span class="sign" aria-hidden="true">☰</span><span class="words">Menu</span>
      </button>
      <div id="menu" class=${this.open ? 'open' : ''}>${this.#menu()}</div>
    </header>`;
  }

  #keyState(membership: Membership) {
    return membership.role === 'auditor'
      ? html`<span class="quiet who" title="Auditors reveal nothing, so there is nothing to unlock">No keys: auditor</span>`
      : html`<vault-state .membership=${membership} .memberships=${this.me.memberships}></vault-state>`;
  }

  #menu() {
    return html`<nav aria-label="Pages">
        ${this.menu.map(({ href, words, here }) => html`<a href=${href} aria-current=${here ? 'page' : nothing}>${words}</a>`)}
      </nav>
      <div class="tools">
      <button aria-label="Theme: ${THEME_WORDS[this.themeName]}" title="Theme" @click=${() => {
        this.themeName = nextTheme();
      }}>
        ${THEME_WORDS[this.themeName]}
      </button>
      <button aria-label="Shortcuts on this page" title="Shortcuts on this page (?)" @click=${() => this.dispatchEvent(new CustomEvent('help-wanted'))}>?</button>
      <span class="who quiet">${this.me.email} <a href="/cdn-cgi/access/logout" @click=${this.#signOut}>Sign out</a></span>
      </div>`;
  }

  #signOut = (event: Event): void => {
    event.preventDefault();
    void signOut((event.currentTarget as HTMLAnchorElement).href);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'app-header': AppHeader;
  }
}
