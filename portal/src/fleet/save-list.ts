// The list as a CSV file: a button, and, while the file is made, its progress and a way to stop it. It shows what it is
// given and fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { downloadIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { machineCount } from './words.ts';

/** How many machines there are so far; `total` where that is known. */
export type Saving = { count: number; total: number | null };

@customElement('save-list')
export class SaveList extends LitElement {
  static override styles = [
    shared,
    css`
      progress {
        width: 6rem;
      }
    `,
  ];
  @property({ attribute: false }) saving: Saving | null = null;
  @property({ type: Boolean }) disabled = false;

  #send = (): void => {
    this.dispatchEvent(new CustomEvent(this.saving ? 'save-cancelled' : 'save-wanted'));
  };

  override render() {
    const { saving } = this;
    // One button for both, so that the focus stays where it is.
    return html`<span class="row">
      ${saving ? html`<progress max=${saving.total ?? nothing} value=${saving.total === null ? nothing : saving.count} aria-label="CSV"></progress>` : nothing}
      <span class="visually-hidden" role="status">${saving ? 'Fetching the list …' : ''}</span>
      <span>${saving ? machineCount(saving.count) : nothing}</span>
      <button ?disabled=${this.disabled && !saving} @click=${this.#send}>${saving ? 'Cancel' : html`${downloadIcon}Export CSV`}</button>
    </span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'save-list': SaveList;
  }
}
