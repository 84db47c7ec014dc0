// Secrets that a rotation could not take along, each named with its reason, and the admin's act that lets the rotation go on.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LeftBehind } from '../rotation.ts';
import { shared } from '../styles/shared.ts';
import { KIND_WORDS, refWords, shortId } from '../words.ts';

/** Fired when an admin gives one up, with the reason. */
export type GiveUpWanted = CustomEvent<{ secret: string; version: number; reason: string }>;

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

  override render() {
    return html`<div class="note warn">
      <strong>These do not open, and the rotation cannot be finished while they are left.</strong>
      <p>Try again later, or give one up: its ciphertext is kept for ever, and your reason goes on record.</p>
      <ul>
        ${this.items.map(({ item, why }) => {
          const submit = (event: SubmitEvent) => {
            event.preventDefault();
            const reason = String(new FormData(event.target as HTMLFormElement).get('reason') ?? '');
            const detail = { secret: item.id, version: item.version.version, reason };
            this.dispatchEvent(new CustomEvent('give-up-wanted', { detail }));
          };
          return html`<li>
            ${KIND_WORDS[item.kind]}, ${refWords(item.ref)}, version ${item.version.version}, of
            <a href="/t/${this.tenant}/machines/${item.machine}">machine ${shortId(item.machine)}</a>: ${why}
            <form @submit=${submit}>
              <input name="reason" aria-label="Why it is given up" placeholder="Why it is given up" required minlength="3" />
              <button>Mark as not openable</button>
            </form>
          </li>`;
        })}
      </ul>
    </div>`;
  }
}
