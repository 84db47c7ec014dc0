// A plaintext as a person reads it aloud or types it: an unambiguous font, kinds of character told apart by more than colour.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Opened } from '../../vault/contract.ts';
import { shared } from '../styles/shared.ts';

const classOf = (character: string): string =>
  /\p{N}/u.test(character)
    ? 'digit'
    : /\p{Lu}/u.test(character)
      ? 'upper'
      : /\p{L}/u.test(character)
        ? 'lower'
        : 'sign';

@customElement('secret-text')
export class SecretText extends LitElement {
  static override styles = [
    shared,
    css`
      .plain,
      .groups {
        font-family: var(--mono);
        font-size: 1.35rem;
        line-height: 1.9;
        user-select: all;
      }
      .plain {
        overflow-wrap: anywhere;
        letter-spacing: 0.08em;
      }
      .digit {
        text-decoration: underline 2px;
        text-underline-offset: 5px;
        color: var(--accent);
      }
      .upper {
        font-weight: 700;
      }
      .sign {
        border: 1px solid var(--line);
        border-radius: 4px;
        color: var(--bad);
      }
      .groups {
        display: grid;
        grid-template-columns: repeat(4, auto);
        justify-content: start;
        gap: 0.2rem 1.4rem;
        margin: 0;
        padding: 0;
        list-style: none;
        font-variant-numeric: slashed-zero;
      }
      @media (max-width: 30rem) {
        .groups {
          grid-template-columns: repeat(2, auto);
        }
      }
      .legend {
        font-size: 0.85rem;
      }
    `,
  ];
  @property({ attribute: false }) opened: Opened | null = null;

  override render() {
    if (!this.opened) return html``;
    const { plaintext, bitlocker } = this.opened;
    if (bitlocker)
      return html`<ol class="groups" aria-label="Recovery password, eight groups of six digits">
          ${bitlocker.groups.map((group) => html`<li>${group}</li>`)}
        </ol>
        ${
          bitlocker.checksum === 'valid'
            ? html`<p class="quiet">Checksum right in all eight groups.</p>`
            : html`<p class="note bad" role="alert">
                A group fails its checksum. This is not a recovery password that BitLocker made.
              </p>`
        }`;
    return html`<p class="plain">${[...plaintext].map((character) => html`<span class=${classOf(character)}>${character}</span>`)}</p>
      <p class="quiet legend">
        <span class="digit">1</span> digit, <span class="upper">A</span> capital, <span class="lower">a</span> small letter,
        <span class="sign">!</span> sign
      </p>`;
  }
}
