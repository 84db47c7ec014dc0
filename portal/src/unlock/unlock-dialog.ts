// Unlocking by itself: choose among the unlockers one may use, give a passphrase or code, wait for the key derivation.
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LOCK_AFTER_USUAL_MINUTES } from '../../../schema/facts/idle.ts';
import type { Keyring, SealedUnlocker } from '../../../schema/keyring.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import type { Line } from '../../vault/contract.ts';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';
import type { Compared } from './unlock-compare.ts';
import { type Proof, type UnlockChoice, UnlockFields, unlockStyles } from './unlock-fields.ts';
import './unlock-compare.ts';

/** Fired with what was chosen and typed, or answered by a passkey. */
export type UnlockWanted = CustomEvent<Proof>;

/** What happens to the keys that an unlock opens. */
export const heldWords = (minutes: number): string =>
  `Keys are opened in this browser and held in memory only, for ${minutes} idle minutes.`;

@customElement('unlock-dialog')
export class UnlockDialog extends LitElement {
  static override styles = [shared, unlockStyles];

  @property() heading = 'Unlock';
  @property() action = 'Unlock';
  /** The act takes something away. */
  @property({ type: Boolean }) danger = false;
  /** What happens to the keys. */
  @property() note = heldWords(LOCK_AFTER_USUAL_MINUTES);
  @property({ attribute: false }) unlockers: readonly ManifestUnlocker[] = [];
  @property({ attribute: false }) halves: readonly SealedUnlocker[] = [];
  @property({ attribute: false }) since: Keyring['since'] = {};
  @property({ attribute: false }) last: string | null = null;
  /** A root that follows the pinned one: its words are compared before anything is opened. */
  @property({ attribute: false }) succession: { root: string; words: string[] } | null = null;
  /** A keyring that does not follow on what this browser has seen: compared with an admin before it is taken. */
  @property({ attribute: false }) line: Line | null = null;
  /** Why nothing can be unlocked, if that is the case. */
  @property() why = '';
  @property({ type: Boolean }) working = false;
  @property() fault = '';
  #fields = new UnlockFields(this);
  /** Kept while something is compared. */
  #given: Proof | null = null;

  constructor() {
    super();
    new Modal(this);
  }

  override firstUpdated(): void {
    this.#fields.focus();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.get('working') === true && !this.working) this.#fields.focus();
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!this.working) this.#fields.give(this.#choice, (proof) => this.#give(proof));
  };

  #give(proof: Proof): void {
    this.#given = proof;
    this.dispatchEvent(new CustomEvent<Proof>('unlock-wanted', { detail: proof }));
  }

  #compared = ({ detail }: Compared): void => {
    if (this.#given) this.#give({ ...this.#given, ...detail });
  };

  get #choice(): UnlockChoice {
    const { unlockers, halves, since, last } = this;
    return { unlockers, halves, since, last };
  }

  override render() {
    return html`<dialog aria-labelledby="title" @cancel=${this.#close}>
      <h1 id="title">${this.heading}</h1>
      <p class="quiet">${this.note}</p>
      ${this.#body()}
    </dialog>`;
  }

  #body() {
    if (this.unlockers.length === 0)
      return html`<p class="note warn">${this.why}</p>
        <div class="actions"><button class="primary" @click=${this.#close}>Close</button></div>`;
    const { succession, line, fault, working } = this;
    return succession || line
      ? html`<unlock-compare
          .succession=${succession}
          .line=${line}
          .fault=${fault}
          .working=${working}
          @compared=${this.#compared}
          @cancelled=${this.#close}
        ></unlock-compare>`
      : html`<form novalidate @submit=${this.#submit}>
          ${this.#fields.render(this.#choice, { working, fault })}
          <div class="actions">
            <button type="button" @click=${this.#close}>Cancel</button>
            <button class=${this.danger ? 'danger fill' : 'primary'} ?disabled=${working || this.#fields.busy}>${this.action}</button>
          </div>
        </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unlock-dialog': UnlockDialog;
  }
}
