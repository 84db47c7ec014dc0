// The rail on the left: the pages in groups, what waits in each, and who is signed in. On a narrow screen its place is taken by tabs.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { shared } from '../ui/shared-styles.ts';
import { type Dues, groupsOf, type MenuEntry } from './menu.ts';
import './me-menu.ts';

@customElement('app-rail')
export class AppRail extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: sticky;
        top: var(--bar-height);
        z-index: 3;
        align-self: start;
        height: calc(100vh - var(--bar-height));
        display: flex;
        flex-direction: column;
        background: var(--canvas);
        border-right: 1px solid var(--line);
      }
      nav {
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        padding: 4px 12px 12px;
      }
      p {
        font-size: 12px;
        line-height: 16px;
        font-weight: 550;
        color: var(--text-3);
        margin: 0;
        padding: 16px 8px 6px;
      }
      a {
        display: flex;
        align-items: center;
        gap: 10px;
        height: 32px;
        padding: 0 8px;
        border-radius: var(--radius-small);
        color: var(--text-2);
        font-weight: 500;
        text-decoration: none;
        outline-offset: -2px;
      }
      a .i {
        color: var(--text-3);
      }
      a:hover {
        background: var(--sunken);
      }
      a[aria-current] {
        background: light-dark(#e6e9ee, #222934);
        color: var(--text);
        font-weight: 600;
      }
      a[aria-current] .i {
        color: var(--accent);
      }
      .count {
        margin-left: auto;
      }
      @media (prefers-contrast: more), (forced-colors: active) {
        a[aria-current] {
          outline: 2px solid var(--focus);
        }
      }
      /* Icons alone; a name comes beside its icon for a pointer and for the focus. */
      @media (max-width: 1099px) {
        nav {
          padding: 4px 10px;
        }
        p {
          height: 1px;
          padding: 0;
          margin: 8px 0;
          overflow: hidden;
          color: transparent;
        }
        a {
          position: relative;
          justify-content: center;
          height: 36px;
          padding: 0;
        }
        .words {
          position: absolute;
          left: calc(100% + 14px);
          z-index: 1;
          padding: 5px 9px;
          border-radius: var(--radius-small);
          background: var(--ink);
          color: var(--on-ink);
          font-size: 12px;
          line-height: 16px;
          white-space: nowrap;
          clip-path: inset(50%);
          pointer-events: none;
        }
        .count {
          position: absolute;
          top: 1px;
          right: 0;
          min-width: 16px;
          padding: 0 3px;
          line-height: 16px;
        }
      }
      @media (max-width: 1099px) and (min-height: 600px) {
        nav {
          overflow: visible;
        }
        a:is(:hover, :focus-visible) .words {
          clip-path: none;
        }
      }
      @media (max-width: 719px) {
        :host {
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
  @property({ attribute: false }) membership: Membership | undefined;
  @property({ attribute: false }) menu: readonly MenuEntry[] = [];
  @property({ attribute: false }) dues: Dues = {};

  override render() {
    return html`<nav aria-label="Pages">
        ${groupsOf(this.menu).map(
          ([group, entries]) =>
            html`${group ? html`<p>${group}</p>` : nothing}${entries.map((entry) => this.#entry(entry))}`,
        )}
      </nav>
      <me-menu .me=${this.me} .membership=${this.membership}></me-menu>`;
  }

  #entry({ href, words, icon, here }: MenuEntry) {
    const due = this.dues[words];
    return html`<a href=${href} aria-current=${here ? 'page' : nothing} title=${due?.words ?? nothing}
      >${icon}<span class="words">${words}</span>${
        due ? html`<span class="count ${due.tone}" aria-hidden="true">${due.count}</span>` : nothing
      }</a
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'app-rail': AppRail;
  }
}
