// A thumbprint in groups for the eye, and whole for the clipboard: an engine compares it character by character.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from './shared-styles.ts';
import { groupsOf } from './words.ts';

@customElement('fingerprint-text')
export class FingerprintText extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.35rem 0.9rem;
      }
      /* Space by margin, not by a character: a selection copies the thumbprint as it is. */
      .group {
        display: inline-block;
        margin-right: 0.55em;
      }
      button {
        min-height: 1.8rem;
        padding: 0.1rem 0.6rem;
      }
      @media print {
        button {
          display: none;
        }
      }
    `,
  ];

  @property() fingerprint = '';
  /** Offers the clipboard. */
  @property({ type: Boolean }) copyable = false;
  @state() private words = 'Copy';

  #copy = async (): Promise<void> => {
    this.words = await navigator.clipboard.writeText(this.fingerprint).then(
      () => 'Copied',
      () => 'Not allowed: select it',
    );
  };

  override render() {
    return html`<span class="mono"
        >${groupsOf(this.fingerprint).map((group) => html`<span class="group">${group}</span>`)}</span
      >${
        this.copyable
          ? html`<button type="button" aria-label="Copy the fingerprint" @click=${this.#copy}>${this.words}</button>
              <span class="visually-hidden" role="status">${this.words === 'Copy' ? nothing : this.words}</span>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fingerprint-text': FingerprintText;
  }
}
