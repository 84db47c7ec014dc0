// Asks once more before a token is revoked, and for how long the earlier one goes on when it is rotated.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Token } from '../../../schema/token.ts';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';

const HOUR_MS = 3600 * 1000;
const OVERLAPS: [string, number][] = [
  ['One hour', HOUR_MS],
  ['One day', 24 * HOUR_MS],
  ['7 days', 7 * 24 * HOUR_MS],
  ['30 days', 30 * 24 * HOUR_MS],
  ['90 days', 90 * 24 * HOUR_MS],
];
const DEFAULT_OVERLAP = 2;

/** `overlapMs` is of a rotation only. */
export type TokenActConfirmed = CustomEvent<{ overlapMs: number }>;

@customElement('token-dialog')
export class TokenDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
      }
    `,
  ];
  @property({ attribute: false }) token!: Token;
  @property() act: 'rotate' | 'revoke' = 'revoke';
  @property({ type: Boolean }) pinned = false;
  /** Another act of the page works. */
  @property({ attribute: false }) busy = false;

  constructor() {
    super();
    new Modal(this);
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #confirm = (event: SubmitEvent): void => {
    event.preventDefault();
    const place = Number(new FormData(event.target as HTMLFormElement).get('overlap') ?? DEFAULT_OVERLAP);
    const overlapMs = OVERLAPS[place]?.[1] ?? HOUR_MS;
    this.dispatchEvent(new CustomEvent('confirmed', { detail: { overlapMs } }));
  };

  override render() {
    const name = this.token.label || this.token.id;
    return html`<dialog aria-labelledby="heading" @cancel=${this.#close}>
      <form @submit=${this.#confirm}>
        <h1 id="heading">${this.act === 'rotate' ? `Rotate “${name}”` : `Revoke “${name}”?`}</h1>
        ${this.act === 'rotate' ? this.#rotate() : this.#revoke()}
        <div class="actions">
          <button type="button" @click=${this.#close}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>${this.act === 'rotate' ? 'Rotate' : 'Revoke'}</button>
        </div>
      </form>
    </dialog>`;
  }

  #revoke() {
    return html`<p>It is refused at once, for good. Engines that have it keep what is unsent until they get another configuration file.</p>`;
  }

  #rotate() {
    return html`<p>A new token is issued${this.pinned ? ', pinned to the root that this browser has verified' : ', unpinned'}. Both work until the overlap is over.</p>
      <label for="overlap">The earlier one works on for</label>
      <select id="overlap" name="overlap">
        ${OVERLAPS.map(([words], place) => html`<option value=${place} ?selected=${place === DEFAULT_OVERLAP}>${words}</option>`)}
      </select>`;
  }
}
