// The tabs at the bottom of a narrow screen: the pages that a technician with a phone needs, the search, and More for the rest.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { menuIcon, searchIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import type { Dues, MenuEntry } from './menu.ts';

/** Those of the first group, which has no name, are tabs; all others are behind More. */
const isTab = ({ group }: MenuEntry): boolean => group === '';

/** Fires `find-wanted` and `more-wanted`. */
@customElement('app-tabs')
export class AppTabs extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: none;
      }
      @media (max-width: 719px) {
        :host {
          display: block;
          position: fixed;
          inset: auto 0 0;
          z-index: 3;
          background: var(--canvas);
          border-top: 1px solid var(--line);
          padding-bottom: env(safe-area-inset-bottom);
        }
      }
      @media print {
        :host {
          display: none;
        }
      }
      nav {
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: 1fr;
      }
      a,
      button {
        position: relative;
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 2px;
        min-height: 56px;
        padding: 0 4px;
        border: 0;
        border-radius: 0;
        background: none;
        font: 550 12px / 14px var(--sans);
        color: var(--text-3);
        text-decoration: none;
        outline-offset: -4px;
      }
      nav .i {
        width: 22px;
        height: 22px;
        color: inherit;
      }
      [aria-current] {
        color: var(--accent);
      }
      .count {
        position: absolute;
        top: 4px;
        right: calc(50% - 24px);
      }
    `,
  ];
  @property({ attribute: false }) menu: readonly MenuEntry[] = [];
  @property({ attribute: false }) dues: Dues = {};

  override render() {
    const wants = (type: string) => () => this.dispatchEvent(new CustomEvent(type));
    const [first, ...others] = this.menu.filter(isTab);
    const waiting = Object.values(this.dues).reduce((sum, { count }) => sum + count, 0);
    const tab = ({ href, words, icon, here }: MenuEntry) =>
      html`<a href=${href} aria-current=${here ? 'page' : nothing}>${icon}${words}</a>`;
    return html`<nav aria-label="Pages">
      ${first ? tab(first) : nothing}
      <button @click=${wants('find-wanted')}>${searchIcon}Find</button>
      ${others.map(tab)}
      <button @click=${wants('more-wanted')}>${menuIcon}More${
        waiting > 0 ? html`<span class="count" aria-hidden="true">${waiting}</span>` : nothing
      }</button>
    </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'app-tabs': AppTabs;
  }
}
