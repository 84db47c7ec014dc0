// Secrets that do not open, each named with its reason, and what an admin can do about one: put back what it was before it was re-sealed, or
// give it up.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { KIND_WORDS, refWords, shortId } from '../ui/words.ts';
import type { LeftBehind } from './rotation.ts';

/** Fired when an admin gives one up, or has one put back, with the reason. */
export type HelpWanted = CustomEvent<{ item: LeftBehind['item']; help: 'give_up' | 'restore'; reason: string }>;

@customElement('left-behind')
export class LeftBehindList extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        margin: 0.5rem 0 0;
        padding-left: 1.2rem;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin: 0.4rem 0 1rem;
      }
      input {
        flex: 1;
        min-width: 12rem;
      }
    `,
  ];
  @property({ attribute: false }) items: readonly LeftBehind[] = [];
  @property() tenant = '';
  /** Only a secret that a rotation could not take along can be given up. */
  @property({ attribute: false }) canGiveUp = false;
  @property({ attribute: false }) busy = false;
  /** Why the last one was not helped. */
  @property({ attribute: false }) failure: unknown = null;
  /** The form that was sent last. */
  #sent: HTMLFormElement | null = null;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure, form: () => this.#sent });
  }

  override render() {
    return html`<div class="note warn">
      <strong>
        ${this.canGiveUp ? 'These do not open, and the rotation cannot be finished while they are left.' : 'These do not open.'}
      </strong>
      <p>
        Where one was re-sealed, what it was before can be put back until its key is destroyed.
        ${this.canGiveUp ? 'Or give one up: its ciphertext is kept for ever.' : nothing} Your reason goes on record.
      </p>
      <ul>
        ${repeat(
          this.items,
          ({ item }) => `${item.id} ${item.version.version}`,
          ({ item, why }) => {
            const name = `${KIND_WORDS[item.kind]}, version ${item.version.version}, of machine ${shortId(item.machine)}`;
            const submit = (event: SubmitEvent) => {
              event.preventDefault();
              this.#sent = event.target as HTMLFormElement;
              const reason = String(new FormData(this.#sent).get('reason') ?? '');
              const help = (event.submitter as HTMLButtonElement | null)?.value ?? '';
              this.dispatchEvent(new CustomEvent('help-wanted', { detail: { item, help, reason } }));
            };
            return html`<li>
            ${KIND_WORDS[item.kind]}, ${refWords(item.ref)}, version ${item.version.version}, of
            <a href="/t/${this.tenant}/machines/${item.machine}">machine ${shortId(item.machine)}</a>: ${why}
            <form @submit=${submit}>
              <input name="reason" aria-label="Why: ${name}" placeholder="Why" required minlength="3" maxlength="500" />
              <button value="restore" ?disabled=${this.busy} aria-label="Put back what it was: ${name}">Put back what it was</button>
              ${this.canGiveUp ? html`<button value="give_up" ?disabled=${this.busy} aria-label="Mark as not openable: ${name}">Mark as not openable</button>` : nothing}
            </form>
          </li>`;
          },
        )}
      </ul>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'left-behind': LeftBehindList;
  }
}
