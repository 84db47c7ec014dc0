// The reveal in one dialog: whose PC it is, a reason and, while the vault is locked, the way to open it; then the plaintext for thirty
// seconds. The page does the asking; this shows and hides.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Secret, SecretVersion } from '../../../schema/secret.ts';
import type { Opened } from '../../vault/contract.ts';
import { CLIPBOARD_CHANGED, CLIPBOARD_WORDS, type ClipboardState, copyBriefly } from '../core/brief-clipboard.ts';
import { Countdown } from '../core/countdown.ts';
import { Modal } from '../core/modal.ts';
import {
  circleCheckIcon,
  copyIcon,
  historyIcon,
  megaphoneIcon,
  scrollTextIcon,
  timerIcon,
  xIcon,
} from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { KIND_WORDS, kindInSentence, momentInSentence } from '../ui/words.ts';
import type { Shown } from '../unlock/opening.ts';
import { KIND_ICONS } from './kind-icons.ts';
import { revealStyles } from './reveal-styles.ts';
import { type Offered, standingOf } from './version-words.ts';
import './reveal-form.ts';
import './sealed-as.ts';
import './secret-text.ts';
import './version-choice.ts';
import type { VersionChosen } from './version-choice.ts';

/** Whose secret it is, in full: names alone are no proof. */
export type Pc = { hostname: string | null; serial: string | null; client: string | null };

export const SHOWN_SECONDS = 30;
/** From here on the end of the time is announced, once. */
const WARN_SECONDS = 10;
/** The part of a recovery key's id that is read out. */
const READ_OUT = 8;

export type RevealStep =
  | { step: 'reason'; fault?: string }
  | { step: 'working' }
  | { step: 'shown'; opened: Opened; auditSeq: number }
  | { step: 'fault'; message: string; audited: boolean };

@customElement('reveal-dialog')
export class RevealDialog extends LitElement {
  static override styles = [shared, revealStyles];

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
  /** The vault is locked; `unlock` is what opens it, once its keyring has come; `opening`: it is being opened. */
  @property({ attribute: false }) locked = false;
  @property({ attribute: false }) unlock: Shown | null = null;
  @property({ attribute: false }) opening = false;
  @state() private clipboard: ClipboardState | null = null;
  @state() private spelling = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('h1') private heading!: HTMLElement;
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

