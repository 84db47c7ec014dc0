// An address and a role: somebody new.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Role } from '../../../schema/person.ts';
import { shared } from '../styles/shared.ts';
import { ROLE_WORDS } from '../words.ts';

export type PersonWanted = CustomEvent<{ email: string; role: Role }>;

@customElement('person-form')
export class PersonForm extends LitElement {
  static override styles = [
    shared,
    css`
      form {
        display: grid;
        grid-template-columns: 1fr 10rem auto;
        gap: 0.6rem 1rem;
        align-items: end;
      }
      @media (max-width: 40rem) {
        form {
          grid-template-columns: 1fr;
        }
        button {
          justify-self: start;
        }
      }
    `,
  ];
  @property({ type: Boolean }) disabled = false;

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const detail = { email: String(form.get('email') ?? '').trim(), role: String(form.get('role')) as Role };
    this.dispatchEvent(new CustomEvent('person-wanted', { detail }));
  };

  /** Empties the field once somebody was added. */
  clear(): void {
    this.renderRoot.querySelector('form')?.reset();
  }

  override render() {
    return html`<form @submit=${this.#submit}>
      <div>
        <label for="email">Email address</label>
        <input id="email" name="email" type="email" required maxlength="254" autocomplete="off" />
      </div>
      <div>
        <label for="role">Role</label>
        <select id="role" name="role">
          ${Object.entries(ROLE_WORDS).map(([role, words]) => html`<option value=${role} ?selected=${role === 'engineer'}>${words}</option>`)}
        </select>
      </div>
      <button class="primary" ?disabled=${this.disabled}>Add</button>
    </form>`;
  }
}
