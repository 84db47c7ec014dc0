// Asks for confirmation before an act. The heading, the words and the action are the caller's; so are fields, if the
// act needs input.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { Modal } from '../core/modal.ts';
import { RefusedFields } from './refused-fields.ts';
import { shared } from './shared-styles.ts';

/**
 * Fired with its fields' values, by their names. It does not close by itself: its caller takes it away, at once or when
 * it is done.
 */
export type Confirmed = CustomEvent<FormData>;

/** Fires `closed` too, when nothing is to be done. */
@customElement('confirm-dialog')
export class ConfirmDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
        overflow-wrap: anywhere;
      }
    `,
  ];
  @property() heading = '';
  @property() action = '';
  /** The consequences, and the fields. */
  @property({ attribute: false }) words: TemplateResult | typeof nothing = nothing;
  /** It takes something away. */
  @property({ type: Boolean }) danger = false;
  /** Another act of the page, or this one, is under way. */
  @property({ attribute: false }) busy = false;
  /** Why it was not done, where it stays open. */
  @property({ attribute: false }) failure: unknown = null;
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
    new RefusedFields(this, { failure: () => this.failure });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const detail = new FormData(event.target as HTMLFormElement);
    if (!this.busy) this.dispatchEvent(new CustomEvent('confirmed', { detail }));
  };

  override render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <form @submit=${this.#submit}>
        <h1 id="title">${this.heading}</h1>
        ${this.words}
        <div data-refused></div>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class=${this.danger ? 'danger fill' : 'primary'} ?disabled=${this.busy}>${this.action}</button>
        </div>
      </form>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'confirm-dialog': ConfirmDialog;
  }
}
