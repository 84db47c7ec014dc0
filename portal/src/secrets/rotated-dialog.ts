// An admin's word that a revealed secret was rotated, where nothing shows it: how they know goes on record.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Secret } from '../../../schema/secret.ts';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';
import { kindInSentence, refWords } from '../ui/words.ts';

/** Fired with how they know. */
export type RotatedSaid = CustomEvent<string>;

@customElement('rotated-dialog')
export class RotatedDialog extends LitElement {
  static override styles = [shared];

  @property() machine = '';
  @property({ attribute: false }) secret!: Secret;
  @property({ attribute: false }) busy = false;
  @property({ attribute: false }) fault = '';
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get('reason') ?? '').trim();
    if (reason && !this.busy) this.dispatchEvent(new CustomEvent('rotated-said', { detail: reason }));
  };

  override render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <h1 id="title">Was it rotated?</h1>
      <p>
        The ${kindInSentence(this.secret.kind)} of ${this.machine}, ${refWords(this.secret.ref)}, was revealed. Say so only if what was
        revealed is on the PC no more: the mark goes, and the secret stays in escrow.
      </p>
      <form @submit=${this.#submit}>
        <label for="reason">How do you know?</label>
        <input id="reason" name="reason" required minlength="3" maxlength="500" autocomplete="off" autofocus ?readonly=${this.busy} />
        <p class="quiet">It goes into the audit with your name. Not for whoever has revealed it.</p>
        ${this.fault ? html`<p class="note bad" role="alert">${this.fault}</p>` : nothing}
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>It was rotated</button>
        </div>
      </form>
    </dialog>`;
  }
}
