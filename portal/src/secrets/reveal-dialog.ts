// The reveal: a reason, then the plaintext for thirty seconds. The page does the asking; this shows and hides.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Secret, SecretVersion } from '../../../schema/secret.ts';
import type { Opened } from '../../vault/contract.ts';
import { CLIPBOARD_CHANGED, CLIPBOARD_WORDS, type ClipboardState, copyBriefly } from '../core/brief-clipboard.ts';
import { Countdown } from '../core/countdown.ts';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { kindInSentence, pcWords, refWords } from '../ui/words.ts';
import type { ReasonGiven } from './reveal-form.ts';
import { type Offered, sealedWords } from './version-words.ts';
import './reveal-form.ts';
import type { LargeChanged } from './secret-text.ts';
import type { VersionChosen } from './version-choice.ts';
import './sealed-as.ts';
import './secret-text.ts';
import './version-choice.ts';

/** Whose secret it is, in full: names alone are no proof. */
export type Pc = { hostname: string | null; serial: string | null; client: string | null };

export const SHOWN_SECONDS = 30;
/** From here on the end of the time is announced, once. */
const WARN_SECONDS = 10;

export type RevealStep =
  | { step: 'reason'; fault?: string }
  | { step: 'working' }
  | { step: 'shown'; opened: Opened; auditSeq: number }
  | { step: 'fault'; message: string; audited: boolean };

