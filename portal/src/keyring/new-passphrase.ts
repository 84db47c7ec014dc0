// A passphrase to be chosen, with its buttons.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';
import type { PassphraseField } from './passphrase-field.ts';
import './passphrase-field.ts';

@customElement('new-passphrase')
export class NewPassphrase extends LitElement {
  static override styles = shared;
  @property() label = 'New passphrase';
  @property() action = 'Use it';
  @property({ attribute: false }) about: readonly string[] = [];
  @property({ attribute: false }) busy = false;
  /** It takes the place of one that may have been forgotten, and there is another way to say so. */
  @property({ type: Boolean }) forgettable = false;
  @state() private mayGoOn = false;
  @query('passphrase-field') private field!: PassphraseField;

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const forgotten = (event.submitter as HTMLButtonElement | null)?.value === 'forgotten';
    const type = forgotten ? 'chosen-instead' : 'chosen';
    if (this.field.value !== null) this.dispatchEvent(new CustomEvent(type, { detail: this.field.value }));
  };

  override render() {
    return html`<form @submit=${this.#submit}>
      <passphrase-field
        .label=${this.label}
        .about=${this.about}
        .readonly=${this.busy}
        @passphrase-changed=${() => {
          this.mayGoOn = this.field.value !== null;
        }}
      ></passphrase-field>
      <div class="row">
        <button class="primary" ?disabled=${!this.mayGoOn || this.busy}>${this.action}</button>
        ${
          this.forgettable
            ? html`<button value="forgotten" ?disabled=${!this.mayGoOn || this.busy}>I have forgotten the old one</button>`
            : nothing
        }
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('closed'))}>Cancel</button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'new-passphrase': NewPassphrase;
  }
}
