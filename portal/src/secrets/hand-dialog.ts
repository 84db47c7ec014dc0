// A secret added by hand: what it is, and its plaintext typed twice or made here. It hands over what was typed and fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SecretKind, SecretRef } from '../../../schema/secret.ts';
import { tidiedUuid } from '../../../schema/typed-text.ts';
import { ApiProblem } from '../api/http.ts';
import { tidyField } from '../core/fields.ts';
import { Modal } from '../core/modal.ts';
import { plainButton } from '../ui/form-styles.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { KIND_WORDS } from '../ui/words.ts';
import { generatePassword } from './password.ts';

/** Fired with the typed secret; it goes to the vault and nowhere else. */
export type SecretGiven = CustomEvent<{ kind: SecretKind; ref: SecretRef; plaintext: string }>;

const KINDS = Object.keys(KIND_WORDS) as SecretKind[];
const PLAINTEXT_MAX_CHARACTERS = 4096;
const UUID = '\\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}?';

function refOf(kind: SecretKind, form: FormData): SecretRef {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  if (kind === 'local_admin_password') return { account: text('account') };
  if (kind === 'bitlocker_recovery_key') return { protectorId: tidiedUuid(text('protector')), volume: text('volume') };
  return { label: text('label') };
}

/** So short a secret is in a name by chance. */
const SECRET_MIN_CHARACTERS = 4;

/** What a secret is of is sent and listed in clear: a slip of the focus must not put the secret there. */
function givenAway(ref: SecretRef, plaintext: string): ApiProblem | null {
  if (plaintext.length < SECRET_MIN_CHARACTERS) return null;
  const fields = Object.entries(ref).filter(([, text]) => text.includes(plaintext));
  const message = 'has the secret in it, and is shown to everybody';
  const errors = fields.map(([name]) => ({ field: `body.ref.${name}`, message }));
  return errors.length === 0 ? null : new ApiProblem('given_away', `A field ${message}.`, null, undefined, errors);
}

