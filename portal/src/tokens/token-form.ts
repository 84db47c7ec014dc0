// A new token's label and how long it lives.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { DAY_MS } from '../../../schema/facts/days.ts';
import { rowForm } from '../ui/form-styles.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';

/** A stick in a drawer outlives its purpose: a year is the default, for ever a choice. */
const LIVES: [string, number | null][] = [
  ['90 days', 90 * DAY_MS],
  ['One year', 365 * DAY_MS],
  ['Two years', 730 * DAY_MS],
  ['Does not expire', null],
];
const DEFAULT_LIFE = 1;

/** `livesMs` null: it does not expire. */
export type TokenWanted = CustomEvent<{ label: string; livesMs: number | null }>;

@customElement('token-form')
export class TokenForm extends LitElement {
  static override styles = [
    shared,
    rowForm,
    css`
      :host {
        --choice-width: 12rem;
      }
    `,
  ];
  @property({ type: Boolean }) disabled = false;
  /** An act of the page is under way. */
  @property({ attribute: false }) busy = false;
  /** It ends with a token that is shown in place of this form: text typed now would be lost. */
  @property({ attribute: false }) issuing = false;
  @property({ type: Boolean }) pinned = false;
  /** Why none was issued. */
  @property({ attribute: false }) failure: unknown = null;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure, at: { expiresAt: 'life' } });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const label = String(form.get('label') ?? '').trim();
    const livesMs = LIVES[Number(form.get('life'))]?.[1] ?? null;
    if (label) this.dispatchEvent(new CustomEvent('token-wanted', { detail: { label, livesMs } }));
  };

  override render() {
    return html`<form @submit=${this.#submit}>
      <div>
        <label for="label">What it is for</label>
        <input id="label" name="label" required maxlength="100" placeholder="USB sticks, workshop" autocomplete="off" ?readonly=${this.issuing} />
      </div>
      <div>
        <label for="life">Lives for</label>
        <select id="life" name="life">
          ${LIVES.map(([words], place) => html`<option value=${place} ?selected=${place === DEFAULT_LIFE}>${words}</option>`)}
        </select>
      </div>
      <button class="primary" ?disabled=${this.disabled || this.busy}>${this.pinned ? 'Issue' : 'Issue unpinned'}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'token-form': TokenForm;
  }
}
