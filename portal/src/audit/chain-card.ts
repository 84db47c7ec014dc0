// Verifying the chain: the button, the progress and the verdict. It shows what it is given and fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';
import type { ChainProgress, CheckedChain } from './chain-check.ts';

@customElement('chain-card')
export class ChainCard extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        justify-content: space-between;
        align-items: baseline;
      }
      .note {
        margin: 0.75rem 0 0;
      }
      .note p:last-child,
      .about {
        margin: 0;
      }
    `,
  ];
  /** Null while nothing runs. */
  @property({ attribute: false }) progress: ChainProgress | null = null;
  @property({ attribute: false }) checked: CheckedChain | null = null;

  override render() {
    const send = (name: string) => () => this.dispatchEvent(new CustomEvent(name));
    return html`<div class="row bar">
        <h2>The chain</h2>
        ${
          this.progress
            ? html`<button @click=${send('stop-wanted')}>Stop</button>`
            : html`<button @click=${send('verify-wanted')}>Verify the chain</button>`
        }
      </div>
      <p class="quiet about">
        Fetches every entry, hashes it in this browser, and holds the end against the index and against what this browser has
        verified before.
      </p>
      ${this.progress ? this.#progress(this.progress) : nothing} ${this.checked ? this.#verdict(this.checked) : nothing}`;
  }

  #progress({ done, total }: ChainProgress) {
    return html`<progress max=${Math.max(1, total)} .value=${done} aria-label="Entries verified"></progress>
      <p role="status">${done} of ${total} entries</p>`;
  }

  #verdict(checked: CheckedChain) {
    if (!checked.ok)
      return html`<div class="note bad" role="alert">
        <p><strong>The chain is not whole.</strong> ${checked.says}</p>
        <p>Export what the server shows, keep it, and tell your operator.</p>
      </div>`;
    const { head, index, seen } = checked;
    return html`<div class="note good" role="status">
      <p>
        <strong>The chain is whole:</strong> ${head.seq} entries, none edited, missing or out of place.
        ${index ? `The index holds entry ${index.seq} of it.` : 'The index has not been told of it yet.'}
        ${seen ? `This browser had verified it up to entry ${seen.seq}.` : 'This browser had not verified it before.'}
      </p>
      <p>Head: <span class="mono">${head.seq}:${head.hash}</span></p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-card': ChainCard;
  }
}
