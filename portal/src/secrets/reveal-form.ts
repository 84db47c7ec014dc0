// The reason for a reveal: one line, which begins with a ticket if the tenant asks for one. The last ticket is offered,
// not filled in.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';

const REASON_MIN_CHARACTERS = 3;

/** Fired with the reason. */
export type ReasonGiven = CustomEvent<string>;

@customElement('reveal-form')
export class RevealForm extends LitElement {
  static override styles = [
    shared,
    css`
      input,
      button {
        min-height: 3rem;
      }
      #ticket {
        margin: 0.4rem 0 0.75rem;
      }
      .again {
        margin: 0.5rem 0;
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1.2rem;
      }
      .primary {
        min-width: 8rem;
        justify-content: center;
      }
    `,
  ];
  /** The pattern of a ticket that a reason must begin with; null: any reason will do. */
  @property({ attribute: false }) ticket: string | null = null;
  /** The ticket of the reveal before, where there was one. */
  @property({ attribute: false }) offered: string | null = null;
  /** The text typed before, if it was refused. */
  @property() reason = '';
  @property() fault = '';
  @property({ attribute: false }) busy = false;
  @query('input') private field!: HTMLInputElement;

  override firstUpdated(): void {
    this.field.focus();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('fault') && this.fault) this.field.focus();
  }

  #ask = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = this.field.value.trim();
    if (!this.busy && reason.length >= REASON_MIN_CHARACTERS)
      this.dispatchEvent(new CustomEvent('reason-given', { detail: reason }));
  };

  #again = (): void => {
    const rest = this.field.value.trim();
    this.field.value = rest.startsWith(this.offered ?? '') ? rest : `${this.offered} ${rest}`;
    this.field.focus();
  };

  override render() {
    return html`<form @submit=${this.#ask}>
      <label for="reason">Why do you need it?</label>
      <input id="reason" name="reason" required minlength=${REASON_MIN_CHARACTERS} maxlength="500" .value=${this.reason} autocomplete="off" enterkeyhint="go" aria-describedby="ticket" ?readonly=${this.busy} />
      ${
        this.offered
          ? html`<div class="again">
              <button type="button" ?disabled=${this.busy} @click=${this.#again}>Use ${this.offered} again</button>
            </div>`
          : nothing
      }
      <p class="quiet" id="ticket">
        ${
          this.ticket === null
            ? 'A ticket number at the beginning is offered again at your next reveal.'
            : html`Begin with a ticket like <span class="mono">${this.ticket}</span> (# is a digit${this.ticket.includes('*') ? ', * letters and digits' : ''}).`
        }
      </p>
      <p class="quiet">The reason, your name and the time go into the audit before anything is shown.</p>
      ${this.fault ? html`<p class="note bad" role="alert">${this.fault}</p>` : nothing}
      <div class="actions">
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('cancelled'))}>Cancel</button>
        <button class="primary" ?disabled=${this.busy}>Reveal</button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reveal-form': RevealForm;
  }
}
