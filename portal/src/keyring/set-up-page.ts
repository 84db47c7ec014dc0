// First-time set-up: passphrase, team passphrase, keys made here, the recovery sheet kept and typed back, one write.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import type { SetUpDraft } from '../../vault/contract.ts';
import { isProblem, SESSION_RESTORED } from '../api/http.ts';
import * as keyringApi from '../api/keyring.ts';
import * as keyringActs from '../api/keyring-acts.ts';
import { overview as askOverview } from '../api/overview.ts';
import { OneAct } from '../core/one-act.ts';
import { holdHere } from '../core/router.ts';
import { KEYS_MADE } from '../shell/standing.ts';
import { shared } from '../ui/shared-styles.ts';
import { rememberManifest, seenManifest, vault } from '../unlock/vault-client.ts';
import type { PassphraseField } from './passphrase-field.ts';
import '../ui/fingerprint-text.ts';
import './passphrase-field.ts';
import '../ui/problem-note.ts';
import './recovery-sheets.ts';

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

const LEAVING =
  'The keys are not kept yet. If you leave now, they are lost and the recovery sheet opens nothing. Leave?';
const HIDDEN =
  'The server says this tenant has no keys, but this browser has seen its keys before. Do not set it up again; tell your operator.';
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
        color: var(--text-3);
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
        /* The sheet fills its paper: in a column its last lines would be cut off. */
        :host {
          max-width: none;
        }
        .screen {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  @state() private step: Step = { at: 'checking' };
  @state() private mayGoOn = false;
  @query('passphrase-field') private field!: PassphraseField;
  #acts = new OneAct(this);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeunload', this.#warn);
    window.addEventListener(SESSION_RESTORED, this.#restored);
    void this.#check();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#warn);
    window.removeEventListener(SESSION_RESTORED, this.#restored);
    holdHere(null);
  }

  /** Between the keys made and the keys kept, leaving loses them: a printed sheet would open nothing. */
  get #unkept(): boolean {
    return this.step.at === 'making' || this.step.at === 'sheet' || this.step.at === 'saving';
  }

  #warn = (event: BeforeUnloadEvent): void => {
    if (this.#unkept) event.preventDefault();
  };

  #restored = (): void => {
    if (this.step.at === 'checking') void this.#check();
  };

  override updated(): void {
    // A person who has left all the same is asked nothing at the place they have gone to.
    if (this.isConnected) holdHere(this.#unkept ? LEAVING : null);
  }

  #check(): Promise<void> {
    return this.#acts.do(async () => {
      const { keyState } = await askOverview(this.membership.tenant);
      // A server that hides a keyring would have a new root made, and engines pinned to it.
      if (keyState === 'none' && seenManifest(this.membership.tenant)) throw new Error(HIDDEN);
      this.step = { at: keyState === 'ready' ? 'already' : 'passphrase' };
    });
  }

  #passphraseChanged = (): void => {
    this.mayGoOn = this.field.value !== null;
  };

  #toTeam = (): void => {
    const passphrase = this.field.value;
    if (passphrase === null) return;
    this.mayGoOn = false;
    this.step = { at: 'team', passphrase };
  };

  #make(passphrase: string, teamPassphrase: string | null): void {
    void this.#acts.do(async () => {
      this.mayGoOn = false;
      this.step = { at: 'making' };
      const { tenant } = this.membership;
      try {
        const made = await vault().draftSetUp({ tenant, email: this.email, passphrase, teamPassphrase });
        if (!made.ok) throw new Error(made.message);
        this.step = { at: 'sheet', draft: made };
      } catch (error) {
        this.step = { at: 'passphrase' };
        throw error;
      }
    });
  }

  #save(draft: SetUpDraft): void {
    void this.#acts.do(async () => {
      this.step = { at: 'saving', draft };
      try {
        await this.#write(draft);
      } catch (error) {
        this.step = { at: 'sheet', draft };
        throw error;
      }
    });
  }

  async #write(draft: SetUpDraft): Promise<void> {
    try {
      const { fingerprint } = await keyringActs.writeKeyring(this.membership.tenant, draft.write);
      if (fingerprint !== draft.fingerprint)
        throw new Error('The server answered with another fingerprint than yours.');
    } catch (error) {
      if (!isProblem(error, 'keyring_conflict')) throw error;
      if (!(await this.#conflictedWithOneself(draft))) {
        this.step = { at: 'lost' };
        return;
      }
    }
    await this.#kept(draft);
  }

  /**
   * A conflict may be with oneself: the first answer was lost on the way and the keys were kept. Only a different
   * keyring makes this sheet worthless; code that cannot tell must not say so.
   */
  async #conflictedWithOneself(draft: SetUpDraft): Promise<boolean> {
    try {
      const held = await keyringApi.keyring(this.membership.tenant);
      if (held === null) throw new Error('The server refused the keys and holds none.');
      // By the root, not by the manifest: a team passphrase may have been added since.
      return held.fingerprint === draft.fingerprint;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`It is not certain whether your keys were kept. Keep the recovery sheet and try again. ${why}`);
    }
  }

  async #kept(draft: SetUpDraft): Promise<void> {
    await rememberManifest(this.membership.tenant, draft.write.manifest, draft.fingerprint);
    this.step = { at: 'done', fingerprint: draft.fingerprint };
    window.dispatchEvent(new Event(KEYS_MADE));
  }

  #stepNumber(): number {
    const order: Record<Step['at'], number> = {
      checking: 0,
      already: 0,
      passphrase: 0,
      team: 1,
      making: 2,
      sheet: 2,
      saving: 2,
      done: 3,
      lost: 3,
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
        <problem-note
          .error=${this.#acts.failure}
          ?retry=${this.step.at === 'checking'}
          @retry=${() => void this.#check()}
        ></problem-note>
      </div>
      <div class="card">${this.#body()}</div>`;
  }

  #body() {
    const { step } = this;
    switch (step.at) {
      case 'checking':
        return this.#acts.failure ? nothing : html`<p role="status">One moment …</p>`;
      case 'already':
        return html`<p>The set-up of this tenant has been done.</p><a class="button" href="/t/${this.membership.tenant}">To the fleet</a>`;
      case 'passphrase':
        return html`<p>
            All keys of this tenant are made now, in this browser. The server will only ever hold them sealed: without a
            passphrase or the recovery sheet nobody can open a secret, and nobody can reset either for you.
          </p>
          <passphrase-field label="Your own passphrase" .about=${[this.email, this.membership.name]} @passphrase-changed=${this.#passphraseChanged}></passphrase-field>
          <div class="actions"><button class="primary" ?disabled=${!this.mayGoOn} @click=${this.#toTeam}>Go on</button></div>`;
      case 'team':
        return html`<p>
            Engineers reveal secrets with a shared team passphrase. It gives no admin rights and must differ from yours.
            You may add it later, under Unlock methods.
          </p>
          <passphrase-field
            .label=${'Team passphrase'}
            .other=${step.passphrase}
            .about=${[this.email, this.membership.name]}
            @passphrase-changed=${this.#passphraseChanged}></passphrase-field>
          <div class="actions">
            <button @click=${() => this.#make(step.passphrase, null)}>Skip for now</button>
            <button
              class="primary"
              ?disabled=${!this.mayGoOn}
              @click=${() => this.#make(step.passphrase, this.field.value)}
            >
              Go on
            </button>
          </div>`;
      case 'making':
        return html`<p role="status">Making the keys. This takes a few seconds …</p>
          <progress aria-label="Making the keys"></progress>`;
      case 'sheet':
      case 'saving':
        return html`<recovery-sheets
          .sheets=${{
            setId: step.draft.recoverySetId,
            codes: [step.draft.recoveryCode],
            threshold: 1,
            fingerprint: step.draft.fingerprint,
          }}
          .tenant=${this.membership.name}
          .busy=${step.at === 'saving'}
          @typed-back=${() => this.#save(step.draft)}
        ></recovery-sheets>`;
      case 'done':
        return html`<div class="stack">
          <p class="note good" role="status">The keys are kept. Engines can hand over secrets from now on.</p>
          <div>
            <h2>Fingerprint</h2>
            <fingerprint-text .fingerprint=${step.fingerprint} copyable></fingerprint-text>
            <p class="quiet">
              With it engines refuse any key that this tenant did not sign. You need not write it down: the file that you download with an
              engine token has it already.
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

declare global {
  interface HTMLElementTagNameMap {
    'set-up-page': SetUpPage;
  }
}
