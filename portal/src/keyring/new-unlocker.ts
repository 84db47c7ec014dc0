// A new way to unlock: a passphrase, or a passkey where the browser can.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { PrfKdf } from '../../../schema/keyring.ts';
import { OneAct } from '../core/one-act.ts';
import { shared } from '../ui/shared-styles.ts';
import { makePasskey, PasskeyFault, passkeysWork } from '../unlock/passkey.ts';
import type { PassphraseField } from './passphrase-field.ts';
import './passphrase-field.ts';

const LABEL_MAX = 100;

/** Fired when it is made; nothing of it is kept here. */
export type NewUnlocker = CustomEvent<
  { label: string } & ({ kind: 'passphrase'; passphrase: string } | { kind: 'passkey'; kdf: PrfKdf; prf: string })
>;

@customElement('new-unlocker')
export class NewUnlockerForm extends LitElement {
  static override styles = [
    shared,
    css`
      .actions {
        margin-top: 1rem;
      }
      form {
        margin-top: 1rem;
      }
    `,
  ];
  @property() email = '';
  /** What the tenant is called. */
  @property() tenant = '';
  @property({ type: Boolean }) busy = false;
  @state() private passkeys = false;
  @state() private mayGoOn = false;
  @query('passphrase-field') private field!: PassphraseField;
  #making = new OneAct(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void passkeysWork().then((work) => {
      this.passkeys = work;
    });
  }

  #made(detail: NewUnlocker['detail']): void {
    this.dispatchEvent(new CustomEvent('made', { detail }));
  }

  #label(kind: string): string {
    return `${kind} of ${this.email}`.slice(0, LABEL_MAX);
  }

  #passphrase = (event: SubmitEvent): void => {
    event.preventDefault();
    const passphrase = this.field.value;
    if (passphrase !== null && !this.#making.busy)
      this.#made({ kind: 'passphrase', label: this.#label('Passphrase'), passphrase });
  };

  /** A person who cancels while their browser asks has asked for nothing. */
  #passkey = (): Promise<void> =>
    this.#making.do(async (signal) => {
      const made = await makePasskey(this.email);
      if (!signal.aborted) this.#made({ kind: 'passkey', label: this.#label('Passkey'), ...made });
    });

  get #fault(): string {
    const { failure } = this.#making;
    if (!failure) return '';
    return failure instanceof PasskeyFault ? failure.message : 'The passkey could not be made.';
  }

  override render() {
    const busy = this.busy || this.#making.busy;
    const fault = this.#fault;
    return html`<form @submit=${this.#passphrase}>
      ${
        this.passkeys
          ? html`<p>
                <button type="button" class="primary" ?disabled=${busy} @click=${() => void this.#passkey()}>Use a passkey</button>
                <span class="quiet">Your browser asks three times: to make it, and twice to see that it answers the same.</span>
              </p>
              <p class="quiet">Or a passphrase:</p>`
          : nothing
      }
      ${fault ? html`<p class="note bad" role="alert">${fault}</p>` : nothing}
      <passphrase-field
        label="New passphrase"
        .readonly=${busy}
        .about=${[this.email, this.tenant]}
        @passphrase-changed=${() => {
          this.mayGoOn = this.field.value !== null;
        }}
      ></passphrase-field>
      <div class="row actions">
        <button class="primary" ?disabled=${!this.mayGoOn || busy}>Use this passphrase</button>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('closed'))}>Cancel</button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'new-unlocker': NewUnlockerForm;
  }
}
