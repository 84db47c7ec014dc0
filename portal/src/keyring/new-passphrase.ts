// A passphrase to be chosen, with its two buttons.
import { html, LitElement } from 'lit';
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
  @state() private mayGoOn = false;
  @query('passphrase-field') private field!: PassphraseField;

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.field.value !== null) this.dispatchEvent(new CustomEvent('chosen', { detail: this.field.value }));
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
