// Says once for the whole page that the server cannot be reached, or that nobody is signed in any more, and what helps.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SignIn } from '../api/http.ts';
import { Polling } from '../core/polling.ts';
import type { ReachState } from '../session/reach.ts';
import { shared } from '../ui/shared-styles.ts';

const EVERY_SECOND_MS = 1_000;

@customElement('reach-note')
export class ReachNote extends LitElement {
  static override styles = [
    shared,
    css`
      .note {
        margin: 0 0 1rem;
        justify-content: space-between;
      }
      p {
        margin: 0;
      }
    `,
  ];

  @property() state: ReachState = 'unreachable';
  /** What Access says about the sign-in at the portal. */
  @property({ attribute: false }) portal: SignIn = 'unknown';
  @property({ attribute: false }) triesAt: number | null = null;

  constructor() {
    super();
    new Polling(this, EVERY_SECOND_MS, async () => this.requestUpdate());
  }

  override render() {
    return html`<div class="note warn row" role="alert">
      ${this.state === 'signed_out' ? this.#signedOut() : this.#unreachable()}
    </div>`;
  }

  #signedOut() {
    return html`<p>Your sign-in has expired. Sign in again; what you have open stays as it is.</p>
      ${this.#signIn(true)}`;
  }

  #unreachable() {
    const atPortal = this.portal === 'signed_in';
    return html`<p>
        ${atPortal ? 'The API cannot be reached; the portal can.' : 'TotlProvision cannot be reached.'} ${this.#when()}
        ${
          atPortal
            ? 'If your sign-in at the API has run out, signing in again helps.'
            : 'You are still signed in, and what you have open stays as it is.'
        }
      </p>
      <span class="row">
        ${atPortal ? this.#signIn(false) : nothing}
        <button ?disabled=${this.triesAt === null} @click=${() => this.dispatchEvent(new CustomEvent('try-wanted'))}>
          Try now
        </button>
      </span>`;
  }

  /** Counted down for the eye alone: it would be announced again every second. */
  #when() {
    if (this.triesAt === null) return html`<span>Trying again …</span>`;
    const seconds = Math.max(1, Math.ceil((this.triesAt - Date.now()) / 1000));
    return html`<span>It is tried again by itself</span><span aria-hidden="true">, in ${seconds} s</span>.`;
  }

  #signIn(isAll: boolean) {
    return html`<button class=${isAll ? 'primary' : ''} @click=${() => this.dispatchEvent(new CustomEvent('sign-in-wanted'))}>
      Sign in again
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reach-note': ReachNote;
  }
}
