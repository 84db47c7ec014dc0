// How many recovery sheets, and how many of them are to open.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';

const MAX_SHEETS = 9;

@customElement('recovery-size')
export class RecoverySize extends LitElement {
  static override styles = [
    shared,
    css`
      .fields {
        display: flex;
        gap: 1rem;
        margin-bottom: 0.8rem;
      }
      .fields > div {
        flex: 1;
      }
    `,
  ];
  @property() action = 'Make the sheets';
  @property({ attribute: false }) busy = false;
  /** It is a part of a form that is not put away. */
  @property({ type: Boolean }) stays = false;
  @state() private count = 3;
  @state() private threshold = 2;

  #numbers(to: number, chosen: number) {
    return Array.from({ length: to }, (_, place) => place + 1).map(
      (number) => html`<option value=${number} ?selected=${number === chosen}>${number}</option>`,
    );
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { threshold, count } = this;
    this.dispatchEvent(new CustomEvent('chosen', { detail: { threshold, count } }));
  };

  override render() {
    return html`<form @submit=${this.#submit}>
      <div class="fields">
        <div>
          <label for="count">Sheets</label>
          <select
            id="count"
            @change=${(event: Event) => {
              this.count = Number((event.target as HTMLSelectElement).value);
              this.threshold = Math.min(this.threshold, this.count);
            }}
          >
            ${this.#numbers(MAX_SHEETS, this.count)}
          </select>
        </div>
        <div>
          <label for="threshold">Needed to open</label>
          <select
            id="threshold"
            @change=${(event: Event) => {
              this.threshold = Number((event.target as HTMLSelectElement).value);
            }}
          >
            ${this.#numbers(this.count, this.threshold)}
          </select>
        </div>
      </div>
      <p class="quiet">
        Two of three is a good start: no single holder can open anything alone, and one sheet may be lost.
      </p>
      <div class="row">
        <button class="primary" ?disabled=${this.busy}>${this.action}</button>
        ${this.stays ? nothing : html`<button type="button" @click=${() => this.dispatchEvent(new CustomEvent('closed'))}>Cancel</button>`}
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'recovery-size': RecoverySize;
  }
}
