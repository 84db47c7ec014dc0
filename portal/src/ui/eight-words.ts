// Eight words that two people read to each other, numbered, so that both know where they are.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from './shared-styles.ts';

@customElement('eight-words')
export class EightWords extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr));
        gap: 0.4rem;
        list-style: none;
        margin: 0.6rem 0;
        padding: 0;
      }
      li {
        background: var(--sunken);
        border-radius: var(--radius-small);
        padding: 0.35rem 0.6rem;
        font-weight: 600;
      }
      .place {
        color: var(--text-3);
        font-weight: 400;
        margin-right: 0.35rem;
      }
    `,
  ];

  @property({ attribute: false }) words: readonly string[] = [];

  override render() {
    return html`<ol aria-label="Eight words">
      ${this.words.map((word, place) => html`<li><span class="place">${place + 1}</span>${word}</li>`)}
    </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'eight-words': EightWords;
  }
}
