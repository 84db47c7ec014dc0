// The pages behind More on a narrow screen, and what is the person's own: a sheet from below.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { Modal } from '../core/modal.ts';
import { nextTheme, THEME_WORDS, theme } from '../core/theme.ts';
import { chevronRightIcon, circleHelpIcon, logOutIcon, sunMoonIcon, xIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { initials, ROLE_WORDS } from '../ui/words.ts';
import { leave } from './me-menu.ts';
import { type Dues, groupsOf, type MenuEntry } from './menu.ts';

/** Fires `closed` and `help-wanted`. */
@customElement('more-sheet')
export class MoreSheet extends LitElement {
  static override styles = [
    shared,
    css`
      dialog {
        padding: 16px 18px;
      }
      .who {
        display: flex;
        align-items: center;
        gap: 10px;
      }
      .who > :nth-child(2) {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      h1 {
        font-size: 14px;
        line-height: 20px;
      }
      .group {
        margin: 8px 0 2px;
        font-size: 12px;
        font-weight: 550;
        color: var(--text-3);
      }
      a.entry {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 44px;
        color: var(--text);
        font-weight: 500;
        text-decoration: none;
      }
      .entry > :nth-child(2) {
        flex: 1;
      }
      .tile {
        display: grid;
        place-items: center;
        width: 28px;
        height: 28px;
        border-radius: var(--radius-note);
        background: var(--sunken);
        color: var(--text-2);
      }
      .entry > .i {
        color: var(--text-3);
      }
      .own > a {
        grid-column: 1 / -1;
      }
      .own {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
        margin-top: 16px;
      }
    `,
  ];
  @property({ attribute: false }) me!: Me;
  @property({ attribute: false }) membership: Membership | undefined;
  @property({ attribute: false }) menu: readonly MenuEntry[] = [];
  @property({ attribute: false }) dues: Dues = {};
  @state() private themeName = theme();
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
  }

  #close = (): void => this.dialog.close();

  override render() {
    const { me, membership } = this;
    return html`<dialog aria-label="More" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <div class="who">
        <span class="avatar" aria-hidden="true">${initials(me.email)}</span>
        <div>
          <h1>${me.email}</h1>
          ${membership ? html`<span class="quiet">${ROLE_WORDS[membership.role]} · ${membership.name}</span>` : nothing}
        </div>
        <button class="ghost only-icon" aria-label="Close" @click=${this.#close}>${xIcon}</button>
      </div>
      <nav aria-label="More pages">
        ${groupsOf(this.menu)
          .filter(([group]) => group !== '')
          .map(([group, entries]) => html`<p class="group">${group}</p>${entries.map((entry) => this.#entry(entry))}`)}
      </nav>
      <div class="own">
        <button
          @click=${() => {
            this.themeName = nextTheme();
          }}
        >
          ${sunMoonIcon}Theme: ${THEME_WORDS[this.themeName].toLowerCase()}
        </button>
        <button @click=${() => this.dispatchEvent(new CustomEvent('help-wanted'))}>${circleHelpIcon}Help</button>
        <a class="button" href="/cdn-cgi/access/logout" @click=${leave}>${logOutIcon}Sign out</a>
      </div>
    </dialog>`;
  }

  #entry({ href, words, icon, here }: MenuEntry) {
    const due = this.dues[words];
    return html`<a class="entry" href=${href} aria-current=${here ? 'page' : nothing} title=${due?.words ?? nothing} @click=${this.#close}>
      <span class="tile">${icon}</span><span>${words}</span>
      ${due ? html`<span class="count ${due.tone}" aria-hidden="true">${due.count}</span>` : nothing}${chevronRightIcon}
    </a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'more-sheet': MoreSheet;
  }
}