  /** What is shown becomes taller or lower; the buttons stay where they are, or the next press would miss. */
  #spell = (): void => {
    const below = Math.max(0, innerHeight - this.dialog.getBoundingClientRect().bottom);
    Object.assign(this.dialog.style, {
      top: 'auto',
      bottom: `${below}px`,
      marginBottom: '0',
      maxHeight: `calc(100dvh - ${below + 8}px)`,
    });
    this.spelling = !this.spelling;
  };

  #keep = (): void => {
    this.#countdown.extend(SHOWN_SECONDS);
    this.#outOf = this.#countdown.secondsLeft;
  };

  override render() {
    const { secret, version } = this;
    if (!secret || !version) return nothing;
    return html`<dialog aria-labelledby="what title" @close=${this.#closed}>
      <div class="top">
        <p class="what" id="what">
          ${KIND_ICONS[secret.kind]}<span class="visually-hidden">Reveal ${kindInSentence(secret.kind)}</span>
          <span aria-hidden="true">${KIND_WORDS[secret.kind]}</span> · ${this.#place(secret)}
        </p>
        <button type="button" class="ghost only-icon" aria-label="Close the dialog" @click=${this.#close}>${xIcon}</button>
      </div>
      <h1 id="title" tabindex="-1">${this.pc?.client ? html`${theirs(this.pc.client)} · ` : nothing}${theirs(this.machine)}</h1>
      ${this.#ids(secret)}
      ${this.earlier ? html`<p class="note warn">This is an earlier version: another has taken its place.</p>` : nothing}
      ${this.#body(secret, version)}
    </dialog>`;
  }

  #place({ ref }: Secret) {
    if ('protectorId' in ref) return html`drive ${theirs(ref.volume)}`;
    return 'account' in ref ? html`account ${theirs(ref.account)}` : theirs(ref.label);
  }

  #ids({ ref }: Secret) {
    const serial = this.pc?.serial ?? null;
    const key = 'protectorId' in ref ? ref.protectorId.toUpperCase() : null;
    return html`<p class="ids">
      ${serial === null ? 'No serial number' : html`Serial <span class="mono">${theirs(serial)}</span>`}${this.pc && !this.pc.client ? ' · no client' : nothing}
      ${key === null ? nothing : html` · key ID <span class="mono"><strong>${key.slice(0, READ_OUT)}</strong>${key.slice(READ_OUT)}</span>`}
    </p>`;
  }

  #body(secret: Secret, version: SecretVersion) {
    switch (this.progress.step) {
      case 'reason':
        return html`${this.#choice(secret, version)} ${this.#facts(secret, version)}
          <reveal-form
            .ticket=${this.ticket}
            .offered=${this.lastTicket}
            .fault=${this.progress.fault ?? ''}
            .busy=${this.busy}
            .locked=${this.locked}
            .unlock=${this.unlock}
            .opening=${this.opening}
            @reason-given=${({ detail }: CustomEvent) => this.dispatchEvent(new CustomEvent('reason-given', { detail }))}
            @cancelled=${this.#close}
          ></reveal-form>`;
      case 'working':
        return html`<p role="status">Asking for the ciphertext and opening it …</p>
          <progress aria-label="Working"></progress>`;
      case 'shown':
        return this.#shown(secret, version, this.progress.opened, this.progress.auditSeq);
      case 'fault':
        return html`<p class="note bad" role="alert">${this.progress.message}</p>
          ${this.progress.audited ? html`<p class="quiet">The reveal itself is on record.</p>` : nothing}
          <div class="actions"><button class="primary" @click=${this.#close}>Close</button></div>`;
    }
  }

  #choice(secret: Secret, version: SecretVersion) {
    if (this.choices.length < 2) return nothing;
    return html`<version-choice
      .choices=${this.choices}
      .chosen=${{ secret: secret.id, version }}
      .busy=${this.busy || this.opening}
      @version-chosen=${({ detail }: VersionChosen) => this.dispatchEvent(new CustomEvent('version-chosen', { detail }))}
    ></version-choice>`;
  }

  /** Which version it is, since when, and who else may know it. `opened`: its own header says when, and the server need not. */
  #facts(secret: Secret, version: SecretVersion, opened: Opened | null = null) {
    const now = Date.now();
    const several = this.choices.length > 1;
    const since =
      version.sealedAt === null
        ? `received ${momentInSentence(version.escrowedAt, now)}`
        : `sealed ${momentInSentence(version.sealedAt, now)}`;
    return html`<p class="facts">
        ${circleCheckIcon}<span
          ><strong>Version ${version.version}${standingOf(secret, { several, earlier: this.earlier })}</strong>${opened?.sealedAt == null ? ` · ${since}` : nothing}</span
        >
      </p>
      <p class="facts">
        ${historyIcon}<span
          >${
            secret.lastRevealedAt === null
              ? 'Never revealed before'
              : html`Last revealed ${momentInSentence(secret.lastRevealedAt, now)}${secret.lastRevealedBy === null ? nothing : html` by ${theirs(secret.lastRevealedBy)}`}`
          }</span
        >
      </p>`;
  }

  #shown(secret: Secret, version: SecretVersion, opened: Opened, auditSeq: number) {
    const { secondsLeft } = this.#countdown;
    return html`<secret-text .opened=${opened} ?spelling=${this.spelling}></secret-text>
      ${opened.bound ? nothing : html`<p class="note warn">No proof of the PC: nothing shows that this belongs to it.</p>`}
      <sealed-as .opened=${opened} .hostname=${this.pc?.hostname ?? null} .serial=${this.pc?.serial ?? null}></sealed-as>
      ${this.#facts(secret, version, opened)}
      <p class="facts" role="status">
        ${scrollTextIcon}<span>${this.clipboard ? CLIPBOARD_WORDS[this.clipboard] : `Recorded as entry ${auditSeq.toLocaleString()}`}</span>
      </p>
      <span class="visually-hidden" role="status">${secondsLeft <= WARN_SECONDS ? `It hides in ${WARN_SECONDS} seconds.` : ''}</span>
      <div class="foot">
      <div class="hides">
        ${timerIcon}<span role="timer">Hides in <strong>${secondsLeft} s</strong></span>
        <progress aria-hidden="true" max=${this.#outOf} .value=${Math.max(0, secondsLeft)}></progress>
      </div>
      <div class="actions">
        <button
          @click=${async () => {
            this.clipboard = await copyBriefly(opened.plaintext);
          }}
        >
          ${copyIcon}Copy
        </button>
        <button
          aria-pressed=${this.spelling}
          @click=${this.#spell}
        >
          ${megaphoneIcon}Spell it out
        </button>
        <span class="gap"></span>
        <button aria-keyshortcuts="Escape" @click=${this.#close}>Hide now <kbd aria-hidden="true">Esc</kbd></button>
        <button class="primary" @click=${this.#keep}>${timerIcon}Keep 30 s more</button>
      </div>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reveal-dialog': RevealDialog;
  }
}
