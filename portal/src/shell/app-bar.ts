// The bar on top, the same on every page: the tenant, the search, whether the vault is open; help and theme where there is room.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { nextTheme, THEME_WORDS, theme } from '../core/theme.ts';
import { circleHelpIcon, eyeIcon, searchIcon, sunMoonIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import '../unlock/vault-state.ts';
import './tenant-switcher.ts';

/** Fires `find-wanted` and `help-wanted`. */
@customElement('app-bar')
export class AppBar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: sticky;
        top: 0;
        z-index: 4;
        display: block;
      }
      header {
        display: grid;
        grid-template-columns: var(--rail-width) minmax(0, 1fr);
        height: var(--bar-height);
      }
      .tenant {
        display: grid;
        align-items: center;
        padding: 0 12px;
        background: var(--canvas);
        border-right: 1px solid var(--line);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 40px;
        padding: 0 8px;
        min-width: 0;
        font-weight: 600;
        color: inherit;
        text-decoration: none;
        border-radius: var(--radius-note);
      }
      .brand img {
        width: 24px;
        height: 24px;
      }
      .brand span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 0 var(--edge);
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .find {
        flex: 0 1 440px;
        justify-content: flex-start;
        gap: 8px;
        min-width: 0;
        padding: 0 6px 0 10px;
        border-color: var(--pill-line);
        border-radius: var(--radius-note);
        background: var(--sunken);
        color: var(--text-3);
        font-weight: 400;
        text-align: left;
        white-space: nowrap;
      }
      .find .words {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .find .i {
        color: inherit;
      }
      .space {
        flex: 1;
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        height: var(--control);
        padding: 0 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius-note);
        font-size: 13px;
        font-weight: 550;
        white-space: nowrap;
      }
      @media (min-width: 720px) and (max-width: 1099px) {
        .tenant {
          padding: 0 10px;
        }
        .brand span {
          display: none;
        }
      }
      @media (max-width: 719px) {
        header {
          display: flex;
          background: var(--canvas);
          border-bottom: 1px solid var(--line);
        }
        .tenant {
          flex: 1;
          min-width: 0;
          padding: 0 0 0 6px;
          border: 0;
        }
        .tools {
          flex: none;
          padding: 0 12px 0 4px;
          border: 0;
          background: none;
        }
        .find,
        .space,
        .only-icon {
          display: none;
        }
      }
      @media (forced-colors: active) {
        .find {
          border-color: CanvasText;
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
  /** Nobody has made the tenant's keys yet. */
  @property({ type: Boolean }) keyless = false;
  @state() private themeName = theme();

  override render() {
    const { me, membership } = this;
    const wants = (type: string) => () => this.dispatchEvent(new CustomEvent(type));
    return html`<header>
      <div class="tenant">
        ${
          me.memberships.length > 1
            ? html`<tenant-switcher .memberships=${me.memberships} tenant=${membership?.tenant ?? ''}></tenant-switcher>`
            : this.#brand(membership)
        }
      </div>
      <div class="tools">
        <button class="find" aria-keyshortcuts="Control+K" @click=${wants('find-wanted')}>
          ${searchIcon}<span class="words">Find a PC, person, page or action</span><kbd aria-hidden="true">Ctrl</kbd><kbd aria-hidden="true">K</kbd>
        </button>
        <span class="space"></span>
        ${membership?.status === 'active' ? this.#vault(membership) : nothing}
        <button class="ghost only-icon" aria-label="Help and shortcuts" title="Help and shortcuts (?)" @click=${wants('help-wanted')}>
          ${circleHelpIcon}
        </button>
        <button
          class="ghost only-icon"
          aria-label="Theme: ${THEME_WORDS[this.themeName]}"
          title="Theme: ${THEME_WORDS[this.themeName]}"
          @click=${() => {
            this.themeName = nextTheme();
          }}
        >
          ${sunMoonIcon}
        </button>
      </div>
    </header>`;
  }

  #brand(membership: Membership | undefined) {
    return html`<a class="brand" href=${membership ? `/t/${membership.tenant}` : '/'} aria-label=${membership ? nothing : 'TotlProvision'}
      ><img src="/logo.svg" alt="" /><span>${membership ? theirs(membership.name) : 'TotlProvision'}</span></a
    >`;
  }

  #vault(membership: Membership) {
    return membership.role === 'auditor'
      ? html`<span class="chip" title="Auditors reveal nothing, so there is nothing to unlock">${eyeIcon}View only</span>`
      : html`<vault-state .membership=${membership} .memberships=${this.me.memberships} ?keyless=${this.keyless}></vault-state>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'app-bar': AppBar;
  }
}
