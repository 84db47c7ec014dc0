// First-time set-up: passphrase, team passphrase, keys made here, the recovery sheet kept and typed back, one write.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import type { SetUpDraft } from '../../vault/contract.ts';
import { isProblem } from '../api/http.ts';
import * as api from '../api/tenant.ts';
import type { PassphraseField } from '../elements/passphrase-field.ts';
import { shared } from '../styles/shared.ts';
import { vault } from '../vault-client.ts';
import { grouped } from '../words.ts';
import '../elements/passphrase-field.ts';
import '../elements/problem-note.ts';
import '../elements/recovery-sheet.ts';

type Step =
  | { at: 'checking' }
  | { at: 'already' }
  | { at: 'passphrase' }
  | { at: 'team'; passphrase: string }
  | { at: 'making' }
  | { at: 'sheet'; draft: SetUpDraft }
  | { at: 'saving'; draft: SetUpDraft }
  | { at: 'done'; fingerprint: string }
  | { at: 'lost' };

const TITLES = ['Your passphrase', 'Team passphrase', 'Recovery sheet', 'Done'];

@customElement('set-up-page')
export class SetUpPage extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        max-width: 40rem;
        margin: 0 auto;
      }
      ol.steps {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem 1.2rem;
        list-style: none;
        padding: 0;
        margin: 0.75rem 0 1.25rem;
        font-size: 0.9rem;
        color: var(--text-quiet);
      }
      ol.steps [aria-current] {
        color: var(--accent);
        font-weight: 600;
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1.25rem;
      }
      @media print {
        .screen {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  @state() private step: Step = { at: 'checking' };
  @state() private failure: unknown = null;
  @state() private mayGoOn = false;
  @state() private typedWrong = false;
  @query('passphrase-field') private field!: PassphraseField;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeunload', this.#warn);
    void this.#check();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#warn);
  }

  /** Between the keys made and the keys kept, leaving loses them. */
  #warn = (event: BeforeUnloadEvent): void => {
    if (this.step.at === 'making' || this.step.at === 'sheet' || this.step.at === 'saving') event.preventDefault();
  };

  async #check(): Promise<void> {
    try {
      const { keyState } = await api.overview(this.membership.tenant);
      this.step = { at: keyState === 'ready' ? 'already' : 'passphrase' };
    } catch (error) {
      this.failure = error;
    }
  }

  #passphraseChanged = (): void => {
    const { step } = this;
    const value = this.field.value;
    this.mayGoOn = value !== null && !(step.at === 'team' && value.trim() === step.passphrase.trim());
  };

  #toTeam = (): void => {
    const passphrase = this.field.value;
    if (passphrase === null) return;
    this.mayGoOn = false;
    this.step = { at: 'team', passphrase };
  };

  async #make(passphrase: string, teamPassphrase: string | null): Promise<void> {
    this.step = { at: 'making' };
    const { tenant } = this.membership;
    const made = await vault().draftSetUp({ tenant, email: this.email, passphrase, teamPassphrase });
    if (made.ok) this.step = { at: 'sheet', draft: made };
    else {
      this.failure = new Error(made.message);
      this.step = { at: 'passphrase' };
    }
  }

  async #typedBack(draft: SetUpDraft, typed: string): Promise<void> {
    this.typedWrong = !(await vault().recoveryCodesMatch(draft.recoveryCode, typed));
    if (!this.typedWrong) await this.#save(draft);
  }

  async #save(draft: SetUpDraft): Promise<void> {
    this.failure = null;
    this.step = { at: 'saving', draft };
    try {
      const { fingerprint } = await api.writeKeyring(this.membership.tenant, draft.write);
      if (fingerprint !== draft.fingerprint)
        throw new Error('The server answered with another fingerprint than yours.');
      this.step = { at: 'done', fingerprint };
    } catch (error) {
      if (isProblem(error, 'keyring_conflict')) this.step = { at: 'lost' };
      else {
        this.failure = error;
        this.step = { at: 'sheet', draft };
      }
    }
  }

  #stepNumber(): number {
    const order: Record<Step['at'], number> = {
      ...{ checking: 0, already: 0, passphrase: 0, team: 1, making: 2, sheet: 2, saving: 2, done: 3, lost: 3 },
    };
    return order[this.step.at];
  }

  override render() {
    if (this.membership.role !== 'admin')
      return html`<div class="card"><h1>First-time set-up</h1><p>An admin of ${this.membership.name} has to do this.</p></div>`;
    const current = this.#stepNumber();
    return html`<div class="screen">
        <h1>First-time set-up of ${this.membership.name}</h1>
        <ol class="steps">
          ${TITLES.map((title, index) => html`<li aria-current=${index === current ? 'step' : nothing}>${index + 1}. ${title}</li>`)}
        </ol>
        <problem-note .error=${this.failure}></problem-note>
      </div>
      <div class="card">${this.#body()}</div>`;
  }

  #body() {
    const { step } = this;
    switch (step.at) {
      case 'checking':
        return this.failure ? nothing : html`<p role="status">One moment …</p>`;
      case 'already':
        return html`<p>The set-up of this tenant has been done.</p><a class="button" href="/t/${this.membership.tenant}">To the fleet</a>`;
      case 'passphrase':
        return html`<p>
            All keys of this tenant are made now, in this browser. The server will only ever hold them sealed: without a
            passphrase or the recovery sheet nobody can open a secret, and nobody can reset either for you.
          </p>
          <passphrase-field label="Your own passphrase" @passphrase-changed=${this.#passphraseChanged}></passphrase-field>
          <div class="actions"><button class="primary" ?disabled=${!this.mayGoOn} @click=${this.#toTeam}>Go on</button></div>`;
      case 'team':
        return html`<p>
            Engineers reveal secrets with a shared team passphrase. It gives no admin rights and must differ from yours.
            You may add it later, in the settings.
          </p>
          <passphrase-field .label=${'Team passphrase'} @passphrase-changed=${this.#passphraseChanged}></passphrase-field>
          <div class="actions">
            <button @click=${() => void this.#make(step.passphrase, null)}>Skip for now</button>
            <button
              class="primary"
              ?disabled=${!this.mayGoOn}
              @click=${() => void this.#make(step.passphrase, this.field.value)}
            >
              Go on
            </button>
          </div>`;
      case 'making':
        return html`<p role="status">Making the keys. This takes a few seconds …</p>
          <progress aria-label="Making the keys"></progress>`;
      case 'sheet':
      case 'saving':
        return html`<recovery-sheet
          .draft=${step.draft}
          .tenant=${this.membership.name}
          .wrong=${this.typedWrong}
          .busy=${step.at === 'saving'}
          @typed-back=${(event: CustomEvent<string>) => void this.#typedBack(step.draft, event.detail)}
        ></recovery-sheet>`;
      case 'done':
        return html`<div class="stack">
          <p class="note good" role="status">The keys are kept. Engines can hand over secrets from now on.</p>
          <div>
            <h2>Fingerprint</h2>
            <p class="mono">${grouped(step.fingerprint)}</p>
            <p class="quiet">
              Put it into your engines’ configuration: with it they refuse any key that this tenant did not sign.
            </p>
          </div>
          <a class="button primary" href="/t/${this.membership.tenant}">To the fleet</a>
        </div>`;
      case 'lost':
        return html`<div class="stack">
          <p class="note warn" role="alert">
            Another admin has done the set-up in the meantime. Nothing of yours was kept: destroy the recovery sheet you
            just made, and ask them for theirs.
          </p>
          <a class="button primary" href="/t/${this.membership.tenant}">To the fleet</a>
        </div>`;
    }
  }
}