@customElement('reveal-dialog')
export class RevealDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1:focus {
        outline: none;
      }
      .what {
        margin-top: 0.3rem;
      }
      dialog.large {
        width: min(72rem, calc(100vw - 2rem));
      }
      secret-text {
        display: block;
        margin: 1rem 0 0.75rem;
        min-height: 5rem;
      }
      /* Always in reach of a thumb, however long what is shown is. */
      .foot {
        position: sticky;
        bottom: -1.4rem;
        margin: 0 -1.5rem -1.4rem;
        padding: 0.7rem 1.5rem 1.4rem;
        background: var(--surface);
      }
      .count {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0.8rem;
        font-variant-numeric: tabular-nums;
      }
      .actions button {
        min-height: 3rem;
        flex: 1 1 8rem;
        justify-content: center;
      }
      .actions {
        flex-wrap: wrap;
      }
      .foot .actions {
        margin-top: 0.7rem;
      }
      @media (max-width: 30rem) {
        dialog {
          padding: 1rem;
        }
        .foot {
          bottom: -1rem;
          margin: 0 -1rem -1rem;
          padding: 0.6rem 1rem 1rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) secret: Secret | null = null;
  @property({ attribute: false }) version: SecretVersion | null = null;
  @property() machine = '';
  /** The PC as the server has it, to compare with the header's. */
  @property({ attribute: false }) pc: Pc | null = null;
  /** The versions that the PC may have, this one among them; empty: there are no others. */
  @property({ attribute: false }) choices: readonly Offered[] = [];
  /** Another version has replaced this one. */
  @property({ attribute: false }) earlier = false;
  /** The pattern of a ticket that a reason must begin with; null: any reason will do. */
  @property({ attribute: false }) ticket: string | null = null;
  /** The ticket of the reveal before, to be offered. */
  @property({ attribute: false }) lastTicket: string | null = null;
  @property({ attribute: false }) progress: RevealStep = { step: 'reason' };
  /** The given reason is being used. */
  @property({ attribute: false }) busy = false;
  @state() private clipboard: ClipboardState | null = null;
  @state() private large = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('h1') private heading!: HTMLElement;
  /** A refused reason can be corrected without typing it again. */
  #reason = '';
  #countdown = new Countdown(this, () => this.#close());
  /** How long it is shown in total, for the bar. */
  #outOf = SHOWN_SECONDS;

  constructor() {
    super();
    new Modal(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#hidden);
    window.addEventListener(CLIPBOARD_CHANGED, this.#clipboardChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#hidden);
    window.removeEventListener(CLIPBOARD_CHANGED, this.#clipboardChanged);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('progress') || this.progress.step !== 'shown') return;
    this.#outOf = SHOWN_SECONDS;
    this.#countdown.start(SHOWN_SECONDS);
  }

  override updated(changed: Map<string, unknown>): void {
    if (!changed.has('progress') || this.progress.step === 'reason') return;
    this.heading.focus();
    // It may arrive after the person has gone to another tab.
    this.#hidden();
  }

  /** A plaintext is not left on a screen nobody looks at. */
  #hidden = (): void => {
    if (document.hidden && this.progress.step === 'shown') this.#close();
  };

  #clipboardChanged = (event: Event): void => {
    this.clipboard = (event as CustomEvent<ClipboardState>).detail;
  };

  #close = (): void => {
    this.dialog.close();
  };

  /** However it closed: button, Escape, time. Once. */
  #closed = (): void => {
    this.#countdown.stop();
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #given = ({ detail }: ReasonGiven): void => {
    this.#reason = detail;
    this.dispatchEvent(new CustomEvent('reason-given', { detail }));
  };

  #keep = (): void => {
    this.#countdown.extend(SHOWN_SECONDS);
    this.#outOf = this.#countdown.secondsLeft;
  };

  override render() {
    if (!this.secret || !this.version) return nothing;
    return html`<dialog aria-labelledby="title" class=${this.large && this.progress.step === 'shown' ? 'large' : ''} @close=${this.#closed}>
      <h1 id="title" tabindex="-1">Reveal ${kindInSentence(this.secret.kind)}</h1>
      <p class="what"><strong>${theirs(this.machine)}</strong>, ${this.pc ? pcWords(this.pc) : 'of an unknown PC'}</p>
      <p class="quiet what">${refWords(this.secret.ref)}, version ${this.version.version}, ${sealedWords(this.version)}</p>
      ${this.earlier ? html`<p class="note warn">This is an earlier version: another has taken its place.</p>` : nothing}
      ${this.#body()}
    </dialog>`;
  }

  #body() {
    switch (this.progress.step) {
      case 'reason':
        return html`${
          this.choices.length > 1
            ? html`<version-choice
                  .choices=${this.choices}
                  .chosen=${{ secret: this.secret?.id, version: this.version }}
                  .busy=${this.busy}
                  @version-chosen=${({ detail }: VersionChosen) => this.dispatchEvent(new CustomEvent('version-chosen', { detail }))}
                ></version-choice>`
            : nothing
        }
          <reveal-form
          .ticket=${this.ticket}
          .offered=${this.lastTicket}
          .reason=${this.#reason}
          .fault=${this.progress.fault ?? ''}
          .busy=${this.busy}
          @reason-given=${this.#given}
          @cancelled=${this.#close}
        ></reveal-form>`;
      case 'working':
        return html`<p role="status">Asking for the ciphertext and opening it …</p>
          <progress aria-label="Working"></progress>`;
      case 'shown':
        return this.#shown(this.progress.opened, this.progress.auditSeq);
      case 'fault':
        return html`<p class="note bad" role="alert">${this.progress.message}</p>
          ${this.progress.audited ? html`<p class="quiet">The reveal itself is on record.</p>` : nothing}
          <div class="actions"><button class="primary" @click=${this.#close}>Close</button></div>`;
    }
  }

  #shown(opened: Opened, auditSeq: number) {
    const { secondsLeft } = this.#countdown;
    return html`<secret-text
        .opened=${opened}
        @large-changed=${({ detail }: LargeChanged) => {
          this.large = detail;
        }}
      ></secret-text>
      ${
        opened.bound
          ? nothing
          : html`<p class="note warn">No proof of the PC: nothing shows that this belongs to it.</p>`
      }
      <sealed-as .opened=${opened} .hostname=${this.pc?.hostname ?? null} .serial=${this.pc?.serial ?? null}></sealed-as>
      <p class="quiet" role="status">${this.clipboard ? CLIPBOARD_WORDS[this.clipboard] : `On record as audit entry ${auditSeq}.`}</p>
      <span class="visually-hidden" role="status">${secondsLeft <= WARN_SECONDS ? `It hides in ${WARN_SECONDS} seconds.` : ''}</span>
      <div class="foot">
        <div class="count quiet">
          <progress aria-hidden="true" max=${this.#outOf} .value=${Math.max(0, secondsLeft)}></progress>
          <span role="timer">Hides in ${secondsLeft} s</span>
        </div>
        <div class="actions">
          <button @click=${this.#keep}>Keep showing 30 s more</button>
          <button
            @click=${async () => {
              this.clipboard = await copyBriefly(opened.plaintext);
            }}
          >
            Copy
          </button>
          <button class="primary" @click=${this.#close}>Hide now</button>
        </div>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reveal-dialog': RevealDialog;
  }
}