@customElement('hand-dialog')
export class HandDialog extends LitElement {
  static override styles = [
    shared,
    plainButton,
    css`
      h1 + p {
        margin-top: 0.4rem;
      }
      .field {
        margin-bottom: 0.9rem;
      }
      .pair {
        display: grid;
        grid-template-columns: 1fr 7rem;
        gap: 0.75rem;
      }
      .typed {
        font-family: var(--mono);
      }
    `,
  ];
  @property() machine = '';
  /** The typed secret is being used: it stays as it is until it is kept or refused. */
  @property({ attribute: false }) working = false;
  /** Why it was not kept. */
  @property({ attribute: false }) failure: unknown = null;
  @state() private kind: SecretKind = 'local_admin_password';
  @state() private visible = false;
  @state() private first = '';
  @state() private second = '';
  /** The secret stands in a field that is no secret, and was not handed over. */
  @state() private givenAway: ApiProblem | null = null;
  /** Why the pasted text is not in the field. */
  @state() private notTaken = '';
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
    new RefusedFields(this, { failure: () => this.givenAway ?? this.failure, at: { protectorId: 'protector' } });
  }

  /** A field that silently cuts pasted text would keep a different secret. */
  get #isTooLong(): boolean {
    return this.first.length > PLAINTEXT_MAX_CHARACTERS;
  }

  get #isWhole(): boolean {
    return this.first !== '' && this.first === this.second && !this.#isTooLong;
  }

  #closed = (): void => {
    this.first = '';
    this.second = '';
    this.notTaken = '';
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.working || !this.#isWhole) return;
    const ref = refOf(this.kind, new FormData(event.target as HTMLFormElement));
    this.givenAway = givenAway(ref, this.first);
    if (this.givenAway) return;
    const detail = { kind: this.kind, ref, plaintext: this.first };
    this.dispatchEvent(new CustomEvent('secret-given', { detail }));
  };

  /**
   * A field joins lines, so the kept secret would differ from the copied one. A line end after the last line comes from
   * copying, and a recovery password is its digits, however they were broken.
   */
  #pasted = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (this.kind === 'bitlocker_recovery_key' || !/[\r\n]/.test(text.replace(/(\r\n?|\n)$/, ''))) return;
    event.preventDefault();
    this.notTaken =
      'What you pasted has several lines, which this field would join. It was not taken: have an engine seal it.';
  };

  #generate = (): void => {
    this.first = generatePassword();
    this.second = this.first;
    this.visible = true;
  };

  override render() {
    const differ = this.second !== '' && this.first !== this.second;
    return html`<dialog aria-labelledby="title" @close=${this.#closed}>
      <h1 id="title">Add a secret</h1>
      <p class="quiet">
        For ${theirs(this.machine)}. It is sealed in this browser before it is sent, and marked as added by you. Where one of this kind and name is
        held already, this becomes its newer version.
      </p>
      <form @submit=${this.#submit}>
        <div class="field">
          <label for="kind">Kind</label>
          <select
            id="kind"
            @change=${(event: Event) => {
              this.kind = (event.target as HTMLSelectElement).value as SecretKind;
            }}
          >
            ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${KIND_WORDS[kind]}</option>`)}
          </select>
        </div>
        ${this.#ref()} ${this.#typed('first', 'The secret', this.first)}
        ${this.#typed('second', 'Repeat it', this.second)}
        <p class="row">
          ${
            this.kind === 'bitlocker_recovery_key'
              ? nothing
              : html`<button type="button" class="plain-button" ?disabled=${this.working} @click=${this.#generate}>Make one for me</button>`
          }
          <button type="button" class="plain-button" aria-pressed=${this.visible} @click=${() => {
            this.visible = !this.visible;
          }}>
            ${this.visible ? 'Hide' : 'Show'}
          </button>
          <span class="quiet" role="status">${differ ? 'The two differ.' : nothing}</span>
        </p>
        ${
          this.#isTooLong
            ? html`<p class="note bad" role="alert">At most ${PLAINTEXT_MAX_CHARACTERS} characters; these are ${this.first.length}.</p>`
            : nothing
        }
        ${this.notTaken ? html`<p class="note bad" role="alert">${this.notTaken}</p>` : nothing}
        <div data-refused></div>
        ${this.working ? html`<p role="status">Sealing it and handing it over …</p>` : nothing}
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.working || !this.#isWhole}>
            Seal and keep
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #ref() {
    if (this.kind === 'local_admin_password')
      return html`<div class="field">
        <label for="account">Account</label>
        <input id="account" name="account" required maxlength="256" value="Administrator" autocomplete="off" ?readonly=${this.working} />
      </div>`;
    if (this.kind === 'bitlocker_recovery_key')
      return html`<div class="field pair">
        <div>
          <label for="protector">Key ID</label>
          <input
            id="protector"
            name="protector"
            class="typed"
            required
            pattern=${UUID}
            @change=${tidyField}
            title="The ID that the PC shows on its blue screen, whole: 8-4-4-4-12 characters"
            autocomplete="off"
            spellcheck="false"
            ?readonly=${this.working}
          />
        </div>
        <div>
          <label for="volume">Volume</label>
          <input id="volume" name="volume" required maxlength="64" value="C:" autocomplete="off" ?readonly=${this.working} />
        </div>
      </div>`;
    return html`<div class="field">
      <label for="label">Name</label>
      <input id="label" name="label" required maxlength="64" value=${this.kind === 'bios_password' ? 'BIOS' : ''} autocomplete="off" ?readonly=${this.working} />
    </div>`;
  }

  #typed(id: 'first' | 'second', label: string, value: string) {
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        class="typed"
        type=${this.visible ? 'text' : 'password'}
        required
        autocomplete="new-password"
        spellcheck="false"
        ?readonly=${this.working}
        .value=${value}
        @paste=${this.#pasted}
        @input=${(event: InputEvent) => {
          this.notTaken = '';
          this[id] = (event.target as HTMLInputElement).value;
        }}
      />
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hand-dialog': HandDialog;
  }
}
