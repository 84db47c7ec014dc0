// The reveal: a reason, then the plaintext for thirty seconds. The page does the asking; this shows and hides.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Secret, SecretVersion } from '../../../schema/secret.ts';
import type { Opened } from '../../vault/contract.ts';
import { Modal } from '../modal.ts';
import { shared } from '../styles/shared.ts';
import { kindInSentence, refWords } from '../words.ts';
import './secret-text.ts';

const SHOWN_SECONDS = 30;
const REASON_MIN_CHARACTERS = 3;

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
      secret-text {
        display: block;
        margin: 1rem 0 0.5rem;
        min-height: 5rem;
      }
      .count {
        margin-right: auto;
        align-self: center;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) secret: Secret | null = null;
  @property({ attribute: false }) version: SecretVersion | null = null;
  @property() machine = '';
  /** The pattern of a ticket that a reason must begin with; null: any reason will do. */
  @property({ attribute: false }) ticket: string | null = null;
  @property({ attribute: false }) progress: RevealStep = { step: 'reason' };
  @state() private secondsLeft = SHOWN_SECONDS;
  @state() private copied = '';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('h1') private heading!: HTMLElement;
  #hidesAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    new Modal(this);
  }

  override firstUpdated(): void {
    document.addEventListener('visibilitychange', this.#hidden);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#hidden);
  }

  override updated(changed: Map<string, unknown>): void {
    if (!changed.has('progress') || this.progress.step === 'reason') return;
    this.heading.focus();
    if (this.progress.step !== 'shown') return;
    // It may arrive after the person has gone to another tab.
    if (document.hidden) {
      this.#close();
      return;
    }
    clearInterval(this.#timer);
    this.#hidesAt = Date.now() + SHOWN_SECONDS * 1000;
    this.#tick();
    this.#timer = setInterval(this.#tick, 250);
  }

  /** By the clock, not by counting: a machine that slept has used its seconds up. */
  #tick = (): void => {
    this.secondsLeft = Math.ceil((this.#hidesAt - Date.now()) / 1000);
    if (this.secondsLeft <= 0) this.#close();
  };

  /** A plaintext is not left on a screen nobody looks at. */
  #hidden = (): void => {
    if (document.hidden && this.progress.step === 'shown') this.#close();
  };

  #close = (): void => {
    this.dialog.close();
  };

  /** However it closed: button, Escape, time. Once. */
  #closed = (): void => {
    clearInterval(this.#timer);
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #ask = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get('reason') ?? '').trim();
    if (reason.length >= REASON_MIN_CHARACTERS) this.dispatchEvent(new CustomEvent('reason-given', { detail: reason }));
  };

  #copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      this.copied = 'Copied. Clear your clipboard when you are done.';
    } catch {
      this.copied = 'The browser did not allow copying; select the text instead.';
    }
  };

  override render() {
    if (!this.secret || !this.version) return nothing;
    return html`<dialog aria-labelledby="title" @close=${this.#closed}>
      <h1 id="title" tabindex="-1">Reveal ${kindInSentence(this.secret.kind)}</h1>
      <p class="quiet what">${this.machine}, ${refWords(this.secret.ref)}, version ${this.version.version}</p>
      ${this.#body()}
    </dialog>`;
  }

  #body() {
    switch (this.progress.step) {
      case 'reason':
        return html`<form @submit=${this.#ask}>
          <label for="reason">Why do you need it?</label>
          <input id="reason" name="reason" required minlength=${REASON_MIN_CHARACTERS} maxlength="500" autocomplete="off" autofocus aria-describedby="ticket" />
          <p class="quiet" id="ticket">
            ${
              this.ticket === null
                ? nothing
                : html`Begin with a ticket like <span class="mono">${this.ticket}</span> (# is a digit${this.ticket.includes('*') ? ', * letters and digits' : ''}).`
            }
          </p>
          <p class="quiet">The reason, your name and the time go into the audit before anything is shown.</p>
          ${this.progress.fault ? html`<p class="note bad" role="alert">${this.progress.fault}</p>` : nothing}
          <div class="actions">
            <button type="button" @click=${this.#close}>Cancel</button>
            <button class="primary">Reveal</button>
          </div>
        </form>`;
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
    return html`<secret-text .opened=${opened}></secret-text>
      ${
        opened.bound
          ? nothing
          : html`<p class="note warn">Not bound to its machine: nothing proves that this belongs to this PC.</p>`
      }
      <p class="quiet" role="status">${this.copied || `On record as audit entry ${auditSeq}.`}</p>
      <div class="actions">
        <span class="count quiet">Hides in ${this.secondsLeft} s</span>
        <button @click=${() => void this.#copy(opened.plaintext)}>Copy</button>
        <button class="primary" @click=${this.#close}>Hide now</button>
      </div>`;
  }
}
