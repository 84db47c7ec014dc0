// Eight words that two people read to each other, numbered, so that both know where they are.
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
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
      label {
        display: flex;
        gap: 6px;
        margin: 0;
        font: inherit;
        cursor: pointer;
      }
      .place {
        color: var(--text-3);
        font-weight: 400;
        margin-right: 0.35rem;
      }
    `,
  ];

  @property({ attribute: false }) words: readonly string[] = [];
  /** Each is ticked as the other side reads it out; fires `ticked` with how many are. */
  @property({ type: Boolean }) ticking = false;
  @state() private ticked: ReadonlySet<number> = new Set();

  /**
   * Other words have to be read out anew; the same ones in a list that was read again have not. Words that are shown for the first time say that
   * none is ticked: whoever counts may remember others in their place.
   */
  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('words') as readonly string[] | undefined;
    if (changed.has('words') && before?.join() !== this.words.join()) this.#tick(new Set());
  }

  #tick(ticked: ReadonlySet<number>): void {
    this.ticked = ticked;
    this.dispatchEvent(new CustomEvent('ticked', { detail: ticked.size }));
  }

  #toggle(place: number): void {
    const next = new Set(this.ticked);
    if (!next.delete(place)) next.add(place);
    this.#tick(next);
  }

  #word(word: string, place: number) {
    const words = html`<span class="place">${place + 1}</span>${word}`;
    if (!this.ticking) return words;
    return html`<label
      ><input type="checkbox" .checked=${this.ticked.has(place)} @change=${() => this.#toggle(place)} /><span>${words}</span></label
    >`;
  }

  override render() {
    return html`<ol aria-label="Eight words">
      ${this.words.map((word, place) => html`<li>${this.#word(word, place)}</li>`)}
    </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'eight-words': EightWords;
  }
}
