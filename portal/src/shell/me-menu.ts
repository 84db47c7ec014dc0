// Who is signed in, and what is theirs alone: the theme, the shortcuts, their ways to unlock, the way out. It opens above its button.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { DropDown } from '../core/drop-down.ts';
import { chooseTheme, THEME_CHOSEN, THEME_WORDS, type Theme, theme } from '../core/theme.ts';
import { signOut } from '../session/person.ts';
import { chevronsUpDownIcon, circleHelpIcon, fingerprintIcon, logOutIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { initials, ROLE_WORDS } from '../ui/words.ts';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export const leave = (event: Event): void => {
  event.preventDefault();
  void signOut((event.currentTarget as HTMLAnchorElement).href);
};

@customElement('me-menu')
export class MeMenu extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: block;
        border-top: 1px solid var(--line);
        padding: 6px 8px;
      }
      .open {
        display: flex;
        justify-content: flex-start;
        gap: 8px;
        width: 100%;
        min-height: 48px;
        padding: 4px;
        border: 0;
        background: none;
        text-align: left;
      }
      .open:hover {
        background: var(--sunken);
      }
      .who {
        flex: 1;
        min-width: 0;
        display: grid;
      }
      .who {
        font-size: 12px;
        line-height: 16px;
      }
      .who span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .role {
        font-weight: 400;
        color: var(--text-3);
      }
      .menu {
        position: absolute;
        left: 8px;
        bottom: calc(100% - 2px);
        width: 236px;
        z-index: 5;
      }
      .menu > :is(a, button) {
        display: flex;
        justify-content: flex-start;
        gap: 9px;
        width: 100%;
        min-height: 32px;
        padding: 0 9px;
        align-items: center;
        border: 0;
        border-radius: var(--radius-small);
        background: none;
        color: var(--text);
        font: inherit;
        text-decoration: none;
      }
      .menu > :is(a, button):is(:hover, :focus-visible) {
        background: var(--sunken);
      }
      .menu .i {
        color: var(--text-2);
      }
      .email {
        padding: 6px 9px 2px;
        font-weight: 550;
        overflow-wrap: anywhere;
      }
      .seg {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        margin: 4px 9px 8px;
      }
      @media (max-width: 1099px) {
        :host {
          padding: 6px;
        }
        .open {
          justify-content: center;
          padding: 4px;
        }
        .who {
          position: absolute;
          width: 1px;
          clip-path: inset(50%);
        }
        .open > .i {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) me!: Me;
  @property({ attribute: false }) membership: Membership | undefined;
  @state() private themeName = theme();
  @query('.open') private button!: HTMLButtonElement;
  #list = new DropDown(this, {
    button: () => this.button,
    items: () => [...this.renderRoot.querySelectorAll<HTMLElement>('.menu a, .menu button')],
  });

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(THEME_CHOSEN, this.#themed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener(THEME_CHOSEN, this.#themed);
  }

  #themed = (): void => {
    this.themeName = theme();
  };

  #help = (): void => {
    this.#list.close();
    this.dispatchEvent(new CustomEvent('help-wanted', { bubbles: true, composed: true }));
  };

  override render() {
    const { open } = this.#list;
    const { email } = this.me;
    const role = this.membership ? ROLE_WORDS[this.membership.role] : this.me.operator ? 'Operator' : '';
    return html`<button class="open" aria-expanded=${open ? 'true' : 'false'} aria-controls="mine" @click=${this.#list.toggle}>
        <span class="avatar" aria-hidden="true">${initials(email)}</span><span class="visually-hidden">You: </span>
        <span class="who"><span>${email}</span><span class="role">${role}</span></span>${chevronsUpDownIcon}
      </button>
      <div id="mine" class="menu" role="group" aria-label="You" ?hidden=${!open}>${open ? this.#content() : nothing}</div>`;
  }

  #content() {
    const { membership } = this;
    return html`<div class="email">${this.me.email}</div>
      <div class="seg" role="group" aria-label="Theme">
        ${THEMES.map(
          (one) =>
            html`<button aria-pressed=${one === this.themeName ? 'true' : 'false'} @click=${() => chooseTheme(one)}>${THEME_WORDS[one]}</button>`,
        )}
      </div>
      ${
        membership?.status === 'active'
          ? html`<a href="/t/${membership.tenant}/access" @click=${this.#list.close}>${fingerprintIcon}Your unlock methods</a>`
          : nothing
      }
      <button @click=${this.#help}>${circleHelpIcon}Help and shortcuts</button>
      <a href="/cdn-cgi/access/logout" @click=${leave}>${logOutIcon}Sign out</a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'me-menu': MeMenu;
  }
}
