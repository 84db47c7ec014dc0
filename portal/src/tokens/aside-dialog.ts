// Asks for confirmation before what a revoked token brought is set aside, or brought back: how much that is, and what
// it means.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Token } from '../../../schema/token.ts';
import { Modal } from '../core/modal.ts';
import { asideWords, machinesWords } from '../ui/aside-words.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';

/** Fired when another instant is chosen from which on it is to count; `since` null: all that it ever brought. */
/** `done` false: there is more to come. */
export type BroughtSoFar = { runs: number; versions: number; machines: number; done: boolean };
export type SinceChosen = CustomEvent<{ since: number | null }>;
export type AsideConfirmed = CustomEvent<{ since: number | null }>;

@customElement('aside-dialog')
export class AsideDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
      }
      fieldset {
        border: 0;
        margin: 0.75rem 0;
        padding: 0;
        min-width: 0;
      }
      legend {
        font-weight: 500;
        padding: 0;
      }
      .choice {
        display: flex;
        gap: 0.6rem;
        align-items: baseline;
        font-weight: 400;
      }
    `,
  ];
  @property({ attribute: false }) token!: Token;
  @property() act: 'set_aside' | 'bring_back' = 'set_aside';
  /** What it brought, as far as that is counted. */
  @property({ attribute: false }) brought!: BroughtSoFar;
  @property({ attribute: false }) failure: unknown = null;
  /** Another act of the page is under way. */
  @property({ attribute: false }) busy = false;
  @state() private partly = false;
  /** The chosen instant; null if none is chosen yet. */
  @state() private since: number | null = null;

  constructor() {
    super();
    new Modal(this);
    new RefusedFields(this, { failure: () => this.failure });
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #send(name: 'since-chosen' | 'confirmed'): void {
    const detail = { since: this.partly ? this.since : null };
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #confirm = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#send('confirmed');
  };

  #choose(partly: boolean): void {
    this.partly = partly;
    if (!partly || this.since !== null) this.#send('since-chosen');
  }

  /** In the person's own time zone, as in the field. */
  #chooseSince = (event: Event): void => {
    const at = new Date((event.target as HTMLInputElement).value).getTime();
    this.since = Number.isNaN(at) ? null : at;
    if (this.since !== null) this.#send('since-chosen');
  };

  override render() {
    const name = this.token.label || this.token.id;
    const back = this.act === 'bring_back';
    return html`<dialog aria-labelledby="heading" @cancel=${this.#close}>
      <form @submit=${this.#confirm}>
        <h1 id="heading">${back ? `Bring back what “${name}” brought?` : `Set aside what “${name}” brought?`}</h1>
        ${back ? this.#bringBack() : this.#setAside()}
        <div class="actions">
          <button type="button" @click=${this.#close}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>${back ? 'Bring it back' : 'Set aside'}</button>
        </div>
      </form>
    </dialog>`;
  }

  #setAside() {
    const { done } = this.brought;
    return html`<p>
        For a token that somebody had who should not: what it brought is kept, listed apart, and can be revealed as before. It counts no longer:
        the version before it is the current one again, and a machine that nothing else has reported leaves the fleet list. The status
        <em>Set aside</em> shows those. All of it can be brought back.
      </p>
      <fieldset>
        <legend>What is set aside</legend>
        <label class="choice"
          ><input type="radio" name="what" ?checked=${!this.partly} @change=${() => this.#choose(false)} />All that it ever brought</label
        >
        <label class="choice"
          ><input type="radio" name="what" ?checked=${this.partly} @change=${() => this.#choose(true)} />Only what came since …</label
        >
        ${
          this.partly
            ? html`<label for="since">Since</label>
                <input id="since" name="since" type="datetime-local" required @change=${this.#chooseSince} />`
            : nothing
        }
      </fieldset>
      <p role="status">${done ? '' : 'Counting … so far '}${asideWords(this.brought)}. ${machinesWords(this.brought.machines)}</p>
      <div data-refused></div>`;
  }

  #bringBack() {
    const { aside } = this.token;
    return html`<p>${aside ? asideWords(aside) : nothing}: all of it counts again, as if it had never been set aside.</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'aside-dialog': AsideDialog;
  }
}
