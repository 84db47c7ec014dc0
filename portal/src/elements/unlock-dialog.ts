// Unlocking: choose among the unlockers one may use, give its passphrase or code, wait for the key derivation.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { focused } from '../focus.ts';
import { shared } from '../styles/shared.ts';

const NAMES: Record<ManifestUnlocker['kind'], string> = {
  passphrase: 'Passphrase',
  recovery: 'Recovery code',
  passkey: 'Passkey',
};

/** Fired with what was chosen and typed. */
export type UnlockWanted = CustomEvent<{ unlocker: string; secret: string }>;

@customElement('unlock-dialog')
export class UnlockDialog extends LitElement {
  static override styles = [
    shared,
    css`
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1.2rem;
      }
      fieldset {
        border: 0;
        margin: 0 0 1rem;
        padding: 0;
      }
      legend {
        font-weight: 500;
        padding: 0;
        margin-bottom: 0.3rem;
      }
      .choice {
        font-weight: 400;
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
        margin: 0.25rem 0;
      }
    `,
  ];

  @property() heading = 'Unlock';
  @property() action = 'Unlock';
  @property({ attribute: false }) unlockers: readonly ManifestUnlocker[] = [];
  /** Why nothing can be unlocked, where that is so. */
  @property() why = '';
  @property({ type: Boolean }) working = false;
  @property() fault = '';
  @state() private chosen = '';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('#secret') private field!: HTMLInputElement | null;
  #opener: HTMLElement | null = null;

  override firstUpdated(): void {
    this.#opener = focused();
    this.dialog.showModal();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.get('working') !== true || this.working) return;
    this.field?.focus();
    this.field?.select();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const opener = this.#opener;
    queueMicrotask(() => opener?.isConnected && opener.focus());
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const secret = String(new FormData(event.target as HTMLFormElement).get('secret') ?? '');
    const unlocker = this.#current()?.id;
    if (unlocker && secret) this.dispatchEvent(new CustomEvent('unlock-wanted', { detail: { unlocker, secret } }));
  };

  #current(): ManifestUnlocker | undefined {
    return this.unlockers.find((one) => one.id === this.chosen) ?? this.unlockers[0];
  }

  override render() {
    const current = this.#current();
    return html`<dialog aria-labelledby="title" @cancel=${this.#close}>
      <h1 id="title">${this.heading}</h1>
      <p class="quiet">Keys are opened in this browser and held in memory only, for 15 idle minutes.</p>
      ${
        current
          ? this.#form(current)
          : html`<p class="note warn">${this.why}</p>
              <div class="actions"><button class="primary" @click=${this.#close}>Close</button></div>`
      }
    </dialog>`;
  }

  #form(current: ManifestUnlocker) {
    const field = NAMES[current.kind];
    return html`<form @submit=${this.#submit}>
      ${
        this.unlockers.length > 1
          ? html`<fieldset>
              <legend>Unlock with</legend>
              ${this.unlockers.map(
                (one) => html`<label class="choice"
                  ><input
                    type="radio"
                    name="unlocker"
                    .checked=${one.id === current.id}
                    @change=${() => {
                      this.chosen = one.id;
                    }}
                  />
                  <span>${one.label} ${one.owner === null ? html`<span class="pill">Shared</span>` : nothing}</span></label
                >`,
              )}
            </fieldset>`
          : html`<p>${current.label} ${current.owner === null ? html`<span class="pill">Shared</span>` : nothing}</p>`
      }
      <label for="secret">${field}</label>
      <input
        id="secret"
        name="secret"
        type=${current.kind === 'recovery' ? 'text' : 'password'}
        autocomplete=${current.kind === 'recovery' ? 'off' : 'current-password'}
        spellcheck="false"
        required
        autofocus
        ?readonly=${this.working}
      />
      ${this.fault ? html`<p class="note bad" role="alert">${this.fault}</p>` : nothing}
      ${this.working ? html`<p role="status">Deriving the key …</p><progress aria-label="Deriving the key"></progress>` : nothing}
      <div class="actions">
        <button type="button" @click=${this.#close}>Cancel</button>
        <button class="primary" ?disabled=${this.working}>${this.action}</button>
      </div>
    </form>`;
  }
}
