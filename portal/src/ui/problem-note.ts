// A failure shown as a failure: what happened, the request's id for the operator, and a way to try again.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ApiProblem, isProblem } from '../api/http.ts';
import { shared } from './shared-styles.ts';
import { theirLines } from './theirs.ts';

@customElement('problem-note')
export class ProblemNote extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .note {
        margin: 12px 0;
      }
      /* The app says once that nothing is reached, above the page. */
      .unread {
        display: var(--unread, block);
      }
    `,
  ];

  @property({ attribute: false }) error: unknown = null;
  @property({ type: Boolean }) retry = false;

  override render() {
    if (!this.error) return nothing;
    // The app says once that the sign-in has expired, and loads what failed because of it again by itself.
    if (this.retry && isProblem(this.error, 'session_expired')) return nothing;
    const message = this.error instanceof Error ? this.error.message : String(this.error);
    // What was to be taken back says so in its own words, and why in the API's.
    const cause = this.error instanceof Error && this.error.cause ? this.error.cause : this.error;
    const requestId = cause instanceof ApiProblem ? cause.requestId : null;
    const unread = cause instanceof ApiProblem && cause.isUnread;
    return html`<div class="note bad ${unread ? 'unread' : ''}" role="alert">
      <p>${theirLines(message)}</p>
      ${requestId ? html`<p class="quiet">Request <span class="mono">${requestId}</span></p>` : nothing}
      ${this.retry ? html`<button @click=${() => this.dispatchEvent(new CustomEvent('retry'))}>Try again</button>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'problem-note': ProblemNote;
  }
}
