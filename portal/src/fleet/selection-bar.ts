// What can be done with the PCs that are selected; it takes the place of the filters. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { archiveIcon, downloadIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';

/** Fires `export-wanted`, `archive-wanted` and `clear-wanted`. */
@customElement('selection-bar')
export class SelectionBar extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        min-height: var(--control);
        padding: 6px 12px;
        margin: -6px -12px;
        border-radius: var(--radius-note);
        background: var(--selected);
        font-size: 13px;
      }
      progress {
        width: 8rem;
      }
    `,
  ];
  @property({ attribute: false }) count = 0;
  /** Whether the person may archive. */
  @property({ type: Boolean }) acting = false;
  @property({ type: Boolean }) busy = false;
  /** How far the act is that is under way. */
  @property({ attribute: false }) done = 0;
  @property({ attribute: false }) of = 0;

  override render() {
    const wants = (type: string) => () => this.dispatchEvent(new CustomEvent(type));
    const number = new Intl.NumberFormat().format(this.count);
    return html`<div class="bar" role="group" aria-label="Selected PCs">
      <strong role="status">${number} selected</strong>
      <button ?disabled=${this.busy} @click=${wants('export-wanted')}>${downloadIcon}Export</button>
      ${this.acting ? html`<button ?disabled=${this.busy} @click=${wants('archive-wanted')}>${archiveIcon}Archive</button>` : nothing}
      <button class="ghost" ?disabled=${this.busy} @click=${wants('clear-wanted')}>Clear <kbd>Esc</kbd></button>
      ${this.busy ? html`<progress max=${this.of} value=${this.done} aria-label="Archiving"></progress><span>${this.done} of ${this.of}</span>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'selection-bar': SelectionBar;
  }
}
