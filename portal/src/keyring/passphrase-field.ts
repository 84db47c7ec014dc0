// A new passphrase, typed twice, with its strength as it is typed and an offer of a generated one.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { plainButton } from '../ui/form-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import {
  generatePassphrase,
  MAX_CHARACTERS,
  MIN_SCORE,
  type Strength,
  samePassphrase,
  strengthOf,
} from './passphrase.ts';

@customElement('passphrase-field')
export class PassphraseField extends LitElement {
  static override styles = [
    shared,
    plainButton,
    css`
      :host {
        display: block;
      }
      .meter {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        gap: 4px;
        height: 5px;
        margin: 0.45rem 0 0.3rem;
      }
      .meter span {
        border-radius: 3px;
        background: var(--sunken);
      }
      .meter .on {
        background: var(--warn);
      }
      .meter.strong .on {
        background: var(--good);
      }
      .strength {
        min-height: 1.5rem;
        margin: 0;
      }
      .offer {
        margin: 0.2rem 0 0.9rem;
      }
    `,
  ];

  @property() label = 'Passphrase';
  /** The passphrase that this one must differ from. */
  @property({ attribute: false }) other: string | null = null;
  /** Names and addresses of its owner and tenant: a passphrase made of them is easy to guess. */
  @property({ attribute: false }) about: readonly string[] = [];
  /** While it is being used: text typed then would not count. */
  @property({ attribute: false }) readonly = false;
  @state() private first = '';
  @state() private second = '';
  @state() private strength: Strength | null = null;
  @state() private visible = false;
  @state() private generated = false;

  /** The passphrase, or null while it is weak or too long, the two differ, or it is the one it must differ from. */
  get value(): string | null {
    if (this.#unfit) return null;
    return this.first === this.second && (this.strength?.score ?? 0) >= MIN_SCORE ? this.first : null;
  }

  get #taken(): boolean {
    return this.other !== null && this.first !== '' && samePassphrase(this.first, this.other);
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent('passphrase-changed'));
  }

  async #typed(text: string): Promise<void> {
    this.first = text;
    this.generated = false;
    this.strength = null;
    this.#changed();
    const strength = text ? await strengthOf(text, this.about) : null;
    if (this.first !== text) return;
    this.strength = strength;
    this.#changed();
  }

  #generate = async (): Promise<void> => {
    const passphrase = generatePassphrase();
    this.visible = true;
    this.second = passphrase;
    const typed = this.#typed(passphrase);
    this.generated = true;
    await typed;
  };

  /** Why what is typed will not do, however strong it is. */
  get #unfit(): boolean {
    return this.#taken || this.first.length > MAX_CHARACTERS;
  }

  #verdict() {
    const { strength } = this;
    if (!this.first) return nothing;
    if (this.first.length > MAX_CHARACTERS)
      return `At most ${MAX_CHARACTERS} characters; these are ${this.first.length}.`;
    if (this.#taken) return 'This is your own passphrase. The team’s must be another one.';
    if (this.generated) return 'Seven random words, which nobody guesses. Write them down before you go on.';
    if (!strength) return 'Checking …';
    return html`${strength.words}${strength.hint ? html`. ${strength.hint}` : nothing}`;
  }

  override render() {
    const { strength } = this;
    const type = this.visible ? 'text' : 'password';
    const strong = (strength?.score ?? 0) >= MIN_SCORE;
    return html`<label for="first">${this.label}</label>
      <input
        id="first"
        type=${type}
        autocomplete="new-password"
        spellcheck="false"
        aria-describedby="strength"
        aria-invalid=${this.#unfit ? 'true' : nothing}
        ?readonly=${this.readonly}
        .value=${this.first}
        @input=${(event: InputEvent) => void this.#typed((event.target as HTMLInputElement).value)}
      />
      <div class="meter ${strong ? 'strong' : ''}" aria-hidden="true">
        ${[1, 2, 3, 4].map((step) => html`<span class=${!this.#unfit && strength && strength.score >= step ? 'on' : ''}></span>`)}
      </div>
      <p class="strength ${this.#unfit ? 'wrong' : 'quiet'}" id="strength" role="status">
        ${this.#verdict()}
      </p>
      <p class="row offer">
        <button type="button" class="plain-button" ?disabled=${this.readonly} @click=${this.#generate}>Make one for me</button>
        <button type="button" class="plain-button" aria-pressed=${this.visible} @click=${() => {
          this.visible = !this.visible;
        }}>
          ${this.visible ? 'Hide' : 'Show'}
        </button>
      </p>
      <label for="second">Repeat it</label>
      <input
        id="second"
        type=${type}
        autocomplete="new-password"
        spellcheck="false"
        ?readonly=${this.readonly}
        .value=${this.second}
        @input=${(event: InputEvent) => {
          this.second = (event.target as HTMLInputElement).value;
          this.#changed();
        }}
      />
      <p class="strength wrong" role="status">
        ${this.second && this.second !== this.first ? 'The two differ.' : nothing}
      </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'passphrase-field': PassphraseField;
  }
}
