// Suspending a tenant: what it does, and why it is done, for the tenant's own audit.
import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';

/** Fired with the reason. */
export type ReasonGiven = CustomEvent<string>;

@customElement('suspend-dialog')
export class SuspendDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() name = '';
  @property({ type: Boolean }) busy = false;
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get('reason') ?? '').trim();
    if (reason && !this.busy) this.dispatchEvent(new CustomEvent('reason-given', { detail: reason }));
  };

  override render() {
    return html`<dialog aria-labelledby="title" @close=${this.#close}>
      <h1 id="title">Suspend ${this.name}?</h1>
      <p>
        At once nobody of this tenant is answered, in the portal or by an engine. Nothing is lost: engines keep what is unsent,
        every secret stays in escrow, and it all goes on when you resume the tenant.
      </p>
      <form @submit=${this.#submit}>
        <label for="reason">Why?</label>
        <input id="reason" name="reason" required maxlength="500" autocomplete="off" autofocus ?readonly=${this.busy} />
        <p class="quiet">The reason and your address go into the tenant’s own audit, which its admins read.</p>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>Suspend</button>
        </div>
      </form>
    </dialog>`;
  }
}
