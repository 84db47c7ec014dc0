// What a reveal needs before it: a reason, which begins with a ticket if the tenant asks for one, and, while the vault is locked, the way to
// open it. The last ticket is offered, not filled in.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { beginsWithTicket } from '../../../schema/facts/begins-with-ticket.ts';
import { circleAlertIcon, lockOpenIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { givesAway } from '../unlock/given-away.ts';
import type { Shown } from '../unlock/opening.ts';
import type { Compared } from '../unlock/unlock-compare.ts';
import { type Proof, UnlockFields, unlockStyles } from '../unlock/unlock-fields.ts';
import '../unlock/unlock-compare.ts';

const REASON_MIN_CHARACTERS = 3;

/** Fired with the reason, and what is to open the vault where it is locked. */
export type ReasonGiven = CustomEvent<{ reason: string; proof: Proof | null }>;

@customElement('reveal-form')
export class RevealForm extends LitElement {
  static override styles = [
    shared,
    unlockStyles,
    css`
      .reason {
        margin-top: 16px;
      }
      .kept {
        flex: 1;
      }
      .again {
        margin: -4px 0;
      }
      .unlock {
        padding-top: 16px;
        border-top: 1px solid var(--line);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: flex-end;
        gap: 8px;
        margin: 20px -24px -20px;
        padding: 12px 24px;
        border-top: 1px solid var(--line);
        background: var(--foot);
      }
      .actions .quiet {
        flex: 1 1 12rem;
        font-size: 13px;
        line-height: 18px;
      }
      @media (max-width: 719px) {
        .actions {
          margin: 16px -16px -16px;
          padding: 12px 16px;
        }
        .actions button {
          flex: 1 1 auto;
        }
      }
    `,
  ];
  /** The pattern of a ticket that a reason must begin with; null: any reason will do. */
  @property({ attribute: false }) ticket: string | null = null;
  /** The ticket of the reveal before, where there was one. */
  @property({ attribute: false }) offered: string | null = null;
  @property() fault = '';
  @property({ attribute: false }) busy = false;
  /** What opens the vault; null where it is open. */
  @property({ attribute: false }) unlock: Shown | null = null;
  /** The vault is locked, also while its keyring is still read. */
  @property({ attribute: false }) locked = false;
  @property({ attribute: false }) opening = false;
  @state() private wrong = '';
  @query('#reason') private field!: HTMLInputElement;
  #fields = new UnlockFields(this);
  /** Kept while something is compared. */
  #given: Proof | null = null;
  /** The way to unlock has been asked for, and the focus goes to it once it is there: what is typed until then is no part of the reason. */
  @state() private toUnlock = false;

  override firstUpdated(): void {
    this.field.focus();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('fault') && this.fault) this.field?.focus();
    if (changed.get('opening') === true && !this.opening) this.#fields.focus();
    if (!this.toUnlock || (this.locked && !this.unlock)) return;
    this.toUnlock = false;
    if (this.locked) this.#fields.focus();
    else this.#give(null);
  }

  /** Why the reason will not do; empty: it will. */
  #faultOf(reason: string): string {
    if (reason.length < REASON_MIN_CHARACTERS) return 'Say in a few words why you need it.';
    if (this.ticket !== null && !beginsWithTicket(this.ticket, reason))
      return `Has to begin with a ticket like ${this.ticket}.`;
    if (this.locked && givesAway(reason, this.#fields.typed))
      return 'What you unlock with is in the reason, where it would be read for good. Take it out.';
    return '';
  }

  #ask = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy || this.opening) return;
    const reason = this.field.value.trim();
    this.wrong = this.#faultOf(reason);
    if (this.wrong) {
      this.field.focus();
      return;
    }
    if (!this.locked) this.#give(null);
    else if (this.unlock) this.#openWith(this.unlock);
    else this.toUnlock = true;
  };

  /** Enter after the reason leads on to what is still missing. */
  #openWith(shown: Shown): void {
    const onReason = this.shadowRoot?.activeElement === this.field;
    if (onReason && this.#fields.isEmpty) this.#fields.focus();
    else this.#fields.give(shown, (proof) => this.#give(proof));
  }

  #give(proof: Proof | null): void {
    this.#given = proof;
    this.dispatchEvent(new CustomEvent('reason-given', { detail: { reason: this.field.value.trim(), proof } }));
  }

  #compared = ({ detail }: Compared): void => {
    if (this.#given) this.#give({ ...this.#given, ...detail });
  };

  #cancel = (): void => {
    this.dispatchEvent(new CustomEvent('cancelled'));
  };

  #again = (): void => {
    const rest = this.field.value.trim();
    this.field.value = rest.startsWith(this.offered ?? '') ? rest : `${this.offered} ${rest}`;
    this.field.focus();
  };

  override render() {
    const compares = this.unlock?.line != null || this.unlock?.succession != null;
    return html`${compares && this.unlock ? this.#compare(this.unlock) : nothing}
      <form novalidate ?hidden=${compares} @submit=${this.#ask}>
        ${this.#reason()} ${this.unlock ? this.#unlock(this.unlock) : nothing}
        <div class="actions">
          <span class="quiet">Reason, name and time are recorded before anything is shown.</span>
          <button type="button" @click=${this.#cancel}>Cancel</button>
          <button class="primary" ?disabled=${this.busy || this.#fields.busy || (this.unlock !== null && this.unlock.unlockers.length === 0)}>
            ${this.locked ? html`${lockOpenIcon}Unlock and reveal` : 'Reveal'}
          </button>
        </div>
      </form>`;
  }

  #reason() {
    const wrong = this.wrong || this.fault;
    return html`<div class="reason">
      <div class="over">
        <label for="reason">Reason</label><span class="quiet kept">kept in the audit</span>${this.#offer()}
      </div>
      <input
        id="reason"
        name="reason"
        maxlength="500"
        autocomplete="off"
        enterkeyhint="go"
        aria-describedby="ticket"
        aria-invalid=${wrong ? 'true' : nothing}
        ?readonly=${this.busy || this.toUnlock}
      />
      ${
        wrong
          ? html`<p class="below wrong" id="ticket" role="alert">${circleAlertIcon}<span>${wrong}</span></p>`
          : html`<p class="below quiet" id="ticket">${this.#hint()}</p>`
      }
    </div>`;
  }

  /** Before the field, never on the way from it to the passphrase: a space that was typed for that would press it. */
  #offer() {
    if (!this.offered) return nothing;
    return html`<button type="button" class="small again" ?disabled=${this.busy} @click=${this.#again}>Use ${this.offered} again</button>`;
  }

  #hint() {
    if (this.ticket === null) return 'A ticket number at the beginning is offered again at your next reveal.';
    return html`Begin with a ticket like <span class="mono">${this.ticket}</span> (# is a digit${this.ticket.includes('*') ? ', * letters and digits' : ''}).`;
  }

  #unlock(shown: Shown) {
    if (shown.unlockers.length === 0) return html`<p class="note warn unlock" role="alert">${shown.why}</p>`;
    const aside = `once, then open for ${shown.minutes} idle min`;
    return this.#fields.render(shown, { working: this.opening, fault: shown.fault, aside });
  }

  #compare({ succession, line, fault }: Shown) {
    return html`<unlock-compare
      .succession=${succession}
      .line=${line}
      .fault=${fault}
      .working=${this.opening}
      @compared=${this.#compared}
      @cancelled=${this.#cancel}
    ></unlock-compare>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reveal-form': RevealForm;
  }
}
