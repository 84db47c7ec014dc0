// Unlocking: choose among the unlockers one may use, give its passphrase or code, wait for the key derivation.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { SealedUnlocker } from '../../../schema/keyring.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import type { Line } from '../../vault/contract.ts';
import { Modal } from '../core/modal.ts';
import { OneAct } from '../core/one-act.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { PasskeyFault, usePasskey } from './passkey.ts';
import '../ui/eight-words.ts';
import '../ui/keyring-line.ts';

/** Fired with what was chosen and typed, or answered by a passkey. */
/**
 * What was chosen and typed, or answered by an authenticator; `confirmedRoot` if the words of a succession were
 * compared.
 */
export type Proof = { unlocker: string; secret: string; confirmedRoot?: string; confirmedLine?: string };
export type UnlockWanted = CustomEvent<Proof>;

@customElement('unlock-dialog')
export class UnlockDialog extends LitElement {
  static override styles = [
    shared,
    css`
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
      .secret {
        margin-bottom: 0.6rem;
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
  /** What happens to the keys. */
  @property() note = 'Keys are opened in this browser and held in memory only, for 15 idle minutes.';
  @property({ attribute: false }) unlockers: readonly ManifestUnlocker[] = [];
  /** The sealed halves of these unlockers: how many codes a recovery set wants, which passkey to ask. */
  @property({ attribute: false }) halves: readonly SealedUnlocker[] = [];
  /** A root that follows the pinned one: its words are compared before anything is opened. */
  @property({ attribute: false }) succession: { root: string; words: string[] } | null = null;
  /** A keyring that does not follow on what this browser has seen: compared with an admin before it is taken. */
  @property({ attribute: false }) line: Line | null = null;
  /** Why nothing can be unlocked, if that is the case. */
  @property() why = '';
  @property({ type: Boolean }) working = false;
  @property() fault = '';
  @state() private chosen = '';
  @query('.secret') private field!: HTMLInputElement | null;
  #asking = new OneAct(this);
  /** Kept while the words of a succession are compared. */
  #given: Proof | null = null;

  constructor() {
    super();
    new Modal(this);
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.get('working') !== true || this.working) return;
    this.field?.focus();
    this.field?.select();
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const unlocker = this.#current();
    if (!unlocker || this.working || this.#asking.busy) return;
    if (unlocker.kind === 'passkey') return void this.#askPasskey(unlocker.id);
    const typed = new FormData(event.target as HTMLFormElement).getAll('secret').map(String);
    const secret = typed.join('\n');
    if (secret) this.#give({ unlocker: unlocker.id, secret });
  };

  #give(proof: Proof): void {
    this.#given = proof;
    this.dispatchEvent(new CustomEvent<Proof>('unlock-wanted', { detail: proof }));
  }

  #confirm = (): void => {
    if (this.#given && this.succession) this.#give({ ...this.#given, confirmedRoot: this.succession.root });
  };

  #takeLine = (): void => {
    if (this.#given && this.line) this.#give({ ...this.#given, confirmedLine: this.line.signed });
  };

  /** A person who cancels while their browser asks gives nothing. */
  #askPasskey(id: string): Promise<void> {
    return this.#asking.do(async (signal) => {
      const kdf = this.halves.find((half) => half.id === id)?.kdf;
      if (kdf?.name !== 'webauthn-prf') return;
      const secret = await usePasskey(kdf);
      if (!signal.aborted) this.#give({ unlocker: id, secret });
    });
  }

  get #passkeyFault(): string {
    const { failure } = this.#asking;
    if (!failure) return '';
    return failure instanceof PasskeyFault ? failure.message : 'The passkey gave no answer.';
  }

  #current(): ManifestUnlocker | undefined {
    return this.unlockers.find((one) => one.id === this.chosen) ?? this.unlockers[0];
  }

  override render() {
    const current = this.#current();
    return html`<dialog aria-labelledby="title" @cancel=${this.#close}>
      <h1 id="title">${this.heading}</h1>
      <p class="quiet">${this.note}</p>
      ${
        current
          ? this.#form(current)
          : html`<p class="note warn">${this.why}</p>
              <div class="actions"><button class="primary" @click=${this.#close}>Close</button></div>`
      }
    </dialog>`;
  }

  #form(current: ManifestUnlocker) {
    if (this.line) return this.#compare(this.line);
    if (this.succession) return this.#words(this.succession.words);
    const fault = this.fault || this.#passkeyFault;
    const busy = this.working || this.#asking.busy;
    return html`<form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
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
                  <span>${theirs(one.label)} ${one.owner === null ? html`<span class="pill">Shared</span>` : nothing}</span></label
                >`,
              )}
            </fieldset>`
          : html`<p>${theirs(current.label)} ${current.owner === null ? html`<span class="pill">Shared</span>` : nothing}</p>`
      }
      ${keyed(current.id, this.#fields(current))}
      ${fault ? html`<p class="note bad" role="alert">${fault}</p>` : nothing}
      ${this.working ? html`<p role="status">Deriving the key …</p><progress aria-label="Deriving the key"></progress>` : nothing}
      <div class="actions">
        <button type="button" @click=${this.#close}>Cancel</button>
        <button class="primary" ?disabled=${busy}>${this.action}</button>
      </div>
    </form>`;
  }

  #fields(current: ManifestUnlocker) {
    if (current.kind === 'passkey') return html`<p>Your browser asks for the passkey when you go on.</p>`;
    if (current.kind === 'passphrase') return this.#field('secret', 'Passphrase', 'password');
    const set = this.halves.find((half) => half.id === current.id)?.set;
    const needed = set?.threshold ?? 1;
    if (needed === 1) return this.#field('secret', 'Recovery code', 'text');
    return html`<p>Any ${needed} of the ${set?.count} sheets of set ${set?.id}.</p>
      ${Array.from({ length: needed }, (_, place) => this.#field(`secret-${place}`, `Recovery code ${place + 1} of ${needed}`, 'text'))}`;
  }

  #field(id: string, label: string, type: 'text' | 'password') {
    return html`<label for=${id}>${label}</label>
      <input
        id=${id}
        class="secret"
        name="secret"
        type=${type}
        autocomplete=${type === 'text' ? 'off' : 'current-password'}
        spellcheck="false"
        required
        ?autofocus=${!id.includes('-') || id.endsWith('-0')}
        ?readonly=${this.working}
      />`;
  }

  #compare({ fingerprint, version, signed, instead }: Line) {
    return html`<p class="note bad" role="alert">${this.fault}</p>
      <p>
        What the server shows does not follow on version ${instead.version}, which was verified here. That happens where a backup was restored,
        or an admin took a change back. It also happens where somebody lies to you. Ask an admin, by a way other than this page, what
        their <em>Keys</em> page shows under <em>To compare</em>. Go on only if all three are these:
      </p>
      <keyring-line .fingerprint=${fingerprint} .version=${version} .signed=${signed}></keyring-line>
      <p class="quiet">That you took it goes on record.</p>
      <div class="actions">
        <button type="button" @click=${this.#close}>They differ, cancel</button>
        <button class="primary" type="button" ?disabled=${this.working} @click=${this.#takeLine}>They are the same</button>
      </div>`;
  }

  #words(words: readonly string[]) {
    return html`<p class="note warn" role="alert">
        This tenant’s root was replaced. Ask an admin, by a way other than this page, for the eight words that their Keys
        page shows. Go on only if they are these:
      </p>
      <eight-words .words=${words}></eight-words>
      <div class="actions">
        <button type="button" @click=${this.#close}>They differ, cancel</button>
        <button class="primary" type="button" ?disabled=${this.working} @click=${this.#confirm}>They are the same</button>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unlock-dialog': UnlockDialog;
  }
}
