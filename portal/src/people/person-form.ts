// An address and a role: somebody new.
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Role } from '../../../schema/person.ts';
import { clearSent } from '../core/fields.ts';
import { rowForm } from '../ui/form-styles.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { ROLE_WORDS } from '../ui/words.ts';

/** `sent` is the form as it was sent, for `clear`. */
export type PersonWanted = CustomEvent<{ email: string; role: Role; sent: FormData }>;

@customElement('person-form')
export class PersonForm extends LitElement {
  static override styles = [shared, rowForm];
  @property({ type: Boolean }) disabled = false;
  /** Why nobody was added. */
  @property({ attribute: false }) failure: unknown = null;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure, at: { already_member: 'email' } });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const sent = new FormData(event.target as HTMLFormElement);
    const detail = { email: String(sent.get('email') ?? '').trim(), role: String(sent.get('role')) as Role, sent };
    this.dispatchEvent(new CustomEvent('person-wanted', { detail }));
  };

  /** Empties the field once somebody was added; an address begun since stays. */
  clear(sent: FormData): void {
    const form = this.renderRoot.querySelector('form');
    if (form) clearSent(form, sent);
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

declare global {
  interface HTMLElementTagNameMap {
    'person-form': PersonForm;
  }
}
