// The changes of the keyring that can still be taken back, and the way back. Shown to admins.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { KeyringChange } from '../../../schema/keyring.ts';
import * as keyringActs from '../api/keyring-acts.ts';
import { OneAct } from '../core/one-act.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';

/** The event that lets go of it. */
const UNTIL_WORDS: Record<NonNullable<KeyringChange['waitsFor']>, string> = {
  you: 'you unlock',
  your_next_sign_in: 'you, the only admin, sign in anew and unlock',
  another_admin: 'another admin unlocks',
};

const day = (at: number): string => new Date(at).toLocaleDateString();

/** Fires `keyring-undone` when a change was taken back. */
@customElement('keyring-changes')
export class KeyringChanges extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      li {
        margin: 0.5rem 0;
      }
    `,
  ];

  @property() tenant = '';
  /** The keyring's present version. */
  @property({ type: Number }) version = 0;
  @property({ attribute: false }) changes: readonly KeyringChange[] = [];
  @state() private asked: KeyringChange | null = null;
  readonly undoing = new OneAct(this);

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.undoing.failure });
  }

  #undo(event: SubmitEvent, { change }: KeyringChange): void {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get('reason') ?? '');
    void this.undoing.do(async () => {
      await keyringActs.undoChange(this.tenant, { change, version: this.version, reason });
      this.asked = null;
      this.dispatchEvent(new CustomEvent('keyring-undone'));
    });
  }

  override render() {
    const waiting = this.changes.filter((one) => one.replaces);
    if (waiting.length === 0) return nothing;
    return html`<div class="card-head"><h2>Replaced keys that are kept</h2></div>
      <p class="quiet">What these changes replaced goes as soon as it is seen that everything opens without it, or by the day named. Until then,
        whoever was shut out could still open it with what the server keeps.</p>
      <ul>
        ${waiting.map(
          (one) => html`<li>
            Version ${one.version}, by ${one.by}; kept until ${UNTIL_WORDS[one.waitsFor ?? 'another_admin']}, or ${day(one.until)}.
            <button
              aria-label="Take it back … version ${one.version}"
              @click=${() => {
                this.asked = one;
              }}
            >Take it back …</button>
          </li>`,
        )}
      </ul>
      ${this.asked ? this.#form(this.asked) : nothing}`;
  }

  #form(asked: KeyringChange) {
    const { from, version } = asked;
    return html`<form @submit=${(event: SubmitEvent) => this.#undo(event, asked)}>
      <p class="note warn">
        Only if nobody can unlock any more: the keyring becomes that of version ${from} again, with everybody who could open it then. Version
        ${version} and all after it are undone. Browsers that have seen them ask their people to compare with you.
      </p>
      <label>Why <input name="reason" required minlength="3" maxlength="500" /></label>
      <div class="row">
        <button type="submit" ?disabled=${this.undoing.busy}>Take back version ${version}</button>
        <button
          type="button"
          @click=${() => {
            this.asked = null;
          }}
        >Cancel</button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'keyring-changes': KeyringChanges;
  }
}
